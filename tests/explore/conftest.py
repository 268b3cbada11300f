"""Read a figure back: find its parts and the numbers written in them."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

SVG = "{http://www.w3.org/2000/svg}"


class Reading:
    """A parsed drawing.

    Parameters
    ----------
    figure : str
        SVG, or HTML that is well-formed XML.
    """

    def __init__(self, figure: str) -> None:
        self.root = ET.fromstring(figure)

    def names(self) -> set[str]:
        """The names of all parts."""
        return {node.get("data-part") for node in self.root.iter() if node.get("data-part")}

    def part(self, name: str) -> ET.Element:
        """The one element with this name."""
        found = [node for node in self.root.iter() if node.get("data-part") == name]
        assert len(found) == 1, f"{len(found)} parts are called {name!r}"
        return found[0]

    def words(self, name: str) -> str:
        """All text of a part, in the order it was drawn."""
        return " ".join("".join(node.itertext()) for node in self.part(name).iter(f"{SVG}text"))

    def numbers(self, name: str) -> np.ndarray:
        """The numbers written in a part, row by row."""
        texts = [node.text or "" for node in self.part(name).iter(f"{SVG}text")]
        return np.array([float(text.replace("−", "-")) for text in texts])

    def frames(self, name: str) -> np.ndarray:
        """x, y, width, height of the unfilled rectangles in a part, (n, 4)."""
        boxes = [node for node in self.part(name).iter(f"{SVG}rect") if node.get("fill") == "none"]
        return np.array([[float(node.get(side, "")) for side in ("x", "y", "width", "height")] for node in boxes])

    def sentences(self) -> str:
        """The text below the drawing."""
        return " ".join("".join(node.itertext()) for node in self.root.iter("p"))


@pytest.fixture
def read() -> type[Reading]:
    """`Reading`: ``read(figure.svg).numbers("out")``."""
    return Reading


@pytest.fixture
def demo() -> dict:
    """Three channels of 5x5, two filters of 3x3, a bias; padding 1 and stride 2 give 3x3 outputs."""
    rng = np.random.default_rng(1)
    return {
        "x": rng.integers(0, 3, (3, 5, 5)),
        "weight": rng.integers(-1, 2, (2, 3, 3, 3)),
        "bias": [1, 0],
        "stride": 2,
        "padding": 1,
    }
