"""The one-cycle schedule: a straight climb, a cosine down, over any number of steps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from course.optim import one_cycle


@given(st.integers(1, 3000), st.floats(1e-4, 1))
def test_up_to_the_peak_and_down_to_nothing(steps: int, peak: float) -> None:
    rates = np.array([one_cycle(step, steps, peak) for step in range(steps)])
    top = int(rates.argmax())
    np.testing.assert_allclose(rates[top], peak, rtol=1e-12)
    assert top + 1 == max(1, round(0.2 * steps))
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) < 0).all()
    assert (rates >= 0).all()
    assert rates[0] > 0


def test_the_climb_is_straight_and_the_fall_half_a_cosine() -> None:
    rates = np.array([one_cycle(step, 100, peak=2.0, warm_up=0.3) for step in range(100)])
    np.testing.assert_allclose(np.diff(rates[:30]), 2 / 30)
    np.testing.assert_allclose(rates[30:], 1 + np.cos(np.pi * np.arange(1, 71) / 70), atol=1e-12)
    assert rates[64] == one_cycle(64, 100, peak=1.0, warm_up=0.3) * 2
