"""What a network makes of a drawn digit: the picture it gets, the maps of every layer, the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.data import Dataset, centre_digit, mnist
from course.explore.drawing.colours import BLUE, INK, diverging
from course.explore.drawing.figure import LINE, PAPER_STYLE, Figure
from course.explore.drawing.grids import largest, picture
from course.explore.drawing.lettering import label
from course.explore.drawing.svg import document, element, escape, group
from course.insight import activations
from course.nn import Module

SIDE = 28
MAP, GAP, ROW, NAMES = 40, 4, 62, 150  # pixels: a map, between maps, a layer's row, the column of names
MOST = 16  # maps shown of a layer

Network = Module | Callable[[np.ndarray], Any]


@dataclass(frozen=True)
class DigitState:
    """A digit and what became of it.

    Parameters
    ----------
    drawn : uint8 array, (28, 28)
        As it was drawn, bright on black.
    seen : uint8 array, (28, 28)
        As the network gets it.
    probabilities : array, (10,), or None
        The answer; None where nothing is drawn or the network failed.
    layers : list of (str, array)
        Each layer's name and kind, and its output for this one image.
    sentence : str
        The answer in words, or what went wrong.
    """

    drawn: np.ndarray
    seen: np.ndarray
    probabilities: np.ndarray | None
    layers: list[tuple[str, np.ndarray]]
    sentence: str


def digit_figure(
    network: Network, image: np.ndarray, *, centre: bool = True, digits: Dataset | None = None, label: int | None = None
) -> Figure:
    """Show what a network makes of one digit.

    Parameters
    ----------
    network : Module or function
        From (1, 1, 28, 28) to ten logits; of one of our networks every layer is shown.
    image : uint8 array, (28, 28)
        Bright on black.
    centre : bool
        Whether to scale and centre it first, as MNIST's digits are.
    digits : Dataset or None
        Whose normalisation to use; None is MNIST.
    label : int or None
        The right answer, where it is known.

    Returns
    -------
    Figure
        What `DigitPad` would show.

    Raises
    ------
    ValueError
        If the image has another shape.

    Examples
    --------
    >>> from course.models import lenet5
    >>> "12% sure" in digit_figure(lenet5(seed=2), mnist().images[0, 0]).html
    True
    """
    image = np.asarray(image)
    if image.shape != (SIDE, SIDE):
        raise ValueError(f"digit_figure: the image has shape {image.shape}; it needs (28, 28), bright on black.")
    return draw(answer(network, image.astype(np.uint8), centre, digits or mnist(train=False), label))


def answer(network: Network, drawn: np.ndarray, centre: bool, digits: Dataset, label: int | None = None) -> DigitState:
    """Send a digit through a network.

    Parameters
    ----------
    network, centre, digits, label
        As in `digit_figure`.
    drawn : uint8 array, (28, 28)
        The digit.

    Returns
    -------
    DigitState
        Never an exception of the network's: it becomes the sentence.
    """
    seen = centre_digit(drawn) if centre else drawn
    if not drawn.any():
        return DigitState(drawn, seen, None, [], "Nothing is drawn yet.")
    x = digits.normalize(seen[None, None])
    layers: list[tuple[str, np.ndarray]] = []
    try:
        if isinstance(network, Module):
            found = activations(network, x)
            kinds = {name: type(layer).__name__ for name, layer in network.leaves()}
            layers = [(f"{name} {kinds[name]}", out[0].astype(float)) for name, out in found.items()]
            logits = np.asarray(layers[-1][1], dtype=float).ravel()
        else:
            logits = np.asarray(network(x), dtype=float).ravel()
        if logits.shape != (10,):
            raise ValueError(f"it returned {logits.size} numbers instead of ten logits")
    except Exception as error:
        return DigitState(drawn, seen, None, [], f"The network stops with {type(error).__name__}: {error}")
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    best, second = np.argsort(-shares)[:2].tolist()
    sentence = f"The network reads a {best}, {shares[best]:.0%} sure; next comes {second} with {shares[second]:.0%}."
    if label is not None:
        sentence += f" It is a {label}."
    return DigitState(drawn, seen, shares, layers, sentence)


def draw(state: DigitState) -> Figure:
    """Put the drawing and its sentence together.

    Parameters
    ----------
    state : DigitState
        What to show.

    Returns
    -------
    Figure
        SVG, and HTML with a live status line.
    """
    svg = render(state)
    status = element("p", escape(state.sentence), role="status", aria_live="polite", style=LINE)
    return Figure(svg, element("figure", svg, status, style=PAPER_STYLE))


def render(state: DigitState) -> str:
    """Draw the digit as the network gets it, the answer, and a row of maps for each layer.

    Parameters
    ----------
    state : DigitState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element with the parts ``seen``, ``answer``, and one named after each layer.
    """
    parts = [
        label(0, 14, "what the network gets", 13, "start"),
        group(picture(state.seen, 140, 140), y=24, part="seen"),
        label(190, 14, "its answer", 13, "start"),
    ]
    if state.probabilities is not None:
        parts.append(group(_bars(state.probabilities), x=190, y=24, part="answer"))
    y = 196.0
    for name, out in state.layers:
        if name.endswith(" Flatten"):  # the row above once more
            continue
        parts.append(label(0, y + 16, name, 12, "start"))
        parts.append(label(0, y + 32, "x".join(map(str, out.shape)), 11, "start"))
        parts.append(group(_maps(out), x=NAMES, y=y, part=name))
        y += ROW - 14 if out.ndim == 3 else 46
    return document(parts, NAMES + MOST * (MAP + GAP), y, f"A digit and a network's answer. {state.sentence}")


def _maps(out: np.ndarray) -> str:
    """One layer's output as one picture: its maps beside each other, or its numbers as squares."""
    if out.ndim == 1:
        side = MAP * MOST / max(len(out), 16)
        return picture(diverging(out[None], largest(out)), MAP * MOST, max(side, 14))
    bigger = max(1, 20 // out.shape[1])  # so that the line between small maps is thin
    maps = out[:MOST].repeat(bigger, axis=1).repeat(bigger, axis=2)
    between = np.full((maps.shape[1], max(1, round(GAP / MAP * maps.shape[1])), 3), 170, np.uint8)
    limit = largest(maps)
    tiles = [part for plane in maps for part in (diverging(plane, limit), between)][:-1]
    strip = np.concatenate(tiles, axis=1)
    return picture(strip, strip.shape[1] * MAP / strip.shape[0], MAP)


def _bars(shares: np.ndarray) -> str:
    """Ten bars; the largest is blue and has its share in bold."""
    parts = []
    best = int(shares.argmax())
    for digit, share in enumerate(shares.tolist()):
        y = 14.0 * digit
        colour, weight = (BLUE, "bold") if digit == best else (INK, None)
        parts.append(label(0, y + 11, str(digit), 12, "start", font_weight=weight))
        parts.append(element("rect", x=16.0, y=y + 1, width=max(260 * share, 0.5), height=11.0, fill=colour))
        parts.append(label(22 + 260 * share, y + 11, f"{share:.0%}", 11, "start", font_weight=weight))
    return "".join(parts)
