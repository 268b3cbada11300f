"""First weights, as PyTorch defines them, from a seed.

Each function here returns a draw: a function from a shape to float32 numbers, for a `Parameter` to call when it is first looked at.
To give a layer other first weights, set them at once, or as a new parameter that is drawn when it is needed:

    layer.weight.data = kaiming_normal(rng=rng)(layer.weight.shape)
    layer.weight = Parameter(layer.weight.shape, kaiming_normal(rng=rng))

Every draw has a generator of its own, spawned from `rng`, so that it does not matter which parameter is drawn first. Zeros and
ones need none: `np.zeros` and `np.ones` are draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from course.nn.parameter import Draw

Spread = Callable[[tuple[int, ...]], float]  # how far the numbers of a shape spread


def pytorch_default(fan_in: int, rng: np.random.Generator | None = None) -> Draw:
    """What PyTorch's layers start with: uniform in +-1/sqrt(fan_in), which is Kaiming's rule with a = sqrt(5).

    Parameters
    ----------
    fan_in : how many inputs one output sees
    rng : gives the draw a generator of its own

    Returns
    -------
    a function from a shape to float32 numbers
    """
    return uniform(1 / math.sqrt(fan_in), rng)


def kaiming_uniform(
    a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", rng: np.random.Generator | None = None
) -> Draw:
    """Uniform in +-gain * sqrt(3 / fan). Parameters, errors and source as `kaiming_normal`.

    Examples
    --------
    >>> weight = kaiming_uniform(rng=np.random.default_rng(0))((64, 6, 5, 5))  # sqrt(2) * sqrt(3 / 150) = 0.2
    >>> weight.dtype, round(float(abs(weight).max()), 3)
    (dtype('float32'), 0.2)
    """
    return _uniform(_kaiming(a, mode, nonlinearity, math.sqrt(3)), rng)


def kaiming_normal(
    a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", rng: np.random.Generator | None = None
) -> Draw:
    """Normal with standard deviation gain / sqrt(fan): through layers of ReLUs the numbers neither fade nor explode.

    Parameters
    ----------
    a : the slope below 0 of the leaky ReLU, 0 for a plain one; other nonlinearities do not look at it
    mode : "fan_in" keeps the variance on the way forward, "fan_out" that of the gradient on the way back
    nonlinearity : what follows the layer, as `calculate_gain` knows it
    rng : gives the draw a generator of its own

    Returns
    -------
    a function from a shape to float32 numbers

    Raises
    ------
    ValueError : an unknown mode or nonlinearity; when drawn, a shape with fewer than 2 axes

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun, *Delving deep into rectifiers: surpassing human-level performance on ImageNet classification*,
    ICCV (2015), section 2.2.

    Examples
    --------
    >>> weight = kaiming_normal(mode="fan_out", nonlinearity="relu", rng=np.random.default_rng(0))((32, 64, 5, 5))
    >>> round(float(weight.std()), 3)  # sqrt(2) / sqrt(32 * 25)
    0.05
    """
    return _normal(_kaiming(a, mode, nonlinearity), rng)


def xavier_uniform(gain: float = 1.0, rng: np.random.Generator | None = None) -> Draw:
    """Uniform in +-gain * sqrt(6 / (fan_in + fan_out)). Parameters, errors and source as `xavier_normal`.

    Examples
    --------
    >>> weight = xavier_uniform(rng=np.random.default_rng(0))((200, 400))  # sqrt(6 / 600) = 0.1
    >>> round(float(abs(weight).max()), 3)
    0.1
    """
    return _uniform(partial(_over_both_fans, gain=math.sqrt(3) * gain), rng)


def xavier_normal(gain: float = 1.0, rng: np.random.Generator | None = None) -> Draw:
    """Normal with standard deviation gain * sqrt(2 / (fan_in + fan_out)): a middle way between forward and back.

    Parameters
    ----------
    gain : for the nonlinearity that follows, see `calculate_gain`
    rng : gives the draw a generator of its own

    Returns
    -------
    a function from a shape to float32 numbers

    Raises
    ------
    ValueError : when drawn, a shape with fewer than 2 axes

    References
    ----------
    X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*, AISTATS (2010), section 4.2.

    Examples
    --------
    >>> weight = xavier_normal(rng=np.random.default_rng(0))((300, 500))  # sqrt(2 / 800) = 0.05
    >>> round(float(weight.std()), 3)
    0.05
    """
    return _normal(partial(_over_both_fans, gain=gain), rng)


def uniform(bound: float, rng: np.random.Generator | None = None) -> Draw:
    """Uniform in +-bound."""
    return _uniform(partial(_always, number=bound), rng)


def normal(std: float, rng: np.random.Generator | None = None) -> Draw:
    """Normal with mean 0 and standard deviation `std`."""
    return _normal(partial(_always, number=std), rng)


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By what a layer's first weights are to be larger so that the nonlinearity after it does not shrink the variance.

    Parameters
    ----------
    nonlinearity : "linear", "conv1d", "conv2d", "conv_transpose2d", "sigmoid", "tanh", "relu", "leaky_relu" or "selu"
    param : the slope below 0 of the leaky ReLU; None for 0.01

    Raises
    ------
    ValueError : another nonlinearity

    Examples
    --------
    >>> round(calculate_gain("relu"), 4), calculate_gain("leaky_relu", 1.0)  # half of the numbers get lost; none
    (1.4142, 1.0)
    """
    slope = 0.01 if param is None else param
    gains = dict.fromkeys(("linear", "conv1d", "conv2d", "conv_transpose2d", "sigmoid"), 1.0)
    gains |= {"tanh": 5 / 3, "relu": math.sqrt(2), "leaky_relu": math.sqrt(2 / (1 + slope**2)), "selu": 3 / 4}
    if nonlinearity not in gains:
        raise ValueError(f"calculate_gain: nonlinearity is {nonlinearity!r}; it must be one of {', '.join(gains)}.")
    return gains[nonlinearity]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many inputs an output sees and how many outputs an input reaches, by PyTorch's count.

    It takes the first axis for the outputs and the second for the inputs. A transposed convolution has them the other way round, so
    what it calls fan_in is there the fan_out; a stride is not considered.

    Examples
    --------
    >>> fans((16, 6, 5, 5)), fans((84, 120))
    ((150, 400), (120, 84))
    """
    if len(shape) < 2:
        raise ValueError(f"init: shape {shape} has no fan_in and fan_out; it needs at least 2 axes, as weights have.")
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


def _kaiming(a: float, mode: str, nonlinearity: str, factor: float = 1.0) -> Spread:
    """factor * gain / sqrt(fan), as a function of the shape."""
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"init: mode is {mode!r}; it must be 'fan_in' or 'fan_out'.")
    return partial(_over_fan, gain=factor * calculate_gain(nonlinearity, a), which=("fan_in", "fan_out").index(mode))


def _over_fan(shape: tuple[int, ...], gain: float, which: int) -> float:
    return gain / math.sqrt(fans(shape)[which])


def _over_both_fans(shape: tuple[int, ...], gain: float) -> float:
    return gain * math.sqrt(2 / sum(fans(shape)))


def _always(shape: tuple[int, ...], number: float) -> float:
    return number


# Draws are partials of plain functions, not closures: a network copied before it is drawn takes its generators along.
def _uniform(bound: Spread, rng: np.random.Generator | None) -> Draw:
    return partial(_draw_uniform, bound=bound, rng=_own(rng))


def _normal(std: Spread, rng: np.random.Generator | None) -> Draw:
    return partial(_draw_normal, std=std, rng=_own(rng))


def _own(rng: np.random.Generator | None) -> np.random.Generator:
    return (rng or np.random.default_rng()).spawn(1)[0]


def _draw_uniform(shape: tuple[int, ...], bound: Spread, rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(-bound(shape), bound(shape), shape).astype(np.float32)


def _draw_normal(shape: tuple[int, ...], std: Spread, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(shape, np.float32) * np.float32(std(shape))
