"""Looking into networks: tables of layers, receptive fields, gradient checks, what units see, and where answers go wrong."""

from course.insight.activations import activations
from course.insight.confusion import ConfusionMatrix, confusion_matrix
from course.insight.cost import multiply_adds
from course.insight.deep_dream import deep_dream
from course.insight.equivariance import Equivariance, Point, equivariance, invariance_curve, shift
from course.insight.gradient_check import gradient_check, gradient_check_module
from course.insight.gradient_report import Finding, GradientReport
from course.insight.maximise import Maximised, maximise
from course.insight.measured_field import MeasuredField, measured_receptive_field
from course.insight.mistakes import Mistake, worst_mistakes
from course.insight.overlap import dice_scores, mean_iou
from course.insight.receptive_field import Field, ReceptiveFields, receptive_field, through_window
from course.insight.saliency import occlusion, saliency
from course.insight.summary import Row, Summary, summary
from course.insight.uncertainty import Uncertainty, uncertainty

__all__ = [
    "ConfusionMatrix",
    "Equivariance",
    "Field",
    "Finding",
    "GradientReport",
    "Maximised",
    "MeasuredField",
    "Mistake",
    "Point",
    "ReceptiveFields",
    "Row",
    "Summary",
    "Uncertainty",
    "activations",
    "confusion_matrix",
    "deep_dream",
    "dice_scores",
    "equivariance",
    "gradient_check",
    "gradient_check_module",
    "invariance_curve",
    "maximise",
    "mean_iou",
    "measured_receptive_field",
    "multiply_adds",
    "occlusion",
    "receptive_field",
    "saliency",
    "shift",
    "summary",
    "through_window",
    "uncertainty",
    "worst_mistakes",
]
