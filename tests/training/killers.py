"""A loss that takes its process along once; the workers of test_data_parallel.py import it from here."""

import os
import signal
from pathlib import Path

import numpy as np

from course.nn import CrossEntropyLoss


class DeadlyLoss(CrossEntropyLoss):
    """Cross-entropy; the first process that computes it on more than 8 images is killed in the middle of its step."""

    def __init__(self, mark: Path) -> None:
        super().__init__()
        self.mark = mark

    def forward(self, logits: np.ndarray, labels: np.ndarray) -> float:
        if len(labels) > 8:
            try:
                self.mark.touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return super().forward(logits, labels)
