"""Optimisers: a function for one step of one array, and a class that does it for a whole network."""

from course.optim.adam import Adam, adam_step
from course.optim.optimizer import Optimizer
from course.optim.schedule import one_cycle
from course.optim.sgd import SGD, sgd_step

__all__ = ["SGD", "Adam", "Optimizer", "adam_step", "one_cycle", "sgd_step"]
