"""Grading: checks that say what is wrong, and the way from them to nbgrader's gradebook.

from autograder import check
check("conv2d_forward", conv2d_forward)
"""

from autograder.in_kernel import check
from autograder.report import Report

__all__ = ["Report", "check"]
