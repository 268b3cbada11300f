"""The table of marks and the CSV file: readable, complete, and harmless in a spreadsheet."""

import csv

from autograder.results import Result, _read_remarks
from autograder.table import table, write_csv

CLASS = [
    Result("ada", {"conv": 8.0, "count": 2.0}, 10.0, 10.0),
    Result("bo", {"conv": 0.5, "count": None}, 0.5, 10.0, ["conv: flipped kernel"], [("conv", "flipped_kernel")]),
    Result("=1+1", {"conv": 0.0, "count": 0.0}, 0.0, 10.0, ['conv: "odd", really'], [("conv", "flipped_kernel")]),
    Result("zoe", {}, None, 10.0, ["not graded: zoe.ipynb is not a notebook"]),
]


def test_table():
    assert table(CLASS) == (
        "student  conv  count  total\n"
        "ada         8      2  10 of 10\n"
        "bo        0.5      -  0.5 of 10\n"
        "         conv: flipped kernel\n"
        "=1+1        0      0  0 of 10\n"
        '         conv: "odd", really\n'
        "zoe         -      -  - of 10\n"
        "         not graded: zoe.ipynb is not a notebook\n"
        "\n"
        "Mistakes by name:\n"
        "  2 of 4  conv: flipped kernel"
    )


def test_csv_is_quoted_and_holds_no_formula(tmp_path):
    path = tmp_path / "marks.csv"
    write_csv(CLASS, path)
    rows = list(csv.reader(path.open(encoding="utf-8")))
    assert rows[0] == ["student", "conv", "count", "score", "max_score", "isolated", "remarks"]
    assert rows[1] == ["ada", "8.0", "2.0", "10.0", "10.0", "yes", ""]
    assert rows[2][2] == ""
    assert rows[3] == ["'=1+1", "0.0", "0.0", "0.0", "10.0", "yes", 'conv: "odd", really']
    assert rows[4][1:4] == ["", "", ""]
    assert [file.name for file in tmp_path.iterdir()] == ["marks.csv"]


def cell(grade_id, *outputs):
    return {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": grade_id}}, "outputs": list(outputs)}


def error(name, value):
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": []}


def test_cells_that_stopped_are_put_into_words():
    cells = [
        cell("conv", error("SyntaxError", "expected ':' (3086951.py, line 5)")),
        cell("check-conv", error("NameError", "name 'conv' is not defined")),
        cell("count"),
        cell("check_count", error("KernelLost", "it ended the kernel\nMore.")),
        cell("check-late"),
    ]
    result = Result("ada")
    _read_remarks({"cells": cells}, result)
    assert result.remarks == [
        "conv: SyntaxError: expected ':' (line 5)",
        "count: KernelLost: it ended the kernel",
        "late: the check did not answer",
    ]
