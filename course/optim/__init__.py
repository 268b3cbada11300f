"""Optimisers: a function for one step of one array, and a class that does it for a whole network."""

from course.optim.adagrad import Adagrad, adagrad_step
from course.optim.adam import Adam, AdamW, adam_step, adamw_step
from course.optim.clip import clip_grad_norm, clip_grad_value
from course.optim.optimizer import Optimizer
from course.optim.rmsprop import RMSprop, rmsprop_step
from course.optim.schedule import cosine, one_cycle, step_lr, warm_up
from course.optim.sgd import SGD, sgd_step

__all__ = [
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSprop",
    "adagrad_step",
    "adam_step",
    "adamw_step",
    "clip_grad_norm",
    "clip_grad_value",
    "cosine",
    "one_cycle",
    "rmsprop_step",
    "sgd_step",
    "step_lr",
    "warm_up",
]
