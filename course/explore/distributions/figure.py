"""Histograms of a deep network's activations, layer by layer, and how large the gradient still is at each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.explore.drawing.colours import BLUE, GREY, INK, LINE, VERMILION
from course.explore.drawing.figure import LINE as LINE_STYLE
from course.explore.drawing.figure import PAPER_STYLE, Figure
from course.explore.drawing.lettering import label, number
from course.explore.drawing.svg import document, element, escape, group, short

WIDTH, IMAGES, SEED = 64, 128, 0  # units of a layer, examples, of the weights
MOST = 12  # layers
CELL, HIGH, BINS, LEFT = 70, 56, 24, 118
LOW, TOP = -8.0, 2.0  # powers of ten that the bars span


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(x / 2))


ACTIVATIONS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "sigmoid": (_sigmoid, lambda x: _sigmoid(x) * (1 - _sigmoid(x))),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "ReLU": (lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(float)),
}
"""Name -> the function and its derivative."""


@dataclass(frozen=True)
class DistributionsState:
    """A network and what a signal becomes in it.

    Parameters
    ----------
    activation : str
        Key of `ACTIVATIONS`.
    depth : int
        Layers.
    gain : float
        The weights' standard deviation times the root of the number of inputs.
    norm : bool
        Whether batch norm stands before each activation.
    fn : function or None
        The student's batch_norm2d_forward, used in place of ours.
    layers : list of array, (IMAGES, WIDTH)
        Each layer's output.
    gradients : list of float
        Standard deviation of the gradient with respect to each layer's output, the last one's being 1.
    trouble : str
        What went wrong in the student's function, or "".
    """

    activation: str
    depth: int
    gain: float
    norm: bool
    fn: Callable[..., Any] | None
    layers: list[np.ndarray]
    gradients: list[float]
    trouble: str = ""


def distributions_figure(
    activation: str = "sigmoid",
    depth: int = 8,
    gain: float = 1.0,
    *,
    norm: bool = False,
    fn: Callable[..., Any] | None = None,
) -> Figure:
    """Draw what a signal of mean 0 and deviation 1 becomes in a deep dense network, and how large its gradient is.

    Parameters
    ----------
    activation : str
        "sigmoid", "tanh" or "ReLU".
    depth : int
        Layers, 1 to 12.
    gain : float
        The weights' standard deviation is gain / sqrt(inputs); 1 keeps a linear signal's size, sqrt(2) ReLU's.
    norm : bool
        Whether batch norm stands before each activation.
    fn : function or None
        Your own batch_norm2d_forward, used where norm is True.

    Returns
    -------
    Figure
        What `DistributionsExplorer` would show.

    Raises
    ------
    ValueError
        If there is no such activation, or depth or gain make no sense.

    Examples
    --------
    >>> "layer 8" in distributions_figure("tanh").html
    True
    """
    return draw(make_state(activation, depth, gain, norm, fn))


def make_state(
    activation: str, depth: int, gain: float, norm: bool, fn: Callable[..., Any] | None
) -> DistributionsState:
    """Send a signal forward and a gradient back."""
    if activation not in ACTIVATIONS:
        raise ValueError(f"distributions_figure: no activation {activation!r}; there are {', '.join(ACTIVATIONS)}.")
    if not 1 <= depth <= MOST or not 0 < gain < 100:
        raise ValueError(f"distributions_figure: depth must be 1 to {MOST} and gain above 0, got {depth} and {gain}.")
    function, slope = ACTIVATIONS[activation]
    rng = np.random.default_rng(SEED)
    x = rng.standard_normal((IMAGES, WIDTH))
    weights = [rng.standard_normal((WIDTH, WIDTH)) * gain / np.sqrt(WIDTH) for _ in range(depth)]
    layers, before, normed, trouble = [x], [], [], ""
    for weight in weights:
        z = layers[-1] @ weight
        before.append(z)
        if norm:
            z, trouble = _norm(z, fn if not trouble else None, trouble)
        normed.append(z)
        layers.append(function(z))
    gradients = [np.random.default_rng(SEED + 1).standard_normal((IMAGES, WIDTH))]
    for weight, z, raw in zip(weights[:0:-1], normed[:0:-1], before[:0:-1], strict=True):
        g = gradients[-1] * slope(z)
        if norm:
            g = _norm_backward(g, raw)
        gradients.append(g @ weight.T)
    sizes = [float(g.std()) for g in gradients[::-1]]
    return DistributionsState(activation, depth, gain, norm, fn, layers[1:], sizes, trouble)


def _norm(z: np.ndarray, fn: Callable[..., Any] | None, trouble: str) -> tuple[np.ndarray, str]:
    """Batch norm of (N, C): by the student's function if there is one and it works."""
    right = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5)
    if fn is None:
        return right, trouble
    C = z.shape[1]
    name = f"{getattr(fn, '__name__', 'your function')}()"
    try:
        out = np.asarray(
            fn(z[:, :, None, None].copy(), np.ones(C), np.zeros(C), np.zeros(C), np.ones(C), True)[0], dtype=float
        )
    except NotImplementedError:
        return right, f"{name} is not written yet; ours is used."
    except Exception as error:
        return right, f"{name} stops with {type(error).__name__}: {error}; ours is used."
    if out.shape != (*z.shape, 1, 1):
        return right, f"{name} returns shape {out.shape} first, for x of shape {(*z.shape, 1, 1)}; ours is used."
    if not np.allclose(out[:, :, 0, 0], right, atol=1e-4):
        return out[:, :, 0, 0], f"{name} gives other numbers than batch norm: see what becomes of them."
    return out[:, :, 0, 0], trouble


def _norm_backward(g: np.ndarray, z: np.ndarray) -> np.ndarray:
    std = np.sqrt(z.var(axis=0) + 1e-5)
    hat = (z - z.mean(axis=0)) / std
    return (g - g.mean(axis=0) - hat * (g * hat).mean(axis=0)) / std


def draw(state: DistributionsState) -> Figure:
    """Put the drawing and its sentences together."""
    svg = render(state)
    status = element("p", escape(_status(state)), role="status", aria_live="polite", style=LINE_STYLE)
    more = [element("p", escape(state.trouble), style=LINE_STYLE)] if state.trouble else []
    return Figure(svg, element("figure", svg, status, *more, style=PAPER_STYLE))


def render(state: DistributionsState) -> str:
    """Draw a histogram for each layer, and two bars below it.

    Parameters
    ----------
    state : DistributionsState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element with the parts ``layer-1``, ``layer-2``, ...; each ends with the layer's two standard deviations.
    """
    edge = 1.0 if state.activation != "ReLU" else max(1.0, min(4.0, float(np.abs(state.layers[0]).max())))
    low = -edge if state.activation == "tanh" else 0.0
    names = [
        label(0, 60, "activations", 12, "start"),
        label(0, 75, f"from {low:g} to {edge:.2g}", 11, "start", fill=GREY),
        label(0, 118, "their deviation", 12, "start", fill=BLUE),
        label(0, 166, "the gradient's", 12, "start", fill=VERMILION),
        label(0, 181, "at the end 1", 11, "start", fill=GREY),
    ]
    parts = []
    for i, (values, gradient) in enumerate(zip(state.layers, state.gradients, strict=True)):
        drawn = [
            label(CELL / 2 - 5, 14, f"layer {i + 1}", 12),
            group(_histogram(values, low, edge), y=24),
            _bar(float(values.std()), 104, BLUE),
            _bar(gradient, 152, VERMILION),
        ]
        parts.append(group(*drawn, x=LEFT + i * CELL, part=f"layer-{i + 1}"))
    return document([*names, *parts], LEFT + max(state.depth, 6) * CELL, 196, _status(state))


def _histogram(values: np.ndarray, low: float, high: float) -> str:
    counts, _ = np.histogram(values.clip(low, high), bins=BINS, range=(low, high))
    width = (CELL - 10) / BINS
    bars = "".join(
        f"M{short(b * width)} {HIGH}v-{short(HIGH * count / counts.max())}h{short(width)}V{HIGH}z"
        for b, count in enumerate(counts.tolist())
        if count
    )
    frame = element("path", d=f"M0 {HIGH}h{CELL - 10}", stroke=LINE)
    return element("path", d=bars, fill=GREY) + frame


def _bar(size: float, y: float, colour: str) -> str:
    """A bar whose length is the size's power of ten."""
    power = np.log10(size) if size > 0 else LOW
    share = float(np.clip((power - LOW) / (TOP - LOW), 0.01, 1))
    rect = element("rect", x=0.0, y=y, width=(CELL - 10) * share, height=12.0, fill=colour)
    return rect + label(0, y + 26, number(size, 3), 12, "start", fill=INK)


def _status(state: DistributionsState) -> str:
    last = float(state.layers[-1].std())
    what = f"{state.depth} layers with {state.activation}{', batch norm' if state.norm else ''}"
    text = f"{what}: activations end with a deviation of {number(last, 3)}; the first layer's gradient is "
    ratio = state.gradients[0]
    if ratio < 0.5:
        return text + f"{number(1 / ratio, 0) if ratio else 'infinitely many'} times smaller than the last one's."
    if ratio > 2:
        return text + f"{number(ratio, 1)} times larger than the last one's."
    return text + f"{number(ratio, 2)} times the last one's."
