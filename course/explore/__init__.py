"""Figures that show every number, and explorers that let you move them.

One folder for each explorer; `drawing` and `controls` are what they share. What a notebook asks for is imported then: an
explorer needs ipywidgets, a figure NumPy alone.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from course.explore.bars import bars
from course.explore.curves import curves
from course.explore.drawing.figure import Figure
from course.explore.gallery import gallery

if TYPE_CHECKING:
    from course.explore.architecture.assemble import assemble
    from course.explore.architecture.explorer import ArchitectureExplorer
    from course.explore.architecture.figure import architecture_figure
    from course.explore.augmentation.explorer import AugmentationExplorer
    from course.explore.backward.explorer import BackwardExplorer
    from course.explore.backward.figure import backward_figure
    from course.explore.clinic.figure import clinic_figure
    from course.explore.connections.explorer import ConnectionsExplorer
    from course.explore.connections.figure import connections_figure
    from course.explore.conv_matrix.explorer import ConvMatrixExplorer
    from course.explore.conv_matrix.figure import conv_matrix_figure
    from course.explore.convolution.explorer import ConvolutionExplorer
    from course.explore.convolution.figure import convolution_figure
    from course.explore.dashboard.explorer import TrainingDashboard
    from course.explore.descent.explorer import DescentExplorer
    from course.explore.descent.figure import descent_figure
    from course.explore.digit_pad.explorer import DigitPad
    from course.explore.distributions.explorer import DistributionsExplorer
    from course.explore.equivariance.explorer import EquivarianceExplorer
    from course.explore.equivariance.figure import equivariance_figure
    from course.explore.features import features_figure
    from course.explore.filters.explorer import FilterExplorer
    from course.explore.filters.figure import filter_figure
    from course.explore.im2col.explorer import Im2colExplorer
    from course.explore.im2col.figure import im2col_figure
    from course.explore.kspace.explorer import KSpaceExplorer
    from course.explore.kspace.figure import kspace_figure
    from course.explore.pooling.explorer import PoolingExplorer
    from course.explore.pooling.figure import pooling_figure
    from course.explore.receptive.explorer import ReceptiveFieldExplorer
    from course.explore.receptive.figure import receptive_field_figure
    from course.explore.softmax.explorer import SoftmaxExplorer
    from course.explore.softmax.figure import softmax_figure
    from course.explore.windows.explorer import WindowsExplorer
    from course.explore.windows.figure import windows_figure

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

_WHERE = {
    "ArchitectureExplorer": "architecture.explorer",
    "AugmentationExplorer": "augmentation.explorer",
    "BackwardExplorer": "backward.explorer",
    "ConnectionsExplorer": "connections.explorer",
    "ConvMatrixExplorer": "conv_matrix.explorer",
    "ConvolutionExplorer": "convolution.explorer",
    "DescentExplorer": "descent.explorer",
    "DigitPad": "digit_pad.explorer",
    "DistributionsExplorer": "distributions.explorer",
    "EquivarianceExplorer": "equivariance.explorer",
    "FilterExplorer": "filters.explorer",
    "Im2colExplorer": "im2col.explorer",
    "KSpaceExplorer": "kspace.explorer",
    "PoolingExplorer": "pooling.explorer",
    "ReceptiveFieldExplorer": "receptive.explorer",
    "SoftmaxExplorer": "softmax.explorer",
    "TrainingDashboard": "dashboard.explorer",
    "WindowsExplorer": "windows.explorer",
    "architecture_figure": "architecture.figure",
    "assemble": "architecture.assemble",
    "backward_figure": "backward.figure",
    "clinic_figure": "clinic.figure",
    "connections_figure": "connections.figure",
    "conv_matrix_figure": "conv_matrix.figure",
    "convolution_figure": "convolution.figure",
    "descent_figure": "descent.figure",
    "equivariance_figure": "equivariance.figure",
    "features_figure": "features",
    "filter_figure": "filters.figure",
    "im2col_figure": "im2col.figure",
    "kspace_figure": "kspace.figure",
    "pooling_figure": "pooling.figure",
    "receptive_field_figure": "receptive.figure",
    "softmax_figure": "softmax.figure",
    "windows_figure": "windows.figure",
}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f"course.explore.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
