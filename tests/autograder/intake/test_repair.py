"""Whatever was done to the marked cells, they come back as released, and the student's work stays."""

import copy
import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.intake.repair import repair

MINE = "def conv2d_forward(x, weight, bias=None, stride=1, padding=0):\n    return x"


def strip(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def strip_with_ids(notebook):
    strip(notebook)
    for cell in notebook["cells"]:
        del cell["id"]
    notebook["nbformat_minor"] = 2


def skip(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "remove-cell", "raises-exception"]


def cheat_marks(notebook):
    for cell in notebook["cells"]:
        if mark := cell["metadata"].get("nbgrader"):
            mark |= {"points": 1e9, "grade": not mark["grade"], "solution": True, "locked": False, "schema_version": 99}


def garbage_marks(notebook):
    for cell, junk in zip(notebook["cells"], ["x", None, 3, [], {"grade_id": None}, {"grade_id": ["a"]}], strict=False):
        if "nbgrader" not in cell["metadata"]:
            cell["metadata"] = {"nbgrader": junk, "tags": "no list"}


def old_schema(notebook):
    for cell in notebook["cells"]:
        if mark := cell["metadata"].get("nbgrader"):
            mark.pop("schema_version")
            mark.pop("task")
            mark["points"] = str(mark.get("points", ""))


def edit_locked(notebook):
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("locked"):
            cell["source"] = "8"


def delete_locked(notebook):
    notebook["cells"] = [c for c in notebook["cells"] if not c["metadata"].get("nbgrader", {}).get("locked")]


def double_everything(notebook):
    notebook["cells"] = [twin for cell in notebook["cells"] for twin in (cell, copy.deepcopy(cell))]


def split_checks(notebook):
    cells = []
    for cell in notebook["cells"]:
        cells.append(cell)
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            text = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            half = copy.deepcopy(cell)
            cell["source"], half["source"] = text[:10], text[10:]
            cells.append(half)
    notebook["cells"] = cells


def retype(notebook):
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["cell_type"] = "markdown"
            cell.pop("outputs", None)


def checks_first(notebook):
    notebook["cells"].sort(key=lambda cell: not cell["metadata"].get("nbgrader", {}).get("grade"))


def bad_ids(notebook):
    for cell in notebook["cells"]:
        cell["id"] = "the same for all, and no id"


DAMAGES = [strip, strip_with_ids, skip, cheat_marks, garbage_marks, old_schema, edit_locked, delete_locked]
DAMAGES += [double_everything, split_checks, retype, bad_ids]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_marked_cells_come_back_as_released(released, by_name, hand_in, marks, damage):
    by_name["conv2d_forward"]["source"] = MINE
    wanted = marks(released)
    damage(released)
    intake = hand_in(released)
    assert intake.reason == ""
    assert marks(intake.notebook) == wanted
    assert "conv2d_forward" not in intake.unanswered
    assert len(intake.unanswered) == 4
    nbformat.validate(nbformat.from_dict(intake.notebook))
    if damage not in (skip, cheat_marks, garbage_marks, old_schema, bad_ids):  # those cost nobody a word
        assert intake.notes


def test_a_sound_notebook_is_left_alone(released, hand_in):
    intake = hand_in(released)
    assert (intake.notes, len(intake.unanswered)) == ([], 5)
    assert [c["source"] for c in intake.notebook["cells"]] == ["".join(c["source"]) for c in released["cells"]]
    assert [c["id"] for c in intake.notebook["cells"]] == [c["id"] for c in released["cells"]]


def test_a_check_above_its_exercise_is_moved_behind_it(released, hand_in):
    checks_first(released)
    intake = hand_in(released)
    names = [c["metadata"].get("nbgrader", {}).get("grade_id") for c in intake.notebook["cells"]]
    for exercise in ("correlate_volume", "conv2d_forward", "conv2d_parameters", "linear_parameters", "design_filters"):
        assert names.index(f"check-{exercise}") > names.index(exercise)


def test_of_two_answers_the_last_that_was_worked_on_counts_and_the_first_stays(released, by_name, hand_in):
    place = released["cells"].index(by_name["conv2d_forward"])
    stub = copy.deepcopy(by_name["conv2d_forward"])
    first, second = copy.deepcopy(stub), copy.deepcopy(stub)
    first["source"], second["source"] = "def helper():\n    return 1", MINE
    released["cells"][place : place + 1] = [first, second, stub]  # the stub would undo the answer
    intake = hand_in(released)
    sources = [c["source"] for c in intake.notebook["cells"]]
    marked = [
        c["source"]
        for c in intake.notebook["cells"]
        if c["metadata"].get("nbgrader", {}).get("grade_id") == "conv2d_forward"
    ]
    assert marked == [MINE]
    assert sources.index(first["source"]) == sources.index(MINE) - 1
    assert "".join(stub["source"]) not in sources
    assert "the cell conv2d_forward stood there 3 times; one was kept for the marks" in intake.notes


def test_an_answer_split_in_the_middle_is_joined(released, by_name, hand_in):
    place = released["cells"].index(by_name["conv2d_forward"])
    first, second = copy.deepcopy(by_name["conv2d_forward"]), copy.deepcopy(by_name["conv2d_forward"])
    first["source"], second["source"] = MINE.split("\n")[0], MINE.split("\n")[1]
    released["cells"][place : place + 1] = [first, second]
    assert MINE in [c["source"] for c in hand_in(released).notebook["cells"]]


def test_manual_answers_are_found_by_the_question_above(template):
    from autograder.intake.template import Marked, Template

    marks = {"grade": True, "solution": True, "locked": False, "grade_id": "why", "points": 3}
    why = Marked("why", "markdown", "YOUR ANSWER HERE", marks, before="## Why?")
    cells = [{"cell_type": "markdown", "id": "", "metadata": {}, "source": text} for text in ("## Why?", "Because.")]
    repaired, _ = repair({"cells": cells}, Template("u", (why,), {}))
    assert repaired["cells"][1]["metadata"]["nbgrader"] == marks
    assert repaired["cells"][1]["source"] == "Because."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
CELLS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "cell_type": st.sampled_from(["code", "markdown", "raw", "heading", None, 7]),
            "source": JSON,
            "metadata": JSON | st.fixed_dictionaries({"nbgrader": JSON}),
            "id": JSON,
        },
    )
    | JSON,
    max_size=6,
)


@pytest.mark.slow
@given(cells=CELLS)
def test_no_cell_is_odd_enough_to_stop_the_intake(cells, template, tmp_path_factory):
    from autograder.intake import take_in

    release = {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "conv2d_forward"}}, "source": MINE}
    folder = tmp_path_factory.mktemp("odd")
    (folder / "04_convolution_layer.ipynb").write_text(json.dumps({"cells": [*cells, release], "metadata": {}}))
    intake = take_in(folder, template)
    assert intake.reason == ""
    nbformat.validate(nbformat.from_dict(intake.notebook))
    json.dumps(intake.notebook).encode()
