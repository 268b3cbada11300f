"""The exercise that the instructors' guide adds is a working one."""

import re
from functools import partial
from pathlib import Path

from autograder.call import call_here
from autograder.engine import run

GUIDE = Path(__file__).parents[2] / "docs" / "instructors.md"


def test_the_guides_example_is_a_proved_check():
    checks, mistakes = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    names: dict = {}
    exec(checks, names)
    exec(mistakes, names)
    [exercise] = names["EXERCISES"]
    wrong = names["MISTAKES"][exercise.name]
    assert run(exercise, wrong, partial(call_here, exercise.oracle), hidden=True).status == "right"
    for mistake in wrong:
        assert run(exercise, wrong, partial(call_here, mistake.function)).mistakes == (mistake.name,)
