"""Files for other systems: quoted, without formulas, and a downloaded sheet keeps its lines."""

import csv
import io

import pytest

from autograder.errors import UsageError
from autograder.export import export
from autograder.results import Result
from autograder.roster import Person, read_roster, write_roster
from autograder.table import harmless

RESULTS = [
    Result("ada-11", {"conv": 4.0, "why": 2.5}, 5.5, 7.0, remarks=["=1+1"], penalty=1.0),
    Result('o, "x"', {"conv": 0.0, "why": None}, 0.0, 7.0, waiting=["why"], unsafe="Not isolated."),
    Result("torn", max_score=7.0, remarks=["not graded: it is empty"]),
]
PEOPLE = {
    "ada-11": Person("ada-11", "Ada", "Lovelace", "ada@example.org", "11"),
    "torn": Person("torn", "=HYPERLINK(1)", lms_id="13"),
}


def rows(text):
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        (" @x", "' @x"),
        ("+49", "+49"),
        ("-3.5", "-3.5"),
        ("-x", "'-x"),
        ("\tx", "'\tx"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_a_formula_gets_an_apostrophe_and_a_number_none(text, shown):
    assert harmless(text) == shown


def test_plain_csv():
    head, ada, odd, torn = rows(export("csv", "u", RESULTS, PEOPLE))
    assert head == [
        "student",
        "name",
        "email",
        "conv",
        "why",
        "late_penalty",
        "score",
        "max_score",
        "status",
        "isolated",
        "remarks",
    ]
    assert ada == [
        "ada-11",
        "Ada Lovelace",
        "ada@example.org",
        "4.0",
        "2.5",
        "1.0",
        "5.5",
        "7.0",
        "graded",
        "yes",
        "'=1+1",
    ]
    assert odd == ['o, "x"', 'o, "x"', "", "0.0", "", "0.0", "0.0", "7.0", "to be marked by hand", "no", ""]
    assert (torn[1], torn[6], torn[8]) == ("'=HYPERLINK(1)", "", "not graded")


def test_canvas_from_scratch_and_into_its_own_gradebook(tmp_path):
    head, points, ada, _, torn = rows(export("canvas", "u", RESULTS, PEOPLE))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "u"]
    assert points == ["    Points Possible", "", "", "", "", "7.0"]
    assert ada == ["Ada Lovelace", "11", "", "ada-11", "", "5.5"]
    assert torn[-1] == ""
    sheet = tmp_path / "canvas.csv"
    sheet.write_text(
        "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Quiz (1),u (4711)\n    Points Possible,,,,,-2,7\n"
        '"Lovelace, Ada",11,s1,al,A,3,\n"Other, One",99,s2,oo,A,1,6\n',
        encoding="utf-8",
    )
    head, points, ada, other = rows(export("canvas", "u", RESULTS, PEOPLE, sheet))
    assert (head[-1], points[-2], len(head)) == ("u (4711)", "-2", 7)
    assert ada == ["Lovelace, Ada", "11", "s1", "al", "A", "3", "5.5"]
    assert other[-1] == "6"


def test_moodle_from_scratch_and_into_its_own_worksheet(tmp_path):
    head, ada, odd, torn = rows(export("moodle", "u", RESULTS, PEOPLE))
    assert head[:4] == ["Identifier", "Full name", "Email address", "Grade"]
    assert ada == ["Participant 11", "Ada Lovelace", "ada@example.org", "5.5", "7.0", "'=1+1"]
    sheet = tmp_path / "moodle.csv"
    sheet.write_text("Identifier,Full name,Grade,Last modified (grade)\nParticipant 11,Ada,,x\nParticipant 13,T,,\n")
    head, ada, torn = rows(export("moodle", "u", RESULTS, PEOPLE, sheet))
    assert ada == ["Participant 11", "Ada", "5.5", "x"]
    assert torn[2] == ""


def test_a_sheet_of_another_kind_is_one_sentence(tmp_path):
    sheet = tmp_path / "x.csv"
    for text, kind, words in [("", "canvas", "is empty"), ("a,b\n", "canvas", "no gradebook of Canvas"),
                              ("a,b\n", "moodle", "no grading worksheet of Moodle")]:  # fmt: skip
        sheet.write_text(text)
        with pytest.raises(UsageError, match=words):
            export(kind, "u", RESULTS, PEOPLE, sheet)


def test_the_list_of_students_is_kept(tmp_path):
    assert read_roster(tmp_path) == {}
    write_roster(tmp_path, PEOPLE)
    assert read_roster(tmp_path) == PEOPLE
