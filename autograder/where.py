"""Where two arrays differ, in words: "only the border", "every second column", "only image 0 is right"."""

import numpy as np

AXES = {
    1: ["position"],
    2: ["row", "column"],
    3: ["channel", "row", "column"],
    4: ["image", "channel", "row", "column"],
}


def where(wrong: np.ndarray) -> str:
    """Say which part of an array is wrong.

    Parameters
    ----------
    wrong
        Boolean array, at least one entry True; with four axes they are read as (N, C, H, W).

    Returns
    -------
    str
        A phrase such as "only in channel 2", or "everywhere", or "" where no simple pattern fits.
    """
    if wrong.all():
        return "everywhere"
    phrases = [_border(wrong)] if wrong.ndim >= 2 else []
    phrases += [_along(wrong, axis, name) for axis, name in enumerate(AXES.get(wrong.ndim, []))]
    return " and ".join(phrase for phrase in phrases if phrase)


def _border(wrong: np.ndarray) -> str:
    """Name the border where every wrong value of the last two axes lies on it and the inside is right."""
    inside = wrong[..., 1:-1, 1:-1]
    sides = [wrong[..., 0, :], wrong[..., -1, :], wrong[..., :, 0], wrong[..., :, -1]]
    if inside.size and not inside.any() and all(side.any() for side in sides):
        return "only at the border"
    return ""


def _along(wrong: np.ndarray, axis: int, name: str) -> str:
    """Say what is special about the indices along one axis at which something is wrong."""
    others = tuple(a for a in range(wrong.ndim) if a != axis)
    indices, n = np.flatnonzero(wrong.any(axis=others)).tolist(), wrong.shape[axis]
    if len(indices) == n:
        return ""
    if len(indices) == 1:
        return f"only in {name} {indices[0]} of {n} (counted from 0)"
    if indices == list(range(1, n)):
        return f"only {name} 0 is right"
    if indices in (list(range(0, n, 2)), list(range(1, n, 2))):
        return f"in every second {name} ({', '.join(map(str, indices))})"
    if indices == list(range(indices[0], indices[-1] + 1)):
        return f"only in {name}s {indices[0]} to {indices[-1]} of {n} (counted from 0)"
    return f"only in {name}s {', '.join(map(str, indices))}"


def places(wrong: np.ndarray, most: int = 24) -> tuple[str, ...]:
    """Draw where an array is wrong: rows of "x" and ".", all images and channels laid on top of each other.

    Parameters
    ----------
    wrong
        Boolean array.
    most
        A larger array is drawn smaller; a sign then stands for several values.

    Returns
    -------
    tuple of str
        Empty for a single number.
    """
    if wrong.size < 2:
        return ()
    flat: np.ndarray = np.atleast_2d(
        np.asarray(wrong.any(axis=tuple(range(wrong.ndim - 2)))) if wrong.ndim > 2 else wrong
    )
    rows, columns = (-(-n // most) for n in flat.shape)
    height, width = (-(-n // step) * step for n, step in zip(flat.shape, (rows, columns), strict=True))
    padded = np.zeros((height, width), bool)
    padded[: flat.shape[0], : flat.shape[1]] = flat
    small = np.asarray(padded.reshape(height // rows, rows, width // columns, columns).any(axis=(1, 3)))
    return tuple("".join("x" if sign else "." for sign in row) for row in small)
