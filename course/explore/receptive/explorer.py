"""The receptive field figure with controls: pick a network, a layer, a place."""

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
from numpy.typing import ArrayLike

from course.explore.controls.explorer import Explorer
from course.explore.controls.player import Player
from course.explore.receptive.figure import draw
from course.explore.receptive.networks import NETWORKS
from course.explore.receptive.state import PLACES, Network, ReceptiveState, find_layer, make_network
from course.explore.receptive.words import ask


class ReceptiveFieldExplorer(Explorer):
    """See which pixels a number deep in a network can see, and how much each of them counts.

    Parameters
    ----------
    network : str or Module
        "LeNet-5", "VGG-16", "ResNet-18" to start with, or a network of your own, trained or not.
    image : array (H, W) or (C, H, W), or None
        The image; needed with a network of your own.
    layer : int or str
        Where the slider starts: a number or a dotted name.
    fn : function or None
        Your own ``receptive_field(layers)``; its three numbers are compared for every layer.

    Attributes
    ----------
    network, place : Dropdown
        Which network, and which number of the layer's map.
    layer : IntSlider
        Which convolution or pooling, counted from the image.
    player : Player
        The slider `layer` with play, pause, back and next.
    figure : HTML
        Drawing and sentences.
    state : ReceptiveState
        What is shown now.

    Examples
    --------
    >>> explorer = ReceptiveFieldExplorer("LeNet-5")
    >>> explorer.layer.value = 3
    >>> explorer.state.theory
    (6, 6, 16, 16)
    """

    def __init__(
        self,
        network: Any = "LeNet-5",
        image: ArrayLike | None = None,
        *,
        layer: int | str = 0,
        fn: Callable[..., Any] | None = None,
    ) -> None:
        start = make_network(network, image)
        first = find_layer(start, layer)
        super().__init__()
        self._fn = fn
        self._networks: dict[str, Network] = {start.name: start}
        names = list(NETWORKS) if start.name in NETWORKS else [start.name, *NETWORKS]
        style, layout = {"description_width": "64px"}, widgets.Layout(width="270px")
        self.network = widgets.Dropdown(
            options=names, value=start.name, description="network", style=style, layout=layout
        )
        self.place = widgets.Dropdown(options=list(PLACES), description="number", style=style, layout=layout)
        self.player = Player(len(start.windows), "layer")
        self.layer = self.player.slider
        self.layer.value = first
        self.state = ReceptiveState(start)
        self.network.observe(self._on_network, names="value")
        self.layer.observe(self._on_change, names="value")
        self.place.observe(self._on_change, names="value")
        self.update(self._draw)
        panel = widgets.HBox([self.network, self.place], layout=widgets.Layout(flex_flow="row wrap"))
        self.children = [panel, self.player, self.figure]

    def _on_network(self, _: Any) -> None:
        def choose() -> None:
            self.player.resize(len(self._chosen().windows))
            self._draw()

        self.update(choose)

    def _on_change(self, _: Any) -> None:
        self.update(self._draw)

    def _chosen(self) -> Network:
        name = self.network.value
        if name not in self._networks:
            self._networks[name] = make_network(name)
        return self._networks[name]

    def _draw(self) -> None:
        network, index = self._chosen(), self.layer.value
        self.state = ReceptiveState(network, index, self.place.value, ask(self._fn, network.windows[index]))
        self.figure.value = draw(self.state).html
