"""From logits to shares to a loss to its gradient, one row for each class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course.explore.drawing.colours import BLUE, GREY, INK, LINE, VERMILION
from course.explore.drawing.figure import LINE as LINE_STYLE
from course.explore.drawing.figure import MONO, PAPER_STYLE, Figure
from course.explore.drawing.lettering import label as text
from course.explore.drawing.lettering import number
from course.explore.drawing.svg import document, element, escape, group

ROW, TOP = 34, 46
LOGIT, EXP, SHARE, GRADIENT = 90, 250, 400, 640  # left edges of the columns
HALF = 60  # the widest gradient arrow


@dataclass(frozen=True)
class SoftmaxState:
    """What is shown.

    Parameters
    ----------
    logits : array, (classes,)
        Any finite numbers.
    label : int
        The right class.
    stable : bool
        Whether the largest logit is subtracted before the exponential.
    classes : tuple of str
        Their names.
    fn : function or None
        The student's softmax, (N, classes) to (N, classes).
    """

    logits: np.ndarray
    label: int
    stable: bool
    classes: tuple[str, ...]
    fn: Callable[..., Any] | None = None

    @property
    def exponentials(self) -> np.ndarray:
        """exp of the logits, as they are or with the largest subtracted."""
        with np.errstate(over="ignore"):
            return np.exp(self.logits - self.logits.max() if self.stable else self.logits)

    @property
    def shares(self) -> np.ndarray:
        """What the formula gives; nan where exponentials overflow or all vanish."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.exponentials / self.exponentials.sum()

    @property
    def loss(self) -> float:
        """Cross-entropy, computed from the logits, so that it is right for any."""
        z = self.logits - self.logits.max()
        return float(np.log(np.exp(z).sum()) - z[self.label])


def softmax_figure(
    logits: ArrayLike,
    label: int = 0,
    *,
    stable: bool = True,
    classes: Sequence[str] | None = None,
    fn: Callable[..., Any] | None = None,
) -> Figure:
    """Draw how logits become shares, a loss and a gradient.

    Parameters
    ----------
    logits : array, (classes,)
        One image's; 2 to 10 of them.
    label : int
        The right class.
    stable : bool
        Whether the largest logit is subtracted first; without it large logits overflow, and the figure says so.
    classes : strings or None
        Names of the classes.
    fn : function or None
        Your own softmax, from (N, classes) to (N, classes): where it differs, its number is shown beside.

    Returns
    -------
    Figure
        What `SoftmaxExplorer` would show.

    Raises
    ------
    ValueError
        If there are not 2 to 10 logits, one is not finite, or the label names none.

    Examples
    --------
    >>> "71.79" in softmax_figure([5, 6, 1, 2], label=1).html
    True
    """
    return draw(make_state(logits, label, stable, classes, fn))


def make_state(
    logits: ArrayLike, label: int, stable: bool, classes: Sequence[str] | None, fn: Callable[..., Any] | None
) -> SoftmaxState:
    """Check the arguments of `softmax_figure` and put them together."""
    z = np.asarray(logits, dtype=float)
    if z.ndim != 1 or not 2 <= len(z) <= 10 or not np.isfinite(z).all():
        raise ValueError(f"softmax_figure: logits must be 2 to 10 finite numbers, got an array of shape {z.shape}.")
    if not 0 <= label < len(z):
        raise ValueError(f"softmax_figure: label must be 0 to {len(z) - 1}, got {label}.")
    names = tuple(classes) if classes is not None else tuple(f"class {i}" for i in range(len(z)))
    if len(names) != len(z):
        raise ValueError(f"softmax_figure: {len(names)} names for {len(z)} logits.")
    return SoftmaxState(z, label, stable, names, fn)


def draw(state: SoftmaxState) -> Figure:
    """Put the drawing and its sentences together."""
    svg = render(state)
    status = element("p", escape(_status(state)), role="status", aria_live="polite", style=LINE_STYLE)
    formula = element("p", escape(_formula(state)), style=LINE_STYLE + MONO)
    own = [element("p", escape(sentence), style=LINE_STYLE) for sentence in _own(state)[1]]
    return Figure(svg, element("figure", svg, status, formula, *own, style=PAPER_STYLE))


def render(state: SoftmaxState) -> str:
    """Draw the table of bars.

    Parameters
    ----------
    state : SoftmaxState
        What to show.

    Returns
    -------
    str
        One ``<svg>`` element with the parts ``logits``, ``exponentials``, ``shares``, ``gradient``, and ``own`` where a student's
        numbers differ.
    """
    rows = len(state.logits)
    heads = [
        (LOGIT, "logit z"),
        (EXP, "exp(z − largest)" if state.stable else "exp(z)"),
        (SHARE, "share p = exp / sum"),
        (GRADIENT, "gradient p − y"),
    ]
    parts = [text(x, 20, name, 13, "start", font_weight="bold") for x, name in heads]
    for i, name in enumerate(state.classes):
        mark, weight = ("▸ ", "bold") if i == state.label else ("", None)
        parts.append(text(LOGIT - 16, _middle(i) + 5, mark + name, 13, "end", font_weight=weight))
    columns = [("logits", _logits), ("exponentials", _exponentials), ("shares", _shares), ("gradient", _gradient)]
    parts += [group(column(state), part=name) for name, column in columns]
    own, _ = _own(state)
    if own is not None:
        wrong = ~np.isclose(own, _right(state), atol=1e-5, equal_nan=True)
        cells = [
            text(SHARE + 165, _middle(i) + 5, f"✗ yours {number(own[i], 4)}", 12, "start", fill=VERMILION)
            for i in np.flatnonzero(wrong).tolist()
        ]
        parts.append(group(*cells, part="own") if cells else "")
    return document(
        parts, GRADIENT + 2 * HALF + 134, TOP + ROW * rows + 8, f"Softmax of {rows} logits. {_status(state)}"
    )


def _middle(row: int) -> float:
    return TOP + ROW * row + ROW / 2 - 4


def _bar(x: float, row: int, width: float, colour: str) -> str:
    return element("rect", x=float(x), y=_middle(row) - 9, width=max(float(width), 0.5), height=18.0, fill=colour)


def _logits(state: SoftmaxState) -> str:
    return "".join(text(LOGIT, _middle(i) + 5, number(z, 2), 14, "start") for i, z in enumerate(state.logits))


def _exponentials(state: SoftmaxState) -> str:
    return "".join(
        text(
            EXP,
            _middle(i) + 5,
            "too large" if np.isinf(e) else number(e, 4),
            14,
            "start",
            fill=VERMILION if np.isinf(e) else INK,
        )
        for i, e in enumerate(state.exponentials)
    )


def _shares(state: SoftmaxState) -> str:
    parts = []
    for i, p in enumerate(state.shares):
        if np.isnan(p):
            parts.append(text(SHARE, _middle(i) + 5, "nan", 14, "start", fill=VERMILION))
            continue
        parts.append(_bar(SHARE, i, 100 * p, BLUE if i == state.label else GREY))
        parts.append(text(SHARE + 104 * p + 6, _middle(i) + 5, f"{p:.2%}", 13, "start"))
    return "".join(parts)


def _gradient(state: SoftmaxState) -> str:
    """Arrows: a step downhill moves the logit against them."""
    centre = GRADIENT + HALF
    end = TOP + ROW * len(state.logits) - 6
    parts = [element("path", d=f"M{centre} {TOP - 6}V{end}", stroke=LINE)]
    gradient = _right(state) - np.eye(len(state.logits))[state.label]
    for i, g in enumerate(gradient):
        width = abs(g) * HALF
        parts.append(_bar(centre - width if g < 0 else centre, i, width, BLUE if g < 0 else VERMILION))
        push = "raise z" if g < -0.005 else "lower z" if g > 0.005 else ""
        parts.append(text(centre + HALF + 4, _middle(i) + 5, f"{number(g, 3)} {push}", 12, "start"))
    return "".join(parts)


def _right(state: SoftmaxState) -> np.ndarray:
    """The true shares, whatever the formula that is shown makes of them."""
    e = np.exp(state.logits - state.logits.max())
    return e / e.sum()


def _own(state: SoftmaxState) -> tuple[np.ndarray | None, list[str]]:
    """The student's shares, and sentences about them."""
    if state.fn is None:
        return None, []
    name = f"{getattr(state.fn, '__name__', 'your function')}()"
    try:
        with np.errstate(all="ignore"):
            out = np.asarray(state.fn(state.logits[None].copy()), dtype=float)
    except NotImplementedError:
        return None, [f"{name} is not written yet."]
    except Exception as error:
        return None, [f"{name} stops with {type(error).__name__}: {error}"]
    if out.shape != (1, len(state.logits)):
        return None, [f"{name} returns shape {out.shape} for logits of shape (1, {len(state.logits)})."]
    right = np.isclose(out[0], _right(state), atol=1e-5).all()
    return out[0], [f"{name} {'agrees' if right else 'differs: its numbers are marked with ✗'}."]


def _formula(state: SoftmaxState) -> str:
    i = state.label
    shift = f" − {number(state.logits.max())}" if state.stable else ""
    total = number(float(state.exponentials.sum()), 4)
    return f"p[{i}] = exp({number(state.logits[i])}{shift}) / {total} = {number(float(state.shares[i]), 4)}; loss = −log p[{i}]"


def _status(state: SoftmaxState) -> str:
    best = state.classes[int(state.logits.argmax())]
    loss = number(state.loss, 3)
    if np.isnan(state.shares).any():
        e = f"exp({number(state.logits.max())})"
        why = f"{e} is too large for a float" if np.isinf(state.exponentials).any() else f"{e} and all the others are 0"
        return f"{why}, so the shares are nan. Subtract the largest logit first and they are right; the loss is {loss}."
    share = f"{state.shares[state.label]:.2%}"
    return f"Most likely is {best}; the right class {state.classes[state.label]} gets {share}, a loss of {loss}."
