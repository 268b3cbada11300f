"""Figures that show every number, and explorers that let you move them.

An explorer needs ipywidgets and is imported when you ask for it; the figures need NumPy alone.
"""

from typing import TYPE_CHECKING, Any

from course.explore.figure import Figure, convolution_figure
from course.explore.gallery import gallery

if TYPE_CHECKING:
    from course.explore.convolution_explorer import ConvolutionExplorer

__all__ = ["ConvolutionExplorer", "Figure", "convolution_figure", "gallery"]


def __getattr__(name: str) -> Any:
    if name == "ConvolutionExplorer":
        from course.explore.convolution_explorer import ConvolutionExplorer

        return ConvolutionExplorer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
