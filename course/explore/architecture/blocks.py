"""The blocks that networks are put together from, as short texts: ``"conv 64 k7 s2 p3 bn"``."""

from __future__ import annotations

from dataclasses import dataclass

from course.nn import Module

KINDS = ("conv", "pool", "plain", "residual", "inception", "mean", "flatten", "dense")
JOINS = {"residual": ("identity", "1x1", "zeros"), "inception": ("padded", "unpadded")}
MOST_FILTERS, MOST_KERNEL, MOST_STRIDE, MOST_PADDING = 4096, 15, 4, 7


@dataclass(frozen=True)
class Block:
    """One block.

    Attributes
    ----------
    kind : one of `KINDS`, or "own" for a module that somebody brought along
    filters : channels that come out, or units of a dense layer; 0 where the kind has no choice
    kernel, stride, padding : of a convolution or pooling; the stride of a plain or residual block
    norm : whether batch normalisation follows a convolution, which then has no bias
    join : how the ways of a residual or inception block meet: one of `JOINS`
    module : of a block of kind "own"
    """

    kind: str
    filters: int = 0
    kernel: int = 0
    stride: int = 1
    padding: int = 0
    norm: bool = False
    join: str = ""
    module: Module | None = None

    def __str__(self) -> str:
        """As `parse` reads it, without what is taken for granted."""
        if self.module is not None:
            return type(self.module).__name__
        usual = default(self.kind, self.filters, self.kernel)
        words = [self.kind]
        words += [str(self.filters)] if has_filters(self.kind) else []
        words += [f"k{self.kernel}"] if self.kernel != default(self.kind).kernel else []
        words += [f"s{self.stride}"] if self.stride != usual.stride else []
        words += [f"p{self.padding}"] if self.padding != usual.padding else []
        words += ["bn"] if self.norm else []
        words += [self.join] if self.join != usual.join else []
        return " ".join(words)


def has_filters(kind: str) -> bool:
    """Whether a kind of block has a number of filters or units."""
    return kind in ("conv", "plain", "residual", "inception", "dense")


def default(kind: str, filters: int = 0, kernel: int = 0) -> Block:
    """The usual block of a kind: 3x3 convolutions that keep the size, pooling that halves it."""
    if kind == "conv":
        kernel = kernel or 3
        return Block(kind, filters, kernel, padding=kernel // 2)
    if kind == "pool":
        kernel = kernel or 2
        return Block(kind, 0, kernel, stride=kernel)
    return Block(kind, filters if has_filters(kind) else 0, join=JOINS.get(kind, ("",))[0])


def parse(text: object) -> Block:
    """Read a block.

    Parameters
    ----------
    text : str or Module
        A kind, then in any order a number of filters, ``k`` (kernel), ``s`` (stride) and ``p`` (padding) with a number, ``bn``,
        and for the two blocks with several ways how they meet: ``identity``, ``1x1``, ``zeros``; ``padded``, ``unpadded``.

    Raises
    ------
    ValueError
        In one sentence: what cannot be read.

    Examples
    --------
    >>> parse("conv 64 k7 s2 p3 bn")
    Block(kind='conv', filters=64, kernel=7, stride=2, padding=3, norm=True, join='', module=None)
    >>> str(parse("pool 3 s2")), str(parse("residual 128 s2 1x1"))
    ('pool k3 s2', 'residual 128 s2 1x1')
    """
    if isinstance(text, Module):
        return Block("own", module=text)
    if not isinstance(text, str) or not text.split():
        raise ValueError(f"architecture: a block is a text such as 'conv 64 k3' or a module, got {text!r:.60}.")
    kind, *words = text.lower().split()
    if kind not in KINDS:
        raise ValueError(f"architecture: unknown block {text!r:.60}; a block begins with one of {', '.join(KINDS)}.")
    found: dict[str, int | str | bool] = {}
    for word in words:
        letter, rest = word[0], word[1:]
        if word.isdecimal():
            found["kernel" if kind == "pool" else "filters"] = int(word)
        elif word in JOINS.get(kind, ()):
            found["join"] = word
        elif word == "bn" and kind == "conv":
            found["norm"] = True
        elif letter in "ksp" and rest.isdecimal() and _allowed(kind, letter):
            found[{"k": "kernel", "s": "stride", "p": "padding"}[letter]] = int(rest)
        else:
            raise ValueError(f"architecture: {word!r:.30} in {text!r:.60} means nothing for a block of kind {kind}.")
    return _complete(text, kind, found)


def _allowed(kind: str, letter: str) -> bool:
    return kind in ("conv", "pool") or (letter == "s" and kind in ("plain", "residual"))


def _complete(text: str, kind: str, found: dict[str, int | str | bool]) -> Block:
    usual = default(kind, int(found.get("filters", 0)), int(found.get("kernel", 0)))
    block = Block(**{**vars(usual), **found})
    if has_filters(kind) != (1 <= block.filters <= MOST_FILTERS) or (not has_filters(kind) and block.filters):
        wish = f"needs a number from 1 to {MOST_FILTERS}" if has_filters(kind) else "takes no number of filters"
        raise ValueError(f"architecture: {text!r:.60} {wish}.")
    if kind in ("conv", "pool") and not 1 <= block.kernel <= MOST_KERNEL:
        raise ValueError(f"architecture: the kernel of {text!r:.60} must be 1 to {MOST_KERNEL}.")
    if not 1 <= block.stride <= (MOST_KERNEL if kind == "pool" else MOST_STRIDE) or block.padding > MOST_PADDING:
        raise ValueError(
            f"architecture: {text!r:.60}: strides are 1 to {MOST_STRIDE} and paddings 0 to {MOST_PADDING} here."
        )
    return block
