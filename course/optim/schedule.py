"""How the learning rate changes while training goes on: functions of the number of the step, counted from 0.

They know nothing of an optimiser: set ``optimizer.lr = cosine(step, steps, peak)`` before each step. Whether a step is a batch or
an epoch is the caller's choice.
"""

from __future__ import annotations

import math


def step_lr(step: int, step_size: int, peak: float, gamma: float = 0.1) -> float:
    """The learning rate of a staircase: `peak` for `step_size` steps, then `gamma` times that, and so on.

    Parameters
    ----------
    step : counted from 0
    step_size : the length of a stair
    peak : the learning rate at the start
    gamma : by what each stair is lower

    Examples
    --------
    >>> [round(step_lr(step, 2, peak=1.0), 3) for step in range(6)]
    [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    """
    _check("step_lr", step, step_size=step_size)
    return peak * gamma ** (step // step_size)


def cosine(step: int, steps: int, peak: float, least: float = 0.0) -> float:
    """The learning rate on half a cosine, from `peak` in step 0 to `least` in step `steps`.

    Parameters
    ----------
    step : counted from 0, at most `steps`
    steps : of the whole run
    peak, least : the largest and the smallest learning rate

    References
    ----------
    I. Loshchilov, F. Hutter, *SGDR: stochastic gradient descent with warm restarts*, ICLR (2017), equation 5, without restarts.

    Examples
    --------
    >>> [round(cosine(step, 4, peak=1.0), 3) for step in range(5)]
    [1.0, 0.854, 0.5, 0.146, 0.0]
    """
    _check("cosine", step, steps=steps)
    if step > steps:
        raise ValueError(f"cosine: step {step} lies beyond the {steps} steps of the run.")
    return least + (peak - least) * (1 + math.cos(math.pi * step / steps)) / 2


def warm_up(step: int, climb: int) -> float:
    """A factor that climbs in a straight line to 1 in the first `climb` steps, then stays; to multiply another schedule with.

    Parameters
    ----------
    step : counted from 0
    climb : steps until the factor is 1

    References
    ----------
    P. Goyal and others, *Accurate, large minibatch SGD: training ImageNet in 1 hour* (2017), section 2.2.

    Examples
    --------
    >>> [warm_up(step, 4) for step in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    >>> [round(warm_up(step, 2) * cosine(step, 4, peak=1.0), 3) for step in range(4)]
    [0.5, 0.854, 0.5, 0.146]
    """
    _check("warm_up", step, climb=climb)
    return min(1.0, (step + 1) / climb)


def one_cycle(step: int, steps: int, peak: float, warm_up: float = 0.2) -> float:
    """The learning rate of step `step` of `steps`: a straight climb to `peak`, then half a cosine down to almost 0.

    Parameters
    ----------
    step : counted from 0, below `steps`
    steps : of the whole run
    peak : the largest learning rate
    warm_up : the share of the run spent climbing

    References
    ----------
    L. Smith, N. Topin, *Super-convergence: very fast training of neural networks using large learning rates* (2018).

    Examples
    --------
    >>> [round(one_cycle(step, 10, peak=1.0), 2) for step in range(10)]
    [0.5, 1.0, 0.96, 0.85, 0.69, 0.5, 0.31, 0.15, 0.04, 0.0]
    """
    _check("one_cycle", step, steps=steps)
    if step >= steps:
        raise ValueError(f"one_cycle: step {step} lies beyond the {steps} steps of the run, counted from 0.")
    climb = max(1, round(warm_up * steps))
    if step < climb:
        return peak * (step + 1) / climb
    return peak * (1 + math.cos(math.pi * (step + 1 - climb) / (steps - climb))) / 2


def _check(schedule: str, step: int, **lengths: int) -> None:
    if not step >= 0:
        raise ValueError(f"{schedule}: step is {step}; steps are counted from 0.")
    for name, length in lengths.items():
        if not length >= 1:
            raise ValueError(f"{schedule}: {name} is {length}; it must be at least 1.")
