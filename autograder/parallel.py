"""Grade many submissions at once: in processes of this machine, or on a Dask scheduler."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.one import LIMIT, Job, Outcome, grade_one
from autograder.quickly import leave_out_addresses

Grade = Callable[[Job], Outcome]


def grade_all(
    jobs: Iterable[Job], workers: int = 1, scheduler: str = "", log: Path | None = None, grade: Grade = grade_one
) -> Iterator[Outcome]:
    """Grade all jobs and yield each outcome when it is there; the order is that of getting done.

    Parameters
    ----------
    jobs
        Taken one by one, a few ahead of the work.
    workers
        Processes on this machine.
    scheduler
        Address of a Dask scheduler to use instead, such as "tcp://10.0.0.5:8786".
    log
        File for what the processes and their kernels say of themselves; None lets them say it here.
    grade
        What grades one submission.

    Yields
    ------
    Outcome

    Raises
    ------
    UsageError
        If the scheduler cannot be reached, or goes away.
    """
    return _on_dask(jobs, scheduler, grade) if scheduler else _here(iter(jobs), max(1, workers), log, grade)


def _here(jobs: Iterator[Job], workers: int, log: Path | None, grade: Grade) -> Iterator[Outcome]:
    """Grade with a pool; if it breaks, the jobs it had are suspects and go through a pool for one."""
    left = True
    while left:
        running: dict[Future[Outcome], Job] = {}
        suspects: list[Job] = []
        pool = _pool(workers, log)
        try:
            while not suspects:
                while len(running) < workers + 1 and not suspects:
                    job = next(jobs, None)
                    if job is None:
                        left = False
                        break
                    try:
                        running[pool.submit(grade, job)] = job
                    except BrokenProcessPool:
                        suspects.append(job)
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    outcome = _result(future, running[future])
                    if outcome is None:
                        suspects.append(running[future])
                    else:
                        yield outcome
                    del running[future]
        finally:
            pool.shutdown(wait=not suspects, cancel_futures=True)
        suspects += running.values()
        yield from _alone(suspects, log, grade)


def _alone(suspects: list[Job], log: Path | None, grade: Grade) -> Iterator[Outcome]:
    """Grade one after the other, so that only the job that ends its process suffers; each has two tries."""
    pool = _pool(1, log)
    try:
        for job in suspects:
            for _ in range(2):
                outcome = _result(pool.submit(grade, job), job)
                if outcome is not None:
                    break
                pool.shutdown(wait=False)
                pool = _pool(1, log)
            yield outcome or Outcome(job.student, job.unit, job.key, reason=_killed(), notes=list(job.notes))
    finally:
        pool.shutdown(cancel_futures=True)


def _result(future: "Future[Outcome]", job: Job) -> Outcome | None:
    """Return what a job came to; None if its process was lost."""
    try:
        return future.result()
    except BrokenProcessPool:
        return None
    except Exception as error:  # what came back could not be read, for example
        return Outcome(job.student, job.unit, job.key, reason=f"grading stopped with {type(error).__name__}: {error}")


def _killed() -> str:
    return f"the process that graded it was killed twice (out of memory, or longer than {LIMIT / 60:g} minutes)"


def _pool(workers: int, log: Path | None) -> ProcessPoolExecutor:
    # Fresh interpreters: nothing of this process, its threads and open gradebook among it, is copied.
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=spawn, initializer=_begin, initargs=(log,))


def _begin(log: Path | None) -> None:
    """Send what this process says to the log, and end it when the one that started it ends."""
    leave_out_addresses()
    if log is not None:
        file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.dup2(file, 1)
        os.dup2(file, 2)
        os.close(file)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _on_dask(jobs: Iterable[Job], address: str, grade: Grade) -> Iterator[Outcome]:
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise UsageError("A Dask scheduler needs dask.distributed: pip install 'sobel-to-vgg[scale]'.") from None
    try:
        client = Client(address, timeout="5s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"No Dask scheduler answers at {address} ({type(error).__name__}).") from error
    try:
        if not client.nthreads():
            raise UsageError(f"The Dask scheduler at {address} has no workers: start some with `dask worker`.")
        yield from _feed(client, as_completed(loop=client.loop), iter(jobs), grade, address)
    finally:
        client.close(timeout=5)


def _feed(client: Any, done: Any, jobs: Iterator[Job], grade: Grade, address: str) -> Iterator[Outcome]:
    """Keep the scheduler a few jobs ahead of its workers; whoever was there when workers died goes again, alone."""
    owner: dict[str, Job] = {}
    suspects: list[Job] = []

    def send() -> None:
        job = next(jobs, None)
        if job is not None:
            future = client.submit(grade, job, pure=False)
            owner[future.key] = job
            done.add(future)

    for _ in range(2 * sum(client.nthreads().values())):
        send()
    for future in done:
        job = owner.pop(future.key)
        outcome = _dask_result(future, job, address)
        if outcome is None:
            suspects.append(job)
        else:
            yield outcome
        del future  # the cluster forgets a result that nobody holds
        send()
    for job in suspects:
        outcome = _dask_result(client.submit(grade, job, pure=False), job, address)
        yield outcome or Outcome(job.student, job.unit, job.key, reason=_killed(), notes=list(job.notes))


def _dask_result(future: Any, job: Job, address: str) -> Outcome | None:
    """Return what a job came to; None if the workers that had it died."""
    error = None if future.cancelled() else future.exception()
    if future.cancelled() or future.status == "lost":
        raise UsageError(f"The Dask scheduler at {address} went away; what is graded is kept, so run again.")
    if error is None:
        outcome: Outcome = future.result()
        return outcome
    if type(error).__name__ == "KilledWorker":
        return None
    reason = f"grading stopped with {type(error).__name__}: {error}"
    return Outcome(job.student, job.unit, job.key, reason=reason, notes=list(job.notes))
