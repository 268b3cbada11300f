"""A class of hostile and clumsy submissions, each with the points it deserves; the text files say how they are written."""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
WRONG = {
    "conv2d_parameters": """def conv2d_parameters(in_channels, out_channels, kernel_size, bias=True):
    kh, kw = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    return out_channels * in_channels * kh * kw""",
    "design_filters": """import numpy
def design_filters():
    return numpy.zeros((3, 3, 3, 3))""",
}


@dataclass(frozen=True)
class Case:
    """One submission: its name, the points it deserves for each exercise, and code by the name of the cell."""

    name: str
    room: str
    points: tuple[float, float]
    cells: dict[str, str]


def cases(**places: object) -> list[Case]:
    """Read all submissions, with `{ROOT}` and the like replaced."""
    found = []
    for path in sorted(HERE.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for key, value in places.items():
            text = text.replace(f"{{{key}}}", str(value))
        heads = re.split(r"^=== (\w+) ([\d.]+) ([\d.]+)\n", text, flags=re.MULTILINE)[1:]
        for name, one, two, body in zip(*(heads[i::4] for i in range(4)), strict=True):
            parts = re.split(r"^# %% (\w+)\n", body, flags=re.MULTILINE)
            cells = {key: code.strip("\n") for key, code in zip(parts[1::2], parts[2::2], strict=True)}
            if "cheat" in cells:
                cells = {"setup": cells["cheat"], **WRONG}
            found.append(Case(name, path.stem, (float(one), float(two)), cells))
    return found
