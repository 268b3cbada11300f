"""Files of every kind: each ends as a notebook to grade or with a reason, and bulk costs no memory."""

import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.intake import take_in
from autograder.intake.thin import TooMuch, read_thin
from autograder.intake.when import parse_time, read_timestamp

UNIT = "04_convolution_layer"
NAME = f"{UNIT}.ipynb"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"{", "is not a notebook (it is no valid JSON)"),
        (b"\x00\xff\xfe\x80" * 50, "is not a notebook (it is no valid JSON)"),
        (b"[1, 2]", "is not a notebook (its JSON is a list)"),
        (b"null", "is not a notebook (its JSON is a NoneType)"),
        (b'{"cells": []}', "is not a notebook with cells in it"),
        (b'{"cells": {"a": 1}}', "is not a notebook with cells in it"),
        (b'{"cells": [1, "a"], "metadata": []}', "holds none of the 5 exercises"),
        (b'{"cells": [{"cell_type": "code", "source": "1"}]}', "holds none of the 5 exercises"),
        (b"PK\x03\x04....", "is not a notebook (it is a ZIP archive)"),
        (b"[" * 300_000, "is not a notebook (it is no valid JSON)"),
        (b"[" * 3_000_000, "is not a notebook that can be read: it is nested deeper than 100"),
        (b'"' + b"a" * 9_000_000 + b'"', "it holds more than 8 MB besides its outputs"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_notebook_is_listed_with_the_reason(hand_in, content, reason):
    intake = hand_in({NAME: content})
    assert intake.notebook is None
    assert reason in intake.reason
    assert NAME in intake.reason


def test_no_notebook_a_link_and_a_pipe(hand_in, tmp_path, template):
    assert hand_in({"notes.txt": b"sorry"}).reason == f"there is no {NAME} in {UNIT}/; there is notes.txt"
    folder = tmp_path / "linked"
    folder.mkdir()
    (tmp_path / "target.ipynb").write_text("{}")
    (folder / NAME).symlink_to(tmp_path / "target.ipynb")
    assert take_in(folder, template).reason == f"{NAME} is a symbolic link, and links are not followed"
    pipes = tmp_path / "pipes"
    pipes.mkdir()
    os.mkfifo(pipes / NAME)
    assert "there is no" in take_in(pipes, template).reason
    assert (
        take_in(tmp_path / "ada" / UNIT, template).reason
        == f"there is no folder {UNIT} in ada/, where the notebook belongs"
    )
    (tmp_path / UNIT).symlink_to(folder)
    assert take_in(tmp_path / UNIT, template).reason == f"{UNIT} is a symbolic link, and links are not followed"


@pytest.mark.parametrize(
    "name",
    [f"{UNIT} (1).ipynb", f"{UNIT}-Copy1.ipynb", "final FINAL.ipynb", f"{NAME}.txt", f"{NAME}.json", f"deep/er/{NAME}",
     "04_CONVOLUTION_LAYER.IPYNB", f"{UNIT}(2).ipynb"],
)  # fmt: skip
def test_the_notebook_is_found_under_other_names(hand_in, released, name):
    intake = hand_in({name: released, ".ipynb_checkpoints/other.ipynb": b"{", "__MACOSX/._x.ipynb": b"{"})
    assert intake.notes == [f"the notebook was called {name}"]


def test_of_several_notebooks_the_right_one_is_taken(hand_in, released, by_name):
    by_name["conv2d_forward"]["source"] = "def conv2d_forward(): return 2"
    newer = json.loads(json.dumps(released))
    other = {"cells": [{"cell_type": "code", "source": "1", "metadata": {}}]}
    intake = hand_in({f"{UNIT} (1).ipynb": other, f"{UNIT} (2).ipynb": newer, "other.ipynb": other})
    assert f"the notebook was called {UNIT} (2).ipynb" in intake.notes
    torn = hand_in({NAME: b"{", f"{UNIT} (2).ipynb": newer})
    assert torn.notebook is not None
    assert f"it was taken because {NAME} is not a notebook (it is no valid JSON)" in torn.notes


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_other_encodings_are_read(hand_in, released, by_name, encoding):
    by_name["conv2d_forward"]["source"] = "def conv2d_forward():\n    return 'é'"
    intake = hand_in({NAME: json.dumps(released, ensure_ascii=False).replace("→", "->").encode(encoding, "replace")})
    assert "def conv2d_forward():\n    return 'é'" in [c["source"] for c in intake.notebook["cells"]]
    assert f"the file was not UTF-8 but {encoding}" in intake.notes


def test_format_3_is_converted(hand_in, released, marks):
    wanted = marks(released)
    cells = [
        {**c, "input": c["source"], "prompt_number": 1} if c["cell_type"] == "code" else c for c in released["cells"]
    ]
    for cell in cells:
        if cell["cell_type"] == "code":
            del cell["source"]
    cells.insert(0, {"cell_type": "heading", "level": 2, "source": "Old", "metadata": {}})
    intake = hand_in({NAME: {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}})
    assert "the notebook was in the old format 3; it was converted" in intake.notes
    assert marks(intake.notebook) == wanted
    assert intake.notebook["cells"][0]["source"] == "## Old"


def test_half_characters_and_line_ends_are_mended(hand_in, released, by_name):
    by_name["conv2d_forward"]["source"] = "x = 1\r\ny = '\ud800'\r"
    assert "x = 1\ny = '?'\n" in [c["source"] for c in hand_in(released).notebook["cells"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    "bulk", ['"\n' * 20, "A" * 60, "\\" * 30, "é{}[]" * 8], ids=["quotes", "letters", "backslashes", "brackets"]
)
def test_hundred_megabytes_of_output_cost_no_memory(tmp_path, released, bulk):
    """Outputs of every kind of text, pictures in Markdown and the state of widgets."""
    path = tmp_path / NAME
    text = json.dumps(bulk)[1:-1]
    marker = "BULK"
    released["cells"][4]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [marker, {"a": [1, {}]}]}]
    released["cells"][3]["attachments"] = {"a.png": {"image/png": marker}}
    released["metadata"]["widgets"] = {"state": {"x": [marker]}}
    parts = json.dumps(released).split(marker)
    with path.open("w") as file:
        for i, part in enumerate(parts):
            file.write(part)
            for _ in range(0 if i == len(parts) - 1 else 100_000_000 // 3 // len(text.encode())):
                file.write(text)
    assert path.stat().st_size > 90_000_000
    code = (
        "import json, resource, sys; from pathlib import Path; from autograder.intake import examine_file; "
        "from autograder.intake.template import from_release; t = from_release(Path(sys.argv[2])); "
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; i = examine_file(Path(sys.argv[1]), t); "
        "print(json.dumps([i.reason, i.notes, len(i.notebook['cells']), "
        "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before]))"
    )
    release = Path(__file__).parents[3] / "notebooks" / UNIT / NAME
    done = subprocess.run([sys.executable, "-c", code, path, release], capture_output=True, text=True, timeout=120)
    reason, notes, cells, kilobytes = json.loads(done.stdout)
    assert (reason, cells) == ("", len(released["cells"]))
    assert any("MB of saved output were left out" in note for note in notes)
    assert kilobytes < 60_000


def test_thin_reading_changes_nothing_else(tmp_path, released, monkeypatch):
    path = tmp_path / NAME
    released["cells"][4]["outputs"] = [{"text": "x" * 3_000_000, "data": {"outputs": ["deep"]}}]
    released["cells"][5]["metadata"] = {"outputs": ["kept: it is no output"], "x": '"}] \\'}
    path.write_text(json.dumps(released))
    released["cells"][4]["outputs"] = []
    without = [cell | {"outputs": []} if cell["cell_type"] == "code" else cell for cell in released["cells"]]
    assert json.loads(read_thin(path)) == released | {"cells": without}
    monkeypatch.setattr("autograder.intake.thin._MOST_TOKENS", 1000)
    path.write_bytes(b'""' * 2_000_000)
    with pytest.raises(TooMuch, match="more than 1000 strings and brackets"):
        read_thin(path)


def test_extras_are_taken_without_links_shadows_and_bulk(hand_in, released, tmp_path):
    folder = tmp_path / "submitted" / "ada" / UNIT
    folder.mkdir(parents=True)
    (tmp_path / "secret").write_text("gradebook")
    (folder / "link.csv").symlink_to(tmp_path / "secret")
    (folder / "up").symlink_to(tmp_path)
    files = {"data/mine.csv": b"1,2", "numpy.py": b"", "course/__init__.py": b"", "helper.py": b"x = 1"}
    intake = hand_in({NAME: released, "big.bin": b"0" * 21_000_000, **files})
    assert sorted(intake.extras) == ["data/mine.csv", "helper.py"]
    assert "numpy.py would stand in for the installed numpy and was left out" in intake.notes
    assert "course/__init__.py would stand in for the installed course and was left out" in intake.notes
    assert "2 symbolic links not followed" in intake.notes


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-02-01 23:59:30 UTC", "2026-02-01T23:59:30+00:00"),
        ("2026-02-01 23:59:30.948203 America/Los_Angeles", "2026-02-02T07:59:30.948203+00:00"),
        ("2026-02-01T23:59:30+0100", "2026-02-01T22:59:30+00:00"),
        ("2026-02-01 23:59:30 +01:00", "2026-02-01T22:59:30+00:00"),
        ("01.02.2026 23:59", "2026-02-01T23:59:00+00:00"),
        ("Sunday, 1 February 2026, 11:59 PM", "2026-02-01T23:59:00+00:00"),
        ("1769990370", "2026-02-01T23:59:30+00:00"),
        ("2026-01-30-15-00-00", "2026-01-30T15:00:00+00:00"),
        ("03/04/2026 10:00", None),
        ("yesterday", None),
        ("", None),
        ("2026-02-01 23:59:30 Atlantis/Nowhere", None),
        ("../../etc/passwd", None),
        ("9999-12-31T23:59:59-23:00", None),
    ],
)
def test_times_as_people_write_them(text, iso):
    found = parse_time(text)
    assert (found.isoformat() if found else None) == iso


def test_a_time_that_cannot_be_counts_as_on_time(tmp_path):
    path, now = tmp_path / "timestamp.txt", datetime(2026, 2, 3, tzinfo=UTC)
    assert read_timestamp(path, now) == (None, "")
    path.write_text("2026-02-01 12:00:00 UTC")
    assert read_timestamp(path, now) == (datetime(2026, 2, 1, 12, tzinfo=UTC), "")
    for text in ("2031-01-01 00:00:00 UTC", "0001-01-01 00:00", "\x00\x01", ""):
        path.write_text(text)
        when, note = read_timestamp(path, now)
        assert when is None
        assert "so the submission counts as on time" in note
        assert note.isascii()


def test_what_nobody_thought_of_is_a_reason_too(hand_in, released, monkeypatch):
    monkeypatch.setattr("autograder.intake.repair", lambda *args: 1 / 0)
    assert hand_in(released).reason == "the intake could not read it (ZeroDivisionError: division by zero)"


def test_zip_bombs_stop_at_the_limit(tmp_path, monkeypatch):
    from autograder.intake import collect as collecting

    monkeypatch.setattr(collecting, "MOST_BYTES", 1_000_000)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"ada_1_assignsubmission_file_/{NAME}", b"0" * 5_000_000)
        file.writestr(f"ben_2_assignsubmission_file_/{NAME}", b"{}")
    (tmp_path / "moodle.zip").write_bytes(archive.getvalue())
    found = collecting.collect(tmp_path / "moodle.zip", tmp_path / "course", UNIT)
    assert list(found.files) == ["ben-2"]
    assert "larger than 1 MB" in found.strangers[0]
