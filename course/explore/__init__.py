"""Figures that show every number, and explorers that let you move them.

One folder for each explorer; `drawing` and `controls` are what they share. An explorer needs ipywidgets and is imported
when you ask for it; the figures need NumPy alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from course.explore.architecture.assemble import assemble
from course.explore.architecture.figure import architecture_figure
from course.explore.backward.figure import backward_figure
from course.explore.bars import bars
from course.explore.clinic.figure import clinic_figure
from course.explore.connections.figure import connections_figure
from course.explore.conv_matrix.figure import conv_matrix_figure
from course.explore.convolution.figure import convolution_figure
from course.explore.curves import curves
from course.explore.descent.figure import descent_figure
from course.explore.drawing.figure import Figure
from course.explore.equivariance.figure import equivariance_figure
from course.explore.features import features_figure
from course.explore.filters.figure import filter_figure
from course.explore.gallery import gallery
from course.explore.im2col.figure import im2col_figure
from course.explore.kspace.figure import kspace_figure
from course.explore.pooling.figure import pooling_figure
from course.explore.receptive.figure import receptive_field_figure
from course.explore.softmax.figure import softmax_figure
from course.explore.windows.figure import windows_figure

if TYPE_CHECKING:
    from course.explore.architecture.explorer import ArchitectureExplorer
    from course.explore.augmentation.explorer import AugmentationExplorer
    from course.explore.backward.explorer import BackwardExplorer
    from course.explore.connections.explorer import ConnectionsExplorer
    from course.explore.conv_matrix.explorer import ConvMatrixExplorer
    from course.explore.convolution.explorer import ConvolutionExplorer
    from course.explore.dashboard.explorer import TrainingDashboard
    from course.explore.descent.explorer import DescentExplorer
    from course.explore.digit_pad.explorer import DigitPad
    from course.explore.distributions.explorer import DistributionsExplorer
    from course.explore.equivariance.explorer import EquivarianceExplorer
    from course.explore.filters.explorer import FilterExplorer
    from course.explore.im2col.explorer import Im2colExplorer
    from course.explore.kspace.explorer import KSpaceExplorer
    from course.explore.pooling.explorer import PoolingExplorer
    from course.explore.receptive.explorer import ReceptiveFieldExplorer
    from course.explore.softmax.explorer import SoftmaxExplorer
    from course.explore.windows.explorer import WindowsExplorer

__all__ = [
    "ArchitectureExplorer",
    "AugmentationExplorer",
    "BackwardExplorer",
    "ConnectionsExplorer",
    "ConvMatrixExplorer",
    "ConvolutionExplorer",
    "DescentExplorer",
    "DigitPad",
    "DistributionsExplorer",
    "EquivarianceExplorer",
    "Figure",
    "FilterExplorer",
    "Im2colExplorer",
    "KSpaceExplorer",
    "PoolingExplorer",
    "ReceptiveFieldExplorer",
    "SoftmaxExplorer",
    "TrainingDashboard",
    "WindowsExplorer",
    "architecture_figure",
    "assemble",
    "backward_figure",
    "bars",
    "clinic_figure",
    "connections_figure",
    "conv_matrix_figure",
    "convolution_figure",
    "curves",
    "descent_figure",
    "equivariance_figure",
    "features_figure",
    "filter_figure",
    "gallery",
    "im2col_figure",
    "kspace_figure",
    "pooling_figure",
    "receptive_field_figure",
    "softmax_figure",
    "windows_figure",
]

_EXPLORERS = {
    "ArchitectureExplorer": "architecture",
    "AugmentationExplorer": "augmentation",
    "BackwardExplorer": "backward",
    "ConnectionsExplorer": "connections",
    "ConvMatrixExplorer": "conv_matrix",
    "ConvolutionExplorer": "convolution",
    "EquivarianceExplorer": "equivariance",
    "DescentExplorer": "descent",
    "DigitPad": "digit_pad",
    "DistributionsExplorer": "distributions",
    "FilterExplorer": "filters",
    "Im2colExplorer": "im2col",
    "KSpaceExplorer": "kspace",
    "PoolingExplorer": "pooling",
    "ReceptiveFieldExplorer": "receptive",
    "SoftmaxExplorer": "softmax",
    "TrainingDashboard": "dashboard",
    "WindowsExplorer": "windows",
}


def __getattr__(name: str) -> Any:
    if name in _EXPLORERS:
        return getattr(import_module(f"course.explore.{_EXPLORERS[name]}.explorer"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
