"""The proofs of all checks once more, with the functions in a sandbox: the same reports as in the student's own kernel.

Every named mistake of every exercise goes over the wire with the behaviours that it fails, and each line of its report, which tells
of values, shapes and places, is to be that of a call nearby; right answers and the first mistake of each exercise go with all
behaviours. Which name a report gives depends on these values alone and is proved nearby for all of them; here it is asked for
those first ones. The other engine, behind which the wire is the same, gets the right answer, the stub and the first mistake of
every exercise.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("nbgrader")
from traitlets.config import Config

from autograder.call import call_here
from autograder.engine import run
from autograder.outside.engines import available
from autograder.outside.kernel import Kernel
from autograder.outside.limits import Limits
from autograder.outside.setup import KERNEL, register
from autograder.outside.student import Function, Student
from autograder.registry import exercises, mistakes, units

ROOT = Path(__file__).parents[3]
ENGINES = [engine.name for engine in available() if engine.works and engine.name != "none"]
SETUP = """
from autograder.registry import exercises, mistakes
def stub(*args, **kwargs):
    raise NotImplementedError
functions = {}
for exercise in exercises(%r):
    functions[exercise.name] = {"right": exercise.oracle, "stub": stub}
    for mistake in mistakes(%r).get(exercise.name, []):
        functions[exercise.name][mistake.name] = mistake.function
"""


@pytest.mark.slow
@pytest.mark.parametrize("unit", units())
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.filterwarnings("ignore")
def test_a_report_is_the_same_from_outside(engine, unit):
    register()
    config = Config()
    config.SandboxProvisioner.engine = engine
    config.SandboxProvisioner.readable = config.SandboxProvisioner.overlay = [str(ROOT)]
    limits = Limits(call=30)
    with Student(lambda: Kernel(KERNEL, config, None, limits), limits) as student:
        shown: list[object] = []
        reply = student.run(SETUP % (unit, unit), lambda kind, content: shown.append(content))
        assert reply.status == "ok", shown
        for exercise in exercises(unit):
            named = mistakes(unit).get(exercise.name, [])
            right = run(
                exercise, [], Function(student, f"functions[{exercise.name!r}]['right']"), seed=4711, hidden=True
            )
            assert (right.status, right.score) == ("right", exercise.points), right.text
            blank = run(exercise, [], Function(student, f"functions[{exercise.name!r}]['stub']"))
            assert (blank.status, blank.score) == ("not attempted", 0)
            for i, mistake in enumerate(named if engine == ENGINES[0] else named[:1]):
                function = Function(student, f"functions[{exercise.name!r}][{mistake.name!r}]")
                near = run(exercise, [], partial(call_here, mistake.function))
                if i == 0:
                    far = run(exercise, named, function)
                    assert far.mistakes == (mistake.name,)
                else:
                    lines = zip(exercise.behaviours, near.lines, strict=True)
                    part = replace(exercise, behaviours=[b for b, line in lines if line.score < line.max_score])
                    near, far = run(part, [], partial(call_here, mistake.function)), run(part, [], function)
                assert far.lines == near.lines
                assert far.score < far.max_score
        assert student.losses == 0
    assert np.isfinite(right.score)
