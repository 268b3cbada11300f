"""Sums that stand in the prose of a unit come out."""

import re
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).parents[2] / "solutions").glob("[0-9][0-9]_*.py"))
SUM = re.compile(r"(?<![\w.^])(\d[\d,]*(?: [+*x-] \d[\d,]*)+) = (\d[\d,]*)")


def prose(source: Path) -> str:
    """The text cells, formulas in plain signs: `6{,}272 \\times 3` becomes `6,272 * 3`."""
    text = " ".join(line.removeprefix("#").strip() for line in source.read_text().splitlines() if line.startswith("#"))
    for tex, plain in ((r"\times", "*"), (r"\cdot", "*"), ("{,}", ","), (r"\,", " ")):
        text = text.replace(tex, plain)
    return re.sub(r" +", " ", text)


def wrong_sums(text: str) -> list[str]:
    found = []
    for left, right in SUM.findall(text):
        if eval(left.replace(",", "").replace("x", "*")) != int(right.replace(",", "")):
            found.append(f"{left} = {right}")
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_sum_in_the_prose_comes_out(source):
    assert SUM.search(prose(source)), "no sum found: has the notation changed?"
    assert wrong_sums(prose(source)) == []


def test_a_wrong_sum_is_found():
    assert wrong_sums("as 3 * 4 + 1 = 14 shows, and 2 + 2 = 4") == ["3 * 4 + 1 = 14"]
