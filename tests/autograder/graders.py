"""Stand-ins for `grade_one` that processes of a pool can import: some die on the way."""

import os
import signal
import time
from pathlib import Path

from autograder.one import Job, Outcome


def job(student: str, **extras: bytes) -> Job:
    return Job(student, "unit", "key", {"cells": []}, extras, b"", {}, "seed")


def quick(job: Job) -> Outcome:
    return Outcome(job.student, job.unit, job.key, scores={"a": (1.0, False)})


def dying(job: Job) -> Outcome:
    """A student called mallory kills the process, always; one called unlucky does so the first time."""
    time.sleep(0.05)
    tried = Path(os.fsdecode(job.extras["folder"])) / job.student
    if job.student == "mallory" or (job.student == "unlucky" and not tried.exists()):
        tried.write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(job)


def raising(job: Job) -> Outcome:
    raise ZeroDivisionError("for " + job.student)


def waiting(job: Job) -> Outcome:
    """Say which process this is, and never end."""
    folder = Path(os.fsdecode(job.extras["folder"]))
    (folder / f"{os.getpid()}.pid").write_text("")
    time.sleep(600)
    return quick(job)
