"""The architecture figure with controls: choose a block, change it, add one below, take one out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from course import nn
from course.explore.architecture.assemble import assemble
from course.explore.architecture.blocks import (
    JOINS,
    KINDS,
    MOST_FILTERS,
    MOST_KERNEL,
    MOST_PADDING,
    MOST_STRIDE,
    Block,
    default,
    has_filters,
)
from course.explore.architecture.figure import check_index, draw
from course.explore.architecture.presets import IMAGES, NETWORKS
from course.explore.architecture.state import MOST_BLOCKS, Architecture, look, read
from course.explore.controls.explorer import Explorer

ROW = widgets.Layout(flex_flow="row wrap", align_items="center")


class ArchitectureExplorer(Explorer):
    """Put a network together from blocks and see what it costs; blocks that do not fit are explained.

    Parameters
    ----------
    network : str, or list of str and Module
        What to start with: a name such as "VGG-16", or blocks such as ``["conv 8 bn", "pool", "flatten", "dense 10"]``.
    input_shape : (C, H, W) or None
        Of one image; a named network has its own, a list (1, 28, 28).
    block : int
        Which block is chosen first.
    fn : function or None
        Your own ``vgg_table(configuration, input_shape, hidden, num_classes)``; compared where the network is a VGG.

    Attributes
    ----------
    network, image : Dropdown
        What to start from, and the image's shape.
    block : IntSlider
        The chosen block, from 1.
    kind, join : Dropdown
        What it is, and how its ways meet.
    filters, kernel, stride, padding : BoundedIntText
        Its numbers.
    norm : Checkbox
        Whether a convolution has batch normalisation.
    add, remove : Button
        A copy of the chosen block below it; the chosen block out.
    blocks : tuple of Block
        The network now; `build` makes a module of it.
    figure : HTML
        Drawing and sentences.
    state : Architecture
        What is shown now.

    Examples
    --------
    >>> explorer = ArchitectureExplorer(["conv 8", "flatten", "dense 10"])
    >>> explorer.block.value, explorer.stride.value = 1, 2
    >>> explorer.state.rows[0].output
    (8, 14, 14)
    """

    def __init__(
        self,
        network: Any = "small VGG",
        input_shape: tuple[int, int, int] | None = None,
        *,
        block: int = 0,
        fn: Callable[..., Any] | None = None,
    ) -> None:
        name, self.blocks, shape = read(network, input_shape)
        first = check_index(block, len(self.blocks))
        super().__init__()
        self._fn, self._name, self._start = fn, name, (self.blocks, shape)
        names = list(NETWORKS) if name in NETWORKS else [name, *NETWORKS]
        images: dict[str, tuple[int, ...]] = dict(IMAGES.items())
        if shape not in images.values():
            images = {"×".join(map(str, shape)): shape, **images}
        self._make_controls(names, images, shape, first)
        self.state: Architecture = look(name, self.blocks, shape, first, fn)
        self.update(self._show)
        for control, action in (
            (self.network, self._restart),
            (self.image, self._show),
            (self.block, self._show),
            (self.kind, self._other_kind),
            *((c, self._change) for c in (self.filters, self.kernel, self.stride, self.padding, self.norm, self.join)),
        ):
            control.observe(lambda _, action=action: self.update(action), names="value")
        self.add.on_click(lambda _: self.update(self._add))
        self.remove.on_click(lambda _: self.update(self._remove))
        rows = (
            (self.network, self.image),
            (self.block, self.add, self.remove),
            (self.kind, self.filters, self.kernel, self.stride, self.padding, self.norm, self.join),
        )
        self.children = [*(widgets.HBox(row, layout=ROW) for row in rows), self.figure]

    def _make_controls(self, names: list[str], images: dict[str, Any], shape: tuple[int, ...], first: int) -> None:
        fit = {"description_width": "initial"}
        wide, narrow = widgets.Layout(width="270px"), widgets.Layout(width="120px")
        self.network = widgets.Dropdown(
            options=names, value=self._name, description="start from", style=fit, layout=wide
        )
        self.image = widgets.Dropdown(options=images, value=shape, description="image", style=fit, layout=wide)
        self.block = widgets.IntSlider(
            value=first + 1,
            min=1,
            max=len(self.blocks),
            description="block",
            style=fit,
            layout=widgets.Layout(width="330px"),
        )
        button = widgets.Layout(width="130px")
        self.add = widgets.Button(description="+ Add below", tooltip="a copy of this block below it", layout=button)
        self.remove = widgets.Button(description="− Remove", tooltip="take this block out", layout=button)
        self.kind = widgets.Dropdown(options=KINDS, description="kind", style=fit, layout=widgets.Layout(width="150px"))

        def count(name: str, least: int, most: int) -> widgets.BoundedIntText:
            return widgets.BoundedIntText(value=least, min=least, max=most, description=name, style=fit, layout=narrow)

        self.filters = count("filters", 1, MOST_FILTERS)
        self.filters.layout = widgets.Layout(width="135px")
        self.kernel, self.stride = count("kernel", 1, MOST_KERNEL), count("stride", 1, MOST_STRIDE)
        self.padding = count("padding", 0, MOST_PADDING)
        self.norm = widgets.Checkbox(description="batch norm", indent=False, layout=widgets.Layout(width="110px"))
        self.join = widgets.Dropdown(description="ways meet", style=fit, layout=widgets.Layout(width="190px"))

    def build(self, seed: int = 0) -> nn.Sequential:
        """Make the network that is shown, ready to be trained.

        Parameters
        ----------
        seed : int
            Of the first weights.

        Raises
        ------
        ValueError
            While a block does not fit: which, and why.
        """
        parts = [block.module or str(block) for block in self.blocks]
        return assemble(parts, self.image.value, seed)

    def _chosen(self) -> Block:
        return self.blocks[self.block.value - 1]

    def _restart(self) -> None:
        if self.network.value in NETWORKS:
            self._name, self.blocks, shape = read(self.network.value, None)
        else:
            self._name, (self.blocks, shape) = self.network.value, self._start
        self.image.value = shape
        self.block.value = 1
        self._show()

    def _other_kind(self) -> None:
        filters = self.filters.value if has_filters(self._chosen().kind) else 16
        self._replace([default(self.kind.value, filters)])

    def _change(self) -> None:
        numbers = {
            name: getattr(self, name).value
            for name in ("kernel", "stride", "padding", "norm")
            if not getattr(self, name).disabled
        }
        if not self.filters.disabled:
            numbers["filters"] = self.filters.value
        if not self.join.disabled:
            numbers["join"] = self.join.value
        self._replace([replace(self._chosen(), **numbers)])

    def _add(self) -> None:
        if len(self.blocks) < MOST_BLOCKS:
            self._replace([self._chosen()] * 2)
            self.block.value += 1
            self._show()

    def _remove(self) -> None:
        if len(self.blocks) > 1:
            self._replace([])

    def _replace(self, blocks: list[Block]) -> None:
        """Put others in the chosen block's place."""
        i = self.block.value - 1
        self.blocks = (*self.blocks[:i], *blocks, *self.blocks[i + 1 :])
        self._show()

    def _show(self) -> None:
        self.block.max = len(self.blocks)
        block = self._chosen()
        self.kind.options = KINDS if block.module is None else (*KINDS, "own")
        self.kind.value = block.kind
        sliding = block.kind in ("conv", "pool")
        for control, name, used in (
            (self.filters, "filters", has_filters(block.kind)),
            (self.kernel, "kernel", sliding),
            (self.stride, "stride", sliding or block.kind in ("plain", "residual")),
            (self.padding, "padding", sliding),
            (self.norm, "norm", block.kind == "conv"),
        ):
            control.disabled = not used
            if used:
                control.value = getattr(block, name)
        self.join.options = JOINS.get(block.kind, ("-",))
        self.join.index, self.join.disabled = 0, block.kind not in JOINS
        if block.kind in JOINS:
            self.join.value = block.join
        self.add.disabled, self.remove.disabled = len(self.blocks) >= MOST_BLOCKS, len(self.blocks) < 2
        self.state = look(self._name, self.blocks, self.image.value, self.block.value - 1, self._fn)
        self.figure.value = draw(self.state).html
