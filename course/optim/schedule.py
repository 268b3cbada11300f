"""How the learning rate changes while training goes on."""

from __future__ import annotations

import math


def one_cycle(step: int, steps: int, peak: float, warm_up: float = 0.2) -> float:
    """The learning rate of step `step` of `steps`: a straight climb to `peak`, then half a cosine down to almost 0.

    Parameters
    ----------
    step : counted from 0
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
    climb = max(1, round(warm_up * steps))
    if step < climb:
        return peak * (step + 1) / climb
    return peak * (1 + math.cos(math.pi * (step + 1 - climb) / (steps - climb))) / 2
