"""Speed as ratios: ours beside PyTorch's, NumPy's and a naive compiled loop's, taking turns in one run."""

from course.bench.clock import Timing, take_turns
from course.bench.run import Result, run

__all__ = ["Result", "Timing", "run", "take_turns"]
