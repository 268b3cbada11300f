"""The sentences of the equivariance figure, with live numbers filled in."""

from numbers import Real

import numpy as np

from course.explore.drawing.lettering import number
from course.explore.equivariance.state import LONGEST_MESSAGE, Motion


def status_sentence(motion: Motion) -> str:
    """Say what was moved, and whether it made a difference when.

    Parameters
    ----------
    motion : Motion
        What the figure shows.

    Returns
    -------
    str
    """
    told = _move(motion)
    if motion.problem:
        return f"{told} {motion.problem}"
    difference, inside = motion.difference, motion.inside
    assert difference is not None
    where = f" outside a margin of {motion.margin}" if motion.margin else ""
    if inside is None:
        return f"{told} A margin of {motion.margin} leaves nothing of a map of {_by(difference.shape)}."
    count = int((inside != 0).sum())
    if not count and motion.map.size == 1:
        return f"{told} f(T(x)) = f(x), one number both times: f is invariant to this move."
    if not count:
        return f"{told} f(T(x)) = T(f(x)) in all {inside.size} pixels{where}: f is equivariant to this move."
    gap = number(float(np.abs(inside).max()), 3)
    return f"{told} f(T(x)) and T(f(x)) differ ≠ in {count} of {inside.size} pixels{where}, by up to {gap}."


def more_sentences(motion: Motion) -> list[str]:
    """What else there is to say: broken strides, what pooling over everything keeps, the student's number.

    Parameters
    ----------
    motion : Motion
        What the figure shows.

    Returns
    -------
    list of str
    """
    if motion.problem:
        return []
    sentences = []
    by = motion.reduction
    if motion.move == "shift" and (motion.down % by or motion.across % by):
        sentences.append(
            f"One pixel of the map is {by} pixels of the image: the map would have to move by "
            f"{_part(motion.down, by)} down and {_part(motion.across, by)} across, and there are no parts of a pixel."
        )
    one, other = float(motion.map.max()), float(motion.before.max())
    same = "the same" if np.isclose(one, other, rtol=1e-9, atol=1e-12) else "not the same ≠"
    sentences.append(
        f"The largest number of the map: {number(one, 3)} before the move, {number(other, 3)} after it, {same}."
    )
    if motion.fn is not None:
        sentences.append(_compare(motion))
    return sentences


def _move(motion: Motion) -> str:
    if motion.move == "turn":
        return "T turns by a quarter."
    if motion.move == "zoom":
        return "T shows the middle twice as large."
    down = f"{abs(motion.down)} {'down' if motion.down >= 0 else 'up'}"
    across = f"{abs(motion.across)} {'to the right' if motion.across >= 0 else 'to the left'}"
    return f"T moves by {down} and {across}."


def _part(way: int, by: int) -> str:
    return number(way / by, 2) if way % by == 0 else f"{way}/{by}".replace("-", "−")


def _by(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def _compare(motion: Motion) -> str:
    """What the student's function says, and whether it is so."""
    fn = motion.fn
    assert fn is not None
    name = f"{fn.__name__}()" if hasattr(fn, "__name__") else "your function"
    if motion.move != "shift":
        return f"{name} is not compared: it moves images up, down and across only."
    if motion.inside is None:
        return f"{name} was not called: nothing is left to compare."
    try:
        value = fn(
            motion.apply,
            motion.image.copy(),
            (motion.down, motion.across),
            margin=motion.margin,
            stride=motion.reduction,
        )
    except NotImplementedError:
        return f"{name} is not written yet (NotImplementedError)."
    except Exception as error:
        return f"{name} raised {f'{type(error).__name__}: {error}'[:LONGEST_MESSAGE]}"
    if not isinstance(value, Real) or isinstance(value, bool | np.bool_):
        return f"{name} returned {type(value).__name__}, not a number."
    right = float(np.abs(motion.inside).max())
    agrees = abs(float(value) - right) <= 1e-6 * max(right, float(np.abs(motion.before).max(initial=0.0)), 1e-300)
    verdict = "agrees" if agrees else "differs ≠"
    said = number(0.0 if agrees and right == 0 else float(value), 3)
    return f"{name} {verdict}: it says {said}, the largest difference is {number(right, 3)}."
