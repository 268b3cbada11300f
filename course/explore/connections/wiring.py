"""Which output of a layer is connected to which input, by which weight, and how many numbers that makes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

KINDS = ("dense", "local", "shared")
MOST_INPUTS, MOST_WINDOW = 10, 5
LONGEST_MESSAGE = 300  # letters of an error message worth reading in a figure
Shape = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Wiring:
    """A row of inputs under a row of outputs, and the output that is looked at.

    Parameters
    ----------
    values : float64 array, (inputs,), or None
        The numbers that go in; None shows their places instead.
    inputs, window : int
        How many inputs there are, and how many an output of the second and third layer sees.
    output : int
        Which output, from 0.
    image, kernel : pair of int
        A layer for images, of which the table shows the counts too.
    answer : str
        What the student's counts are like, in words; empty without a function.
    """

    values: np.ndarray | None
    inputs: int
    window: int
    output: int
    image: Shape
    kernel: Shape
    answer: str = ""

    @property
    def outputs(self) -> int:
        """How many places the window has."""
        return self.inputs - self.window + 1

    def names(self, kind: str) -> dict[tuple[int, int], str]:
        """Name the weight of every connection: equal names are one and the same weight.

        Parameters
        ----------
        kind : str
            "dense", "local" or "shared".

        Returns
        -------
        dict
            ``{(output, input): name}``: numbers counted through, letters where the weights are shared.
        """
        if kind == "dense":
            return {(o, i): str(o * self.inputs + i) for o in range(self.outputs) for i in range(self.inputs)}
        taps = [(o, j) for o in range(self.outputs) for j in range(self.window)]
        if kind == "local":
            return {(o, o + j): str(o * self.window + j) for o, j in taps}
        return {(o, o + j): "abcde"[j] for o, j in taps}


@dataclass(frozen=True)
class Counts:
    """What one of the three layers has and does."""

    weights: int
    biases: int
    products: int  # multiplications for one image
    outputs: int

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases


def count(kind: str, image: Shape, kernel: Shape) -> Counts:
    """Count one layer from an image to its map, stride 1, no padding.

    Parameters
    ----------
    kind : str
        "dense", "local" or "shared".
    image, kernel : pair of int
        Height and width.

    Returns
    -------
    Counts

    Examples
    --------
    >>> [count(kind, (28, 28), (5, 5)).parameters for kind in KINDS]
    [452160, 14976, 26]
    """
    pixels, taps = image[0] * image[1], kernel[0] * kernel[1]
    outputs = (image[0] - kernel[0] + 1) * (image[1] - kernel[1] + 1)
    if kind == "dense":
        return Counts(outputs * pixels, outputs, outputs * pixels, outputs)
    if kind == "local":
        return Counts(outputs * taps, outputs, outputs * taps, outputs)
    return Counts(taps, 1, outputs * taps, outputs)


def make_wiring(
    x: int | ArrayLike,
    window: int,
    output: int,
    image: Shape,
    kernel: Shape,
    fn: Callable[..., Any] | None = None,
) -> Wiring:
    """Check what a user gives, and let a student's function count.

    Parameters
    ----------
    x : int or array, (inputs,)
        How many inputs, 2 to 10, or their numbers.
    window, output : int
        Inputs that an output sees, 1 to 5; the output that is looked at.
    image, kernel : pair of int
        The layer for the table.
    fn : function or None
        ``parameter_counts(image_shape, kernel_size)``.

    Returns
    -------
    Wiring

    Raises
    ------
    ValueError
        If a number is out of range or an array has another shape.
    """
    values = None if isinstance(x, int | np.integer) else np.array(x, dtype=float)
    if values is not None and values.ndim != 1:
        raise ValueError(f"connections: x has shape {values.shape}; give a row of numbers, or how many there are")
    inputs = _within("the number of inputs", x if values is None else len(values), 2, MOST_INPUTS)
    window = _within("window", window, 1, min(MOST_WINDOW, inputs))
    output = _within("output", output, 0, inputs - window)
    image, kernel = _shape("image", image), _shape("kernel", kernel)
    if kernel[0] > image[0] or kernel[1] > image[1]:
        raise ValueError(f"connections: a kernel of {kernel} does not fit into an image of {image}")
    answer = "" if fn is None else compare(fn, [((1, inputs), (1, window)), (image, kernel)])
    return Wiring(values, inputs, window, output, image, kernel, answer)


def compare(fn: Callable[..., Any], layers: list[tuple[Shape, Shape]]) -> str:
    """Let a student's function count, and say how that compares.

    Parameters
    ----------
    fn : function
        ``parameter_counts(image_shape, kernel_size)``, which returns a dict with "dense", "local" and "shared".
    layers : list of pairs of shapes
        What to ask for.

    Returns
    -------
    str
        One sentence; an exception of the student's is part of it.
    """
    name = f"{fn.__name__}()" if hasattr(fn, "__name__") else "your function"
    wrong: list[str] = []
    for image, kernel in layers:
        try:
            found = fn(image, kernel)
            parts = {kind: found.get(kind) for kind in KINDS}
        except NotImplementedError:
            return f"{name} is not written yet (NotImplementedError)."
        except AttributeError:
            return f"{name} returned {type(found).__name__}, not a dict of three counts."
        except Exception as error:
            return f"{name} raised {f'{type(error).__name__}: {error}'[:LONGEST_MESSAGE]}"
        for kind in KINDS:
            value = parts[kind]
            if not isinstance(value, int | np.integer) or value != count(kind, image, kernel).parameters:
                wrong.append(f"{kind} for {image[0]}×{image[1]} ({str(value)[:40]})")
    if wrong:
        return f"{name} differs ≠ in {len(wrong)} of {3 * len(layers)} counts: {', '.join(wrong)}."
    return f"{name} agrees in all {3 * len(layers)} counts."


def _within(name: str, value: Any, least: int, most: int) -> int:
    if not isinstance(value, int | np.integer) or not least <= value <= most:
        raise ValueError(f"connections: {name} must be a whole number from {least} to {most}, got {value!r}")
    return int(value)


def _shape(name: str, value: Any) -> Shape:
    if np.shape(value) != (2,) or not all(isinstance(n, int | np.integer) and n >= 1 for n in value):
        raise ValueError(f"connections: {name} must be a pair (height, width) of whole numbers above 0, got {value!r}")
    return int(value[0]), int(value[1])
