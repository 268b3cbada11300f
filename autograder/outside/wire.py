"""Values as a small JSON tree and raw buffers: what travels between the grader and a student's kernel, never pickle.

A value becomes `(tree, buffers)`. The tree is a list whose first item is a letter for the kind; arrays, NumPy scalars and
bytes refer to a buffer by its index. What comes back is data only, and is believed no further than its lengths prove:
`decode` allows a few dtypes, checks shapes against buffers, and bounds depth, number of parts and bytes.

The same text runs on both sides, so this file imports nothing but NumPy and the standard library.
"""

import re
from typing import Any

import numpy as np

DEPTH, PARTS, BYTES, TEXT = 12, 20_000, 64 << 20, 200_000
_DTYPE = re.compile(r"[<>|=][biufcUS]\d{1,4}")


class WireError(ValueError):
    """What came over the wire is not what the format allows."""


class Foreign:
    """A value that stays in the other process; its class is named as the value's class is there.

    Parameters
    ----------
    handle
        Number by which the other process finds the value again; None if it did not keep it.
    """

    def __init__(self, handle: Any) -> None:
        self.handle = handle


def foreign(name: Any, handle: Any) -> Any:
    """Return a Foreign whose class is called `name`."""
    name = name if isinstance(name, str) and re.fullmatch(r"[A-Za-z_]\w{0,60}", name) else "object"
    return type(name, (Foreign,), {})(handle)


def encode(value: Any, keep: Any = None) -> Any:
    """Turn a value into a tree and buffers.

    Parameters
    ----------
    value
        None, bool, int, float, complex, str, bytes, arrays and scalars of NumPy, generators of random numbers, and
        tuples, lists and dicts of these. A function with an attribute `source` is sent as that text.
    keep
        Called with any other value; returns a handle for it, or None.

    Returns
    -------
    tuple of list and list
        Tree and buffers.
    """
    buffers: list[bytes] = []
    return _encode(value, buffers, keep, DEPTH, [PARTS]), buffers


def _encode(value: Any, buffers: Any, keep: Any, depth: Any, left: Any) -> Any:
    left[0] -= 1
    if depth and left[0] > 0:
        if isinstance(value, np.ndarray):
            return _encode_array(np.asarray(value), buffers)
        if isinstance(value, np.generic) and value.dtype.kind in "biufcUS":
            buffers.append(np.asarray(value).tobytes())
            return ["n", value.dtype.str, len(buffers) - 1]
        simple = _encode_simple(value, buffers)
        if simple is not None:
            return simple
        if isinstance(value, (tuple, list)) and len(value) <= left[0]:
            kind = "u" if isinstance(value, tuple) else "l"
            return [kind, [_encode(part, buffers, keep, depth - 1, left) for part in value]]
        if isinstance(value, dict) and 2 * len(value) <= left[0]:
            both = [(key, part) for key, part in value.items()]
            return ["d", [[_encode(part, buffers, keep, depth - 1, left) for part in pair] for pair in both]]
    return ["h", type(value).__name__[:60], keep(value) if keep else None]


def _encode_simple(value: Any, buffers: Any) -> Any:
    if value is None:
        return ["0"]
    if isinstance(value, bool):
        return ["b", value]
    if isinstance(value, int) and value.bit_length() < 10_000:
        return ["i", format(int(value), "x")]
    if isinstance(value, float):
        return ["f", float(value).hex()]
    if isinstance(value, complex):
        return ["c", value.real.hex(), value.imag.hex()]
    if isinstance(value, str) and len(value) <= TEXT:
        return ["s", str(value)]
    if isinstance(value, bytes):
        buffers.append(bytes(value))
        return ["y", len(buffers) - 1]
    if isinstance(value, np.random.Generator):
        return ["r", type(value.bit_generator).__name__, value.bit_generator.state]
    if isinstance(value, (np.dtype, type)) and _is_dtype(value):
        return ["t", np.dtype(value).str, isinstance(value, type)]
    source = getattr(value, "source", None)
    return ["e", source] if callable(value) and isinstance(source, str) else None


def _is_dtype(value: Any) -> Any:
    return isinstance(value, np.dtype) or (issubclass(value, np.generic) and value is not np.generic)


def _encode_array(array: Any, buffers: Any) -> Any:
    """Contiguous bytes, and how the axes lie in memory: a transposed or strided array arrives as one."""
    if array.dtype.kind not in "biufcUS":
        return ["o", list(array.shape), array.dtype.str[:20]]
    axes = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
    if array.flags.c_contiguous:
        axes = list(range(array.ndim))
    lying = array.transpose(axes)
    buffers.append(np.ascontiguousarray(lying).tobytes())
    gaps = bool(array.size > 1 and not lying.flags.c_contiguous)
    return ["a", array.dtype.str, list(lying.shape), axes, gaps, len(buffers) - 1]


def decode(tree: Any, buffers: Any, find: Any = None, evaluate: Any = None) -> Any:
    """Turn a tree and buffers into a value.

    Parameters
    ----------
    tree, buffers
        What `encode` made, or what somebody claims to be such.
    find
        Returns the value of a handle; without it handles become `Foreign`.
    evaluate
        Makes a function of its text; without it such text is an error.

    Returns
    -------
    object

    Raises
    ------
    WireError
        If anything is not as it should be.
    """
    if sum(len(buffer) for buffer in buffers) > BYTES:
        raise WireError("too many bytes")
    try:
        return _decode(tree, buffers, find, evaluate, DEPTH + 1, [PARTS + 1])
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"not readable: {type(error).__name__}") from None


def _decode(tree: Any, buffers: Any, find: Any, evaluate: Any, depth: Any, left: Any) -> Any:
    left[0] -= 1
    if not depth or left[0] < 0:
        raise WireError("too deep or too many parts")
    kind, *rest = tree
    if kind in ("u", "l"):
        parts = [_decode(part, buffers, find, evaluate, depth - 1, left) for part in rest[0]]
        return tuple(parts) if kind == "u" else parts
    if kind == "d":
        pairs = [[_decode(part, buffers, find, evaluate, depth - 1, left) for part in pair] for pair in rest[0]]
        return {key: part for key, part in pairs}
    if kind == "h":
        return find(rest[1]) if find else foreign(rest[0], rest[1] if isinstance(rest[1], int) else None)
    if kind == "e":
        if evaluate is None:
            raise WireError("text of a function")
        return evaluate(rest[0])
    return _SIMPLE[kind](buffers, *rest)


def _array(buffers: Any, dtype: Any, shape: Any, axes: Any, gaps: Any, index: Any) -> Any:
    array = np.frombuffer(buffers[_index(index)], _dtype(dtype)).reshape([_index(n) for n in shape]).copy()
    if gaps:
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        wide[..., ::2] = array
        array = wide[..., ::2]
    if sorted(axes) != list(range(array.ndim)):
        raise WireError("axes")
    return array.transpose(np.argsort(axes)) if array.ndim else array


def _object_array(buffers: Any, shape: Any, dtype: Any) -> Any:
    size = 1
    for n in shape:
        size *= _index(n)
    if size > 100_000:
        raise WireError("too many objects")
    return np.empty(shape, object)


def _scalar(buffers: Any, dtype: Any, index: Any) -> Any:
    return np.frombuffer(buffers[_index(index)], _dtype(dtype), count=1)[0]


def _generator(buffers: Any, name: Any, state: Any) -> Any:
    if name not in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"):
        raise WireError("generator")
    bits = getattr(np.random, name)()
    bits.state = state
    return np.random.Generator(bits)


def _dtype(text: Any) -> Any:
    if not _DTYPE.fullmatch(text):
        raise WireError("dtype")
    return np.dtype(text)


def _index(number: Any) -> Any:
    if type(number) is not int or number < 0:
        raise WireError("number")
    return number


def _text(text: Any) -> Any:
    if not isinstance(text, str) or len(text) > TEXT:
        raise WireError("text")
    return text


_SIMPLE: dict[str, Any] = {
    "0": lambda buffers: None,
    "b": lambda buffers, value: value is True,
    "i": lambda buffers, text: int(_text(text)[:4000], 16),
    "f": lambda buffers, text: float.fromhex(text),
    "c": lambda buffers, real, imag: complex(float.fromhex(real), float.fromhex(imag)),
    "s": lambda buffers, text: _text(text),
    "y": lambda buffers, index: bytes(buffers[_index(index)]),
    "a": _array,
    "o": _object_array,
    "n": _scalar,
    "r": _generator,
    "t": lambda buffers, text, scalar: _dtype(text).type if scalar else _dtype(text),
}
