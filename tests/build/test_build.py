"""The builder: what it makes of a source, that it makes the same every time, and what it says when it cannot."""

import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from course.build import BuildError, build, check_current, unit_names

ROOT = Path(__file__).resolve().parents[2]
Repository = Callable[..., Path]


def test_markers_become_nbgrader_metadata(sample_root: Path) -> None:
    notebook = nbformat.read(sample_root / "solutions/00_sample/00_sample.ipynb", as_version=4)
    prose, plain, demo, solution, check, use = notebook.cells

    for cell, number in ((prose, 1), (plain, 2), (use, 6)):
        assert cell.id == f"00_sample-{number:03d}"
        assert cell.metadata == {}
    assert plain.source.startswith("%pwd\n")
    kept = {"schema_version": 3, "task": False}
    assert solution.id == "double"
    assert solution.metadata == {
        "nbgrader": {"grade_id": "double", "grade": False, "solution": True, "locked": False, **kept}
    }
    assert check.id == "check-double"
    assert check.metadata == {
        "nbgrader": {
            "grade_id": "check-double",
            "grade": True,
            "solution": False,
            "locked": True,
            "points": 2.5,
            **kept,
        }
    }
    assert demo.metadata == {
        "tags": ["demo"],
        "jupyter": {"source_hidden": True},
        "nbgrader": {"grade_id": "demo-1", "grade": False, "solution": False, "locked": True, **kept},
    }
    assert notebook.metadata.kernelspec.name == "python3"
    assert "jupytext" not in notebook.metadata


def test_release_keeps_ids_and_locks_what_students_must_not_change(sample_root: Path) -> None:
    solved, release = (
        nbformat.read(sample_root / kind / "00_sample/00_sample.ipynb", as_version=4)
        for kind in ("solutions", "notebooks")
    )
    assert [cell.id for cell in release.cells] == [cell.id for cell in solved.cells]
    assert [cell.metadata.get("editable", True) for cell in release.cells] == [True, True, False, True, False, True]
    assert [cell.metadata.get("deletable", True) for cell in release.cells] == [True, True, False, False, False, True]


@pytest.mark.slow
def test_building_twice_gives_the_same_bytes(repository: Repository, sample: str, sample_root: Path) -> None:
    root = repository(**{"00_sample": sample})
    paths = build(root)
    assert [str(path.relative_to(root)) for path in paths] == [
        "solutions/00_sample/00_sample.ipynb",
        "notebooks/00_sample/00_sample.ipynb",
    ]
    for path in paths:
        assert path.read_bytes() == (sample_root / path.relative_to(root)).read_bytes()


def test_nothing_is_left_behind(sample_root: Path) -> None:
    files = {str(file.relative_to(sample_root)) for file in sample_root.rglob("*") if file.is_file()}
    assert files == {
        "autograder/nbgrader_config.py",
        "solutions/00_sample.py",
        "solutions/00_sample/00_sample.ipynb",
        "notebooks/00_sample/00_sample.ipynb",
    }


@pytest.mark.slow
def test_the_users_own_nbgrader_settings_do_not_matter(
    repository: Repository, sample: str, sample_root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stub = "c = get_config()\nc.ClearSolutions.code_stub = {'python': 'pass  # mine'}\n"
    (tmp_path / "nbgrader_config.py").write_text(stub)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    release = build(repository(**{"00_sample": sample}))[1]
    assert release.read_bytes() == (sample_root / "notebooks/00_sample/00_sample.ipynb").read_bytes()


@pytest.mark.slow
def test_the_repositorys_own_settings_matter(repository: Repository, sample: str) -> None:
    root = repository(**{"00_sample": sample})
    (root / "autograder/__init__.py").touch()
    (root / "autograder/config.py").write_text(
        "def configure(c):\n    c.ClearSolutions.code_stub = {'python': 'raise NotImplementedError  # yours'}\n"
    )
    (root / "autograder/nbgrader_config.py").write_text(
        "from autograder.config import configure\n\nconfigure(get_config())\n"
    )
    assert "# yours" in build(root)[1].read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_cell_put_in_above_renames_no_exercise_and_no_demo(repository: Repository, sample: str) -> None:
    root = repository(**{"00_sample": sample, "01_longer": "# %% [markdown]\n# A word before.\n\n" + sample})
    before, after = (
        [cell.id for cell in nbformat.read(path, as_version=4).cells if "nbgrader" in cell.metadata]
        for path in build(root)
        if path.is_relative_to(root / "solutions")
    )
    assert before == after


@pytest.mark.slow
def test_only_the_units_asked_for_are_built(repository: Repository, sample: str) -> None:
    root = repository(**{"00_sample": sample, "01_other": sample})
    assert unit_names(root) == ["00_sample", "01_other"]
    assert {path.stem for path in build(root, ["01_other"])} == {"01_other"}
    assert not (root / "solutions/00_sample").exists()


@pytest.mark.slow
def test_check_current_says_what_is_stale(sample_root: Path, sample: str, tmp_path: Path) -> None:
    root = Path(shutil.copytree(sample_root, tmp_path / "copy"))
    assert check_current(root) == []

    (root / "solutions/00_sample.py").write_text(sample.replace("Twice", "Two times"), encoding="utf-8")
    (root / "solutions/00_sample/answers.txt").write_text("42")
    (root / "notebooks/01_gone").mkdir()
    (root / "notebooks/01_gone/01_gone.ipynb").touch()
    assert [str(path.relative_to(root)) for path in check_current(root)] == [
        "notebooks/00_sample/00_sample.ipynb",
        "notebooks/01_gone/01_gone.ipynb",
        "solutions/00_sample/00_sample.ipynb",
        "solutions/00_sample/answers.txt",
    ]


def test_a_failed_build_leaves_every_file_as_it_was(sample_root: Path, sample: str, tmp_path: Path) -> None:
    root = Path(shutil.copytree(sample_root, tmp_path / "copy"))
    (root / "solutions/00_sample.py").write_text(sample.replace("Twice", "Two times"), encoding="utf-8")
    (root / "autograder/nbgrader_config.py").write_text("import no_such_module\n")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(
        BuildError, match=r"^nbgrader could not make the release: ModuleNotFoundError: .*no_such_module"
    ):
        build(root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


SOLUTION = '# %% solution="double"\ndef double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n'
CHECK = '# %% check="double" points=2\ncheck("double", double)\n'


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (SOLUTION + SOLUTION + CHECK, "cell 1 is called 'double' too"),
        (
            SOLUTION.replace("double", "check_me") + SOLUTION + CHECK,
            'solution="check_me" has no cell marked check="check_me"',
        ),
        (SOLUTION, 'solution="double" has no cell marked check="double"'),
        (CHECK, 'check="double" has no cell marked solution="double"'),
        (SOLUTION + CHECK.replace(" points=2", ""), "a check needs its points"),
        (SOLUTION + CHECK.replace("points=2", "points=0"), "a check needs its points"),
        (SOLUTION + CHECK.replace("points=2", 'points="2"'), "a check needs its points"),
        (SOLUTION + CHECK.replace("points=2", "points=true"), "a check needs its points"),
        (SOLUTION.replace('="double"', '="double" points=2') + CHECK, "only a check has points"),
        (SOLUTION.replace("    ### BEGIN SOLUTION\n", "") + CHECK, "a solution stands between the lines"),
        (SOLUTION.replace("    ### END SOLUTION\n", "") + CHECK, "a solution stands between the lines"),
        (
            SOLUTION.replace("    ### END", "    ### BEGIN SOLUTION\n    ### END") + CHECK,
            "a solution stands between the lines",
        ),
        (SOLUTION.replace(' solution="double"', ""), "so students would get it"),
        (SOLUTION + CHECK.replace('check("double"', 'check("duoble"'), r'does not call check\("double", \.\.\.\)'),
        (SOLUTION.replace("%% sol", '%% tags=["demo"] sol') + CHECK, "only one of solution, check and demo"),
        (SOLUTION.replace("# %% sol", "# %% [markdown] sol") + CHECK, "belong on code cells"),
        (SOLUTION.replace('"double"', '"to double"'), "'to double' cannot name an exercise"),
        (CHECK.replace('="double"', '="double("'), r"'double\(' cannot name an exercise"),
        ('# %% check="double", points=2\n1\n', r"\['double'\] cannot name an exercise"),
        ("# %% solution=double\n1\n", "'solution=double' is not a marker"),
        ("# %% demo\n1\n", "'demo' is not a marker"),
        ('# %% soluton="double"\n1\n', "'soluton' is not a marker"),
        ('# %% nbgrader={"grade": true}\n1\n', "'nbgrader' is not a marker"),
        ('# %% tags="demo"\n1\n', "jupytext cannot read it .*'demo' is not of type 'array'"),
        ("# ---\n# jupyter:\n#   kernelspec:\n#     name: x\n# ---\n# %%\n1\n", "jupytext cannot read it"),
    ],
)
def test_a_senseless_source_is_refused_in_one_sentence(repository: Repository, source: str, sentence: str) -> None:
    with pytest.raises(BuildError, match=sentence) as refusal:
        build(repository(**{"03_bad": source}))
    said = str(refusal.value)
    assert said.startswith("03_bad")
    assert said.endswith(".")
    assert "\n" not in said


def test_an_unknown_unit_is_refused(repository: Repository, sample: str) -> None:
    with pytest.raises(BuildError, match=r"^There is no unit '7'; solutions/ has 00_sample\.$"):
        build(repository(**{"00_sample": sample}), ["7"])


def test_a_folder_that_is_not_the_repository_is_refused(repository: Repository, sample: str) -> None:
    root = repository(**{"00_sample": sample})
    (root / "autograder/nbgrader_config.py").unlink()
    with pytest.raises(BuildError, match=r"it has no autograder/nbgrader_config\.py\.$"):
        build(root)


@pytest.mark.parametrize("missing", ["jupytext", "nbgrader"])
def test_a_missing_program_is_named_with_what_to_install(
    repository: Repository, sample: str, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else find_spec(name))
    monkeypatch.setitem(sys.modules, missing, None)  # `import` of it now fails, as where it is not installed
    with pytest.raises(BuildError, match=rf'^{missing} is not installed; run: pip install "sobel-to-vgg\[author\]"$'):
        build(repository(**{"00_sample": sample}))


@pytest.mark.slow
def test_the_committed_notebooks_are_current() -> None:
    assert [str(path.relative_to(ROOT)) for path in check_current(ROOT)] == [], "run: course build"
