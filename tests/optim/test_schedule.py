"""Learning rates over any number of steps: PyTorch's where it defines the same, and what the formulas promise."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.optim import cosine, one_cycle, step_lr, warm_up


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


def rates_of_torch(steps: int, peak: float, schedule: Callable[[Any, Any], Any]) -> list[float]:
    """The learning rates that a scheduler of torch.optim sets; schedule(torch.optim.lr_scheduler, optimizer) makes it."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=peak)
    scheduler, rates = schedule(torch.optim.lr_scheduler, optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.slow
@given(st.integers(1, 7), st.floats(0.05, 1), st.floats(1e-4, 1))
def test_step_lr_as_in_torch(step_size: int, gamma: float, peak: float) -> None:
    wanted = rates_of_torch(30, peak, lambda lr, optimizer: lr.StepLR(optimizer, step_size, gamma))
    np.testing.assert_allclose([step_lr(step, step_size, peak, gamma) for step in range(30)], wanted, rtol=1e-12)


@given(st.integers(1, 40), st.floats(1e-4, 1), st.floats(0, 1))
def test_cosine_as_in_torch(steps: int, peak: float, share: float) -> None:
    least = share * peak
    wanted = rates_of_torch(steps + 1, peak, lambda lr, optimizer: lr.CosineAnnealingLR(optimizer, steps, least))
    found = [cosine(step, steps, peak, least) for step in range(steps + 1)]
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)
    assert (found[0], found[-1]) == (pytest.approx(peak), pytest.approx(least))


@given(st.integers(1, 20), st.floats(1e-4, 1))
def test_warm_up_as_in_torch(climb: int, peak: float) -> None:
    """PyTorch's LinearLR from 1/climb to 1 takes climb - 1 steps for it."""
    wanted = (
        [peak] * 30
        if climb == 1
        else rates_of_torch(
            30, peak, lambda lr, optimizer: lr.LinearLR(optimizer, 1 / climb, 1.0, total_iters=climb - 1)
        )
    )
    np.testing.assert_allclose([peak * warm_up(step, climb) for step in range(30)], wanted, rtol=1e-9)


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        (lambda: step_lr(-1, 2, 0.1), "step_lr: step is -1; steps are counted from 0."),
        (lambda: step_lr(1, 0, 0.1), "step_lr: step_size is 0; it must be at least 1."),
        (lambda: cosine(0, 0, 0.1), "cosine: steps is 0; it must be at least 1."),
        (lambda: cosine(11, 10, 0.1), "cosine: step 11 lies beyond the 10 steps of the run."),
        (lambda: warm_up(0, 0), "warm_up: climb is 0; it must be at least 1."),
        (lambda: one_cycle(10, 10, 0.1), "one_cycle: step 10 lies beyond the 10 steps of the run, counted from 0."),
        (lambda: one_cycle(-2, 10, 0.1), "one_cycle: step is -2; steps are counted from 0."),
    ],
)
def test_wrong_arguments_get_a_sentence(wrong: Callable[[], float], sentence: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(sentence)}$"):
        wrong()
