"""From a network and a data set to trained weights: the plain loop, then a run that can be watched, stopped and resumed."""

from course.training.checkpoint import load_model
from course.training.loop import Score, evaluate, train, training_step
from course.training.trainer import Plan, Progress, Trainer

__all__ = ["Plan", "Progress", "Score", "Trainer", "evaluate", "load_model", "train", "training_step"]
