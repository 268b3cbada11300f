"""Is a backward pass the slope of its forward pass? Measured with central differences, in float64."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from course.insight._passes import in_float64, untouched
from course.insight.gradient_report import Finding, GradientReport, factor
from course.nn import Module

ROUNDING = 16 * np.finfo(np.float64).eps  # what a few additions may lose of each output, relative to it

Forward = Callable[..., Any]
Backward = Callable[..., Any]


def gradient_check(
    forward: Forward,
    backward: Backward,
    arrays: Mapping[str, np.ndarray],
    *,
    tolerance: float = 1e-5,
    step: float = 1e-6,
    at_most: int = 100,
    seed: int = 0,
) -> GradientReport:
    """Compare what a backward function says with what happens when one input number at a time moves a little.

    With a random gradient G of the output's shape, the loss is ``L = sum(G * forward(*arrays))``, and the slope of L along one
    number a is ``(L(a + step) - L(a - step)) / (2 * step)``, wrong by a multiple of step squared. G is random because a gradient
    of ones hides mistakes: with it, a softmax whose backward pass returns zeros passes. The error of a gradient g beside a slope s
    is ``|g - s| / max(|g|, |s|)``, relative to no less than makes rounding pass. At a corner, such as max(0, x) at 0 or a tie in
    a max pooling, there is no slope, and anything between the slopes on both sides counts as right; the report says how often.

    Parameters
    ----------
    forward : called with the arrays in their order; returns an array or a number
    backward : called with G and the arrays in their order; returns one gradient for each, a single one without a tuple
    arrays : name -> numbers of any dtype, used in float64; what is not to be checked (labels, strides) belongs into a lambda
    tolerance : the largest relative error that counts as right
    step : how far a number is moved, relative to it where it is larger than 1
    at_most : how many numbers of each array are tried; of larger ones, so many are drawn
    seed : of G and of the numbers drawn

    Returns
    -------
    GradientReport : prints as a table; `.ok` is the verdict

    Raises
    ------
    ValueError : another number of gradients than of arrays

    References
    ----------
    C. M. Bishop, *Pattern Recognition and Machine Learning*, Springer (2006), section 5.3.3.

    Examples
    --------
    >>> x = np.array([3.0])
    >>> gradient_check(lambda x: x**2, lambda g, x: 2 * x * g, {"x": x}).ok
    True
    >>> print(gradient_check(lambda x: x**2, lambda g, x: x * g, {"x": x}))
    gradient check: x is wrong
    array  shape  checked  corners  error    at  backward   slope
    -------------------------------------------------------------
    x      (1,)    1 of 1        0    0.5  (0,)    0.3772  0.7544
    x: backward gives 0.5 times the slope everywhere.
    """
    given = {name: np.array(a, np.float64) for name, a in arrays.items()}
    rng = np.random.default_rng(seed)
    out = _output(forward, given)
    grad_out = rng.normal(size=out.shape)
    found = backward(grad_out.copy(), *_copies(given))
    gradients = list(found) if isinstance(found, tuple | list) else [found]
    if len(gradients) != len(given):
        raise ValueError(
            f"gradient_check: backward returns {len(gradients)} gradients for {len(given)} arrays ({', '.join(given)}); "
            "it must return one for each, in their order."
        )
    # what the backward pass itself may lose to rounding: it adds up G, and numbers as large as its largest gradient
    largest = max(
        (float(abs(g).max(initial=0)) for g in map(np.asarray, gradients) if g.dtype.kind == "f"), default=0.0
    )
    lost = ROUNDING * (float(abs(grad_out).sum()) + largest)
    findings = []
    for (name, a), gradient in zip(given.items(), gradients, strict=True):
        places = rng.permutation(a.size)[:at_most] if a.size > at_most else np.arange(a.size)
        indices = [tuple(int(i) for i in np.unravel_index(place, a.shape)) for place in np.sort(places)]
        slopes = _slopes(forward, given, name, indices, grad_out, out, step, lost)
        findings.append(_compare(name, a, gradient, indices, slopes, tolerance))
    return GradientReport(findings)


def gradient_check_module(
    module: Module,
    x: np.ndarray,
    *,
    tolerance: float = 1e-5,
    step: float = 1e-6,
    at_most: int = 100,
    seed: int = 0,
) -> GradientReport:
    """`gradient_check` of a layer or a whole network: its input and every parameter, in float64.

    The module keeps the mode it is in, and its generators draw the same numbers in every pass, so that a dropout drops the same
    ones. Afterwards everything is as it was.

    Parameters
    ----------
    module : a layer, a network
    x : (N, ...), its input
    tolerance, step, at_most, seed : as in `gradient_check`

    Returns
    -------
    GradientReport : with a line for "input" and one for each parameter

    Examples
    --------
    >>> from course.nn import Conv2d
    >>> report = gradient_check_module(Conv2d(2, 3, 3, stride=2), np.random.default_rng(0).normal(size=(2, 2, 6, 7)))
    >>> report.ok, [finding.name for finding in report.findings]
    (True, ['input', 'weight', 'bias'])
    """
    generators = [(g, g.bit_generator.state) for _, g in module.named_generators()]
    parameters = dict(module.named_parameters())

    def begin(numbers: Sequence[np.ndarray]) -> None:
        for p, data in zip(parameters.values(), numbers, strict=True):
            p.data, p.grad = data, None
        for generator, state in generators:
            generator.bit_generator.state = state

    def forward(x: np.ndarray, *numbers: np.ndarray) -> np.ndarray:
        begin(numbers)
        return module(x)

    def backward(grad_out: np.ndarray, x: np.ndarray, *numbers: np.ndarray) -> list[np.ndarray | None]:
        begin(numbers)
        module(x)
        return [module.backward(grad_out), *(p.grad for p in parameters.values())]

    with untouched(module, training=None), in_float64(module):
        arrays = {"input": x, **{name: p.data for name, p in parameters.items()}}
        return gradient_check(forward, backward, arrays, tolerance=tolerance, step=step, at_most=at_most, seed=seed)


class _Slope(NamedTuple):
    """The slope at one number, measured on both sides together, on each side, and what rounding may add to it or its gradient."""

    central: float
    left: float
    right: float
    rounding: float


def _slopes(
    forward: Forward,
    arrays: dict[str, np.ndarray],
    name: str,
    indices: list[tuple[int, ...]],
    grad_out: np.ndarray,
    here: np.ndarray,
    step: float,
    lost_backwards: float,
) -> Iterator[_Slope]:
    a = arrays[name].copy()
    moved = {**arrays, name: a}
    for index in indices:
        at = a[index]
        reach = step * max(1.0, abs(at))  # a step is lost in the rounding of a large number
        a[index] = at + reach
        up, above = _output(forward, moved), a[index] - at  # what was really added, after rounding
        a[index] = at - reach
        down, below = _output(forward, moved), at - a[index]
        a[index] = at
        lost = ROUNDING * (abs(grad_out) * np.maximum(abs(up), abs(down)))[up != down].sum()
        # outputs first, their sum later: what does not depend on the number cancels exactly
        yield _Slope(
            float((grad_out * (up - down)).sum() / (above + below)),
            float((grad_out * (here - down)).sum() / below),
            float((grad_out * (up - here)).sum() / above),
            float(lost / (above + below)) + lost_backwards,
        )


def _compare(
    name: str,
    a: np.ndarray,
    gradient: Any,
    indices: list[tuple[int, ...]],
    slopes: Iterator[_Slope],
    tolerance: float,
) -> Finding:
    if gradient is None or np.shape(gradient) != a.shape:
        given = "none" if gradient is None else f"shape {np.shape(gradient)}"
        return Finding(name, a.shape, a.size, False, remark=f"backward gives {given}, but {name} has shape {a.shape}")
    if not indices:
        return Finding(name, a.shape, a.size, True)
    told, measured = np.array([float(gradient[index]) for index in indices]), list(slopes)
    central = np.array([slope.central for slope in measured])
    errors = np.array([_error(t, slope, tolerance) for t, slope in zip(told, measured, strict=True)])
    between = np.array([_between(t, slope, tolerance) for t, slope in zip(told, measured, strict=True)])
    corners = between & ~(errors <= tolerance)  # what is right anyway needs no excuse
    errors[corners] = 0
    ok = bool((errors <= tolerance).all())
    worst = int(np.nan_to_num(errors, nan=np.inf).argmax())
    return Finding(
        name,
        a.shape,
        a.size,
        ok,
        checked=len(indices),
        corners=int(corners.sum()),
        error=float(errors[worst]),
        at=indices[worst],
        backward=float(told[worst]),
        slope=float(central[worst]),
        remark="" if ok else factor(told[~corners], central[~corners]),
    )


def _error(told: float, slope: _Slope, tolerance: float) -> float:
    """The relative error, with a floor to what it is relative to, so that rounding alone never exceeds the tolerance."""
    least = max(slope.rounding / tolerance, np.finfo(np.float64).tiny)
    return abs(told - slope.central) / max(abs(told), abs(slope.central), least)


def _between(told: float, slope: _Slope, tolerance: float) -> bool:
    """Whether a number lies between the slopes on both sides."""
    slack = tolerance * max(abs(slope.left), abs(slope.right)) + 2 * slope.rounding
    return min(slope.left, slope.right) - slack <= told <= max(slope.left, slope.right) + slack


def _output(forward: Forward, arrays: dict[str, np.ndarray]) -> np.ndarray:
    return np.array(forward(*_copies(arrays)), np.float64)  # a forward may give the same array again and again


def _copies(arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    return [a.copy() for a in arrays.values()]  # a function that writes into its inputs must not spoil the next call's
