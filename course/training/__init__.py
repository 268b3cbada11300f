"""From a network and a data set to trained weights: the plain loop, then a run that can be watched, stopped and resumed."""

from course.training.checkpoint import load_model
from course.training.data_parallel import DataParallel
from course.training.loop import Score, evaluate, train, training_step
from course.training.metrics import accuracy, mean_dice
from course.training.plan import Plan, Progress
from course.training.trainer import Trainer

__all__ = [
    "DataParallel",
    "Plan",
    "Progress",
    "Score",
    "Trainer",
    "accuracy",
    "evaluate",
    "load_model",
    "mean_dice",
    "train",
    "training_step",
]
