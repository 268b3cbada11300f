"""Ask the C library to keep memory that was freed: the next array takes it again, instead of new pages from the system."""

from __future__ import annotations

import ctypes
import os
import sys

DASK = "65536"  # what dask.distributed sets MALLOC_TRIM_THRESHOLD_ to in its workers, so that each freed array goes back at once


def keep_freed_memory() -> None:
    """On Linux, keep up to 256 MB of freed memory for arrays of up to 32 MB, unless MALLOC_TRIM_THRESHOLD_ says another wish.

    A layer's output is freed a moment before the next step makes one of the same size. Given back to the system in between, it
    comes again page by page, each cleared first: 550 pages in a step of LeNet-5, a quarter of its time. See mallopt(3).
    """
    if sys.platform == "linux" and os.environ.get("MALLOC_TRIM_THRESHOLD_", DASK) == DASK:
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # not every C library has it
        if mallopt:
            mallopt(-3, 32 << 20)  # M_MMAP_THRESHOLD: the most that it takes
            mallopt(-1, 256 << 20)  # M_TRIM_THRESHOLD
            mallopt(-2, 16 << 20)  # M_TOP_PAD
