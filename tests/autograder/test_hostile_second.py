"""The whole hostile class once more under the other engine; a file of its own, so that it can run beside the first."""

import pytest

pytest.importorskip("nbgrader")
from tests.autograder.test_hostile import ENGINES, SECOND, grade_and_compare


@pytest.mark.slow
def test_everybody_gets_the_same_under_the_other_engine(tmp_path):
    if not SECOND:
        pytest.skip("; ".join(engine.reason for engine in ENGINES.values() if not engine.works))
    grade_and_compare(SECOND, tmp_path)
