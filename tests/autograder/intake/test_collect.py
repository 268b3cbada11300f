"""What an LMS hands out is sorted by whose it is, and nothing that was handed in is lost."""

import io
import json
import zipfile

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.errors import UsageError
from autograder.intake.collect import collect
from autograder.intake.lms import sender
from autograder.roster import read_roster

UNIT = "04_convolution_layer"
NAME = f"{UNIT}.ipynb"


@pytest.mark.parametrize(
    ("path", "student", "name", "lms_id", "late", "file"),
    [
        (f"Ada Lovelace_1234567_assignsubmission_file_/{NAME}", "ada-lovelace-1234567", "Ada Lovelace", "1234567", False, NAME),
        (f"Ada Lovelace_1234567_assignsubmission_file_{NAME}", "ada-lovelace-1234567", "Ada Lovelace", "1234567", False, NAME),
        (f"group/Zoë Øre_9_assignsubmission_file_/{NAME}", "zoe-re-9", "Zoë Øre", "9", False, NAME),
        (f"lovelaceada_4711_990123_{NAME}", "lovelaceada-4711", "lovelaceada", "4711", False, NAME),
        (f"lovelaceada_LATE_4711_990123_{UNIT}-2.ipynb", "lovelaceada-4711", "lovelaceada", "4711", True, f"{UNIT}-2.ipynb"),
        (f"Unit 04_alovelace_attempt_2026-01-30-15-00-00_{NAME}", "alovelace", "alovelace", "", False, NAME),
        (f"ada/{UNIT}/{NAME}", "ada", "", "", False, NAME),
        (f"{UNIT}/ada/{NAME}", "ada", "", "", False, NAME),
        (f"{UNIT}_ada.ipynb", "ada", "", "", False, f"{UNIT}_ada.ipynb"),
        (f"ada_{UNIT} (3).ipynb", "ada", "", "", False, f"ada_{UNIT} (3).ipynb"),
        ("李雷_8_assignsubmission_file_/x.ipynb", "8", "李雷", "8", False, "x.ipynb"),
        ("../../etc/ada.ipynb", "etc", "", "", False, "ada.ipynb"),
    ],
)  # fmt: skip
def test_names_of_learning_management_systems(path, student, name, lms_id, late, file):
    parts = [part for part in path.split("/") if part != ".."]
    who = sender("/".join(parts), UNIT)
    assert (who.student, who.name, who.lms_id, who.late, who.file) == (student, name, lms_id, late, file)


def test_a_name_that_says_nothing_is_nobodys():
    assert sender(NAME, UNIT) is None
    assert sender("grades.csv", UNIT) is None


def test_times_come_from_the_name_the_file_or_not_at_all(course, tmp_path):
    names = {"a": f"ada_4_5_{NAME}", "b": f"ben_LATE_6_7_{NAME}", "c": f"U_cleo_attempt_2026-01-30-15-00-00_{NAME}"}
    (tmp_path / "x.zip").write_bytes(archive(dict.fromkeys(names.values(), b"{}")))
    collect(tmp_path / "x.zip", course, UNIT)
    stamps = {p.parent.parent.name: p.read_text() for p in (course / "autograder/submitted").glob("*/*/timestamp.txt")}
    assert stamps["cleo"] == "2026-01-30 15:00:00 UTC"
    assert stamps["ben-6"].startswith("2026-02-01")
    assert "ada-4" not in stamps


def archive(files, times=(2026, 2, 1, 12, 0, 0)):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, content in files.items():
            file.writestr(zipfile.ZipInfo(name, times), content)
    return packed.getvalue()


@pytest.fixture
def course(tmp_path, released, monkeypatch):
    for room in ("solutions", "notebooks"):
        (tmp_path / "course" / room / UNIT).mkdir(parents=True)
        (tmp_path / "course" / room / UNIT / NAME).write_text(json.dumps(released))
    monkeypatch.chdir(tmp_path / "course")
    return tmp_path / "course"


def test_a_moodle_download_ends_in_submitted_and_on_the_list_of_students(course, tmp_path, released):
    good = json.dumps(released).encode()
    files = {
        f"Ada Lovelace_11_assignsubmission_file_/{UNIT} (1).ipynb": good,
        "Ben Bit_12_assignsubmission_file_/notes.txt": b"see mail",
        "Cleo Zip_13_assignsubmission_file_/all.zip": archive({f"deep/{NAME}": good, "../../../evil.ipynb": good}),
        f"Dev Null_14_assignsubmission_file_/../../../../{NAME}": good,
        f"__MACOSX/Ada Lovelace_11_assignsubmission_file_/._{NAME}": b"x",
        "readme.txt": b"from Moodle",
    }
    (tmp_path / "moodle.zip").write_bytes(archive(files))
    done = CliRunner().invoke(main, ["intake", str(tmp_path / "moodle.zip"), UNIT])
    assert done.exit_code == 0, done.output
    assert f"ada-lovelace-11, handed in as {UNIT} (1).ipynb: fine\n" in done.output
    assert (
        f"ben-bit-12, handed in as notes.txt: cannot be graded: there is no {NAME} in {UNIT}/; there is notes.txt\n"
        in done.output
    )
    assert "not taken: readme.txt" in done.output
    assert "4 submissions are in" in done.output
    submitted = course / "autograder" / "submitted"
    assert (submitted / "ada-lovelace-11" / UNIT / NAME).read_bytes() == good
    assert "2026-02-01" in (submitted / "ada-lovelace-11" / UNIT / "timestamp.txt").read_text()
    assert (submitted / "cleo-zip-13" / UNIT / NAME).read_bytes() == good
    assert sorted(p.name for p in submitted.iterdir()) == [
        "ada-lovelace-11",
        "ben-bit-12",
        "cleo-zip-13",
        "dev-null-14",
    ]
    assert not [p for p in tmp_path.rglob("evil*") if p.parent != submitted / "cleo-zip-13" / UNIT]
    assert {p.student: (p.name, p.lms_id) for p in read_roster(course).values()}["ben-bit-12"] == ("Ben Bit", "12")


def test_a_second_download_keeps_what_was_there(course, tmp_path, released):
    source = tmp_path / "download" / "wrapped"
    for student in ("ada", "ben"):
        (source / student).mkdir(parents=True)
        (source / student / NAME).write_text(json.dumps(released))
    first = collect(source.parent, course, UNIT)
    assert (sorted(first.files), first.replaced) == (["ada", "ben"], [])
    assert collect(source.parent, course, UNIT).replaced == []
    (source / "ada" / NAME).write_text(json.dumps(released) + " ")
    assert collect(source.parent, course, UNIT).replaced == ["ada"]
    [before] = (course / "autograder" / "grades" / "replaced" / "ada").iterdir()
    assert (before / NAME).read_text() == json.dumps(released)


def test_what_is_no_download_is_one_sentence(course, tmp_path):
    (tmp_path / "x.zip").write_text("no archive")
    for source, sentence in [
        (tmp_path / "x.zip", "is neither a folder nor a ZIP archive"),
        (tmp_path / "nowhere", "is not there"),
        (course / "notebooks", "holds no file whose name says whose it is"),
    ]:
        with pytest.raises(UsageError, match=sentence):
            collect(source, course, UNIT)
    assert list((course / "autograder" / "submitted").iterdir()) == []
