"""One picture, and twelve that a data loader might have made of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.data.augmentation import (
    cutout,
    pca_colour,
    principal_colours,
    random_brightness,
    random_flip,
    random_rotation,
    random_scale,
    random_shift,
)
from course.explore.drawing.colours import VERMILION
from course.explore.drawing.figure import LINE, PAPER_STYLE, Figure
from course.explore.drawing.grids import picture
from course.explore.drawing.jpeg import jpeg_data_uri
from course.explore.drawing.lettering import label
from course.explore.drawing.svg import document, element, escape, group
from course.functional import softmax

COUNT, COLUMNS, SIDE, GAP, TITLE = 12, 6, 104, 10, 20
Augment = Callable[[np.ndarray, np.random.Generator], Any]


@dataclass(frozen=True)
class Change:
    """Something that can be done to a picture.

    Parameters
    ----------
    apply : function
        ``apply(images, rng, strength)``.
    most, start, step : float
        Range and start of the strength, from 0 on.
    unit : str
        Of the strength.
    risk : str
        Which labels it is safe for.
    """

    apply: Callable[[np.ndarray, np.random.Generator, float], np.ndarray]
    most: float
    start: float
    step: float
    unit: str
    risk: str


CHANGES = {
    "shift": Change(
        lambda x, rng, s: random_shift(x, rng, round(s)), 12, 4, 1, "pixels",
        "Safe for nearly every label, as long as the thing stays in the picture.",
    ),
    "turn": Change(
        lambda x, rng, s: random_rotation(x, rng, s), 180, 15, 5, "degrees",
        "A few degrees are safe; at 180 a 6 is a 9, and nobody photographs shoes on the ceiling.",
    ),
    "scale": Change(
        lambda x, rng, s: random_scale(x, rng, (1 - s, 1 + s)), 0.8, 0.2, 0.05, "of the size",
        "Safe unless size is the answer: a small and a large bolt may be two classes.",
    ),
    "mirror": Change(
        lambda x, rng, s: random_flip(x, rng, s), 1, 0.5, 0.1, "chance",
        "Safe for cats and shirts; not for writing, road signs, or a heart that has a side.",
    ),
    "upside down": Change(
        lambda x, rng, s: random_flip(x, rng, s, axis=-2), 1, 0.5, 0.1, "chance",
        "Only where nothing is up: under a microscope, from a satellite.",
    ),
    "light": Change(
        lambda x, rng, s: random_brightness(x, rng, s), 0.9, 0.4, 0.05, "of the brightness",
        "Safe unless brightness is the answer.",
    ),
    "colour": Change(
        lambda x, rng, s: pca_colour(x, rng, principal_colours(x[:1]), s), 4, 1, 0.25, "standard deviations",
        "Safe where light is chance; not for ripe fruit, stains, or traffic lights.",
    ),
    "cut out": Change(
        lambda x, rng, s: cutout(x, rng, max(1, round(s * x.shape[-1]))), 0.8, 0.3, 0.05, "of the side",
        "Safe while enough is left to tell; a 7 without its bar is a 1.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class AugmentationState:
    """What is shown.

    Parameters
    ----------
    image : uint8 array, (C, H, W)
        The picture, one or three channels.
    change : str
        Key of `CHANGES`, or "yours".
    strength : float
        How much.
    seed : int
        Of the drawing.
    network : Module or function or None
        From normalised images to logits; its answers stand under the pictures.
    normalize : function or None
        What to do to pixels before the network sees them.
    fn : function or None
        The student's ``fn(images, rng)``.
    """

    image: np.ndarray
    change: str
    strength: float
    seed: int
    network: Any = None
    normalize: Callable[[np.ndarray], np.ndarray] | None = None
    fn: Augment | None = None

    def versions(self) -> tuple[np.ndarray, str]:
        """Twelve versions (12, C, H, W); and a sentence if the student's function has failed, and these are the picture itself."""
        images = np.repeat(self.image[None], COUNT, axis=0)
        rng = np.random.default_rng(self.seed)
        if self.change != "yours" or self.fn is None:
            return CHANGES[self.change].apply(images, rng, self.strength), ""
        name = f"{getattr(self.fn, '__name__', 'your function')}()"
        try:
            made = np.asarray(self.fn(images.copy(), rng))
        except NotImplementedError:
            return images, f"{name} is not written yet."
        except Exception as error:
            return images, f"{name} stops with {type(error).__name__}: {error}"
        if made.shape != images.shape or made.dtype.kind not in "uif":
            return images, f"{name} returns {made.dtype} of shape {made.shape} for images of shape {images.shape}."
        return np.nan_to_num(made).clip(0, 255).astype(np.uint8), ""


def augmentation_figure(
    image: np.ndarray,
    change: str = "shift",
    strength: float | None = None,
    seed: int = 0,
    *,
    network: Any = None,
    normalize: Callable[[np.ndarray], np.ndarray] | None = None,
    fn: Augment | None = None,
) -> Figure:
    """Show twelve versions of a picture.

    Parameters
    ----------
    image : uint8 array, (1, H, W) or (3, H, W)
        The picture.
    change : str
        "shift", "turn", "scale", "mirror", "upside down", "light", "colour", "cut out"; or "yours" for `fn`.
    strength : float or None
        How much, in the change's own unit; None is a usual one.
    seed : int
        Of the drawing.
    network : Module or function or None
        From normalised images to logits: its answers stand under the pictures, and a changed answer is marked.
    normalize : function or None
        What to do to pixels before the network sees them.
    fn : function or None
        Your own augmentation, ``fn(images, rng)``.

    Returns
    -------
    Figure
        What `AugmentationExplorer` would show.

    Raises
    ------
    ValueError
        If the image is none, or there is no such change.

    Examples
    --------
    >>> figure = augmentation_figure(np.eye(8, dtype=np.uint8)[None] * 255, "mirror")
    >>> figure.svg.count("<image")
    13
    """
    return draw(make_state(image, change, strength, seed, network, normalize, fn))


def make_state(
    image: np.ndarray, change: str, strength: float | None, seed: int, network: Any, normalize: Any, fn: Any
) -> AugmentationState:
    """Check the arguments of `augmentation_figure` and put them together."""
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[0] not in (1, 3) or image.dtype != np.uint8:
        raise ValueError(
            f"augmentation_figure: the image must be uint8 (1, H, W) or (3, H, W), got {image.dtype} {image.shape}."
        )
    if change not in CHANGES and not (change == "yours" and fn is not None):
        raise ValueError(f"augmentation_figure: there is no change {change!r}; there are {', '.join(CHANGES)}.")
    start = CHANGES[change].start if change in CHANGES else 0.0
    return AugmentationState(image, change, start if strength is None else strength, seed, network, normalize, fn)


def draw(state: AugmentationState) -> Figure:
    """Put the drawing and its sentences together."""
    versions, trouble = state.versions()
    answers = _answers(state, np.concatenate([state.image[None], versions]))
    sentences = [trouble or _status(state, answers)]
    if state.change in CHANGES:
        sentences.append(CHANGES[state.change].risk)
    svg = render(state, versions, answers, sentences[0])
    first, *others = sentences
    status = element("p", escape(first), role="status", aria_live="polite", style=LINE)
    more = [element("p", escape(sentence), style=LINE) for sentence in others]
    return Figure(svg, element("figure", svg, status, *more, style=PAPER_STYLE))


def render(state: AugmentationState, versions: np.ndarray, answers: list[str], sentence: str) -> str:
    """Draw the picture and its versions.

    Parameters
    ----------
    state : AugmentationState
        What to show.
    versions : uint8 array, (12, C, H, W)
        What the change made.
    answers : list of str
        The network's answers, the picture's own first; empty without a network.
    sentence : str
        The figure in words.

    Returns
    -------
    str
        One ``<svg>`` element with the parts ``original`` and ``versions``.
    """
    pitch = SIDE + GAP
    parts = [
        label(0, 14, "the picture", 13, "start"),
        group(_picture(state.image, answers[:1], answers), y=TITLE + 4, part="original"),
    ]
    parts.append(label(pitch + 16, 14, "what a network gets to see of it", 13, "start"))
    height = SIDE + (TITLE if answers else GAP)
    tiles = [
        group(_picture(image, answers[i + 1 : i + 2], answers), x=(i % COLUMNS) * pitch, y=(i // COLUMNS) * height)
        for i, image in enumerate(versions)
    ]
    parts.append(group(*tiles, x=pitch + 16, y=TITLE + 4, part="versions"))
    return document(
        parts, pitch + 16 + COLUMNS * pitch, TITLE + 4 + COUNT // COLUMNS * height + 4, f"Twelve versions. {sentence}"
    )


def _picture(image: np.ndarray, own: list[str], answers: list[str]) -> str:
    if len(image) == 1:
        drawn = picture(image[0], SIDE, SIDE)
    else:
        factor = max(1, image.shape[1] // 64)  # a photograph needs no more than 64 pixels here
        uri = jpeg_data_uri(image.transpose(1, 2, 0)[::factor, ::factor])
        drawn = element("image", href=uri, width=float(SIDE), height=float(SIDE), preserveAspectRatio="none")
    if not own:
        return drawn
    changed = own[0] != answers[0]
    return drawn + label(
        2, SIDE + 15, ("✗ " if changed else "") + own[0], 12, "start", fill=VERMILION if changed else None
    )


def _answers(state: AugmentationState, images: np.ndarray) -> list[str]:
    if state.network is None:
        return []
    x = state.normalize(images) if state.normalize else images
    try:
        shares = softmax(np.asarray(state.network(x), dtype=float))
    except Exception:
        return []
    return [str(int(row.argmax())) for row in shares]


def _status(state: AugmentationState, answers: list[str]) -> str:
    if state.change == "yours":
        what = "Your own change"
    else:
        what = f"{state.change.capitalize()}, up to {state.strength:g} {CHANGES[state.change].unit}"
    if not answers:
        return f"{what}: twelve draws."
    kept = sum(answer == answers[0] for answer in answers[1:])
    return f"{what}: the network reads {kept} of 12 as it reads the picture itself, a {answers[0]}."
