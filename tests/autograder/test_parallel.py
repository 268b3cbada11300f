"""Many graders at once: lost processes cost nobody anything, in a pool and on Dask."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the processes of a pool take it over
import graders

from autograder.errors import UsageError
from autograder.parallel import grade_all

pytestmark = pytest.mark.slow  # `make quick` has other things to look at


def jobs(names, folder):
    return [graders.job(name, folder=os.fsencode(folder)) for name in names]


def test_all_are_graded_and_jobs_are_only_made_a_few_ahead(tmp_path):
    made = []

    def lazily():
        for job in jobs([f"student-{i}" for i in range(20)], tmp_path):
            made.append(job.student)
            yield job

    graded = []
    for outcome in grade_all(lazily(), workers=2, grade=graders.quick):
        graded.append(outcome.student)
        assert len(made) <= len(graded) + 4
    assert sorted(graded) == sorted(made)
    assert len(graded) == 20


@pytest.mark.parametrize("workers", [1, 2])
def test_who_kills_the_process_is_listed_and_nobody_else(tmp_path, workers):
    names = ["ada", "mallory", "ben", "unlucky", "chloe", "dev", "eli"]
    reasons = {o.student: o.reason for o in grade_all(jobs(names, tmp_path), workers, grade=graders.dying)}
    assert sorted(reasons) == sorted(names)
    assert "was killed twice (out of memory, or longer than 30 minutes)" in reasons.pop("mallory")
    assert set(reasons.values()) == {""}


def test_an_error_of_the_grader_is_a_reason(tmp_path):
    [outcome] = grade_all(jobs(["ada"], tmp_path), grade=graders.raising)
    assert outcome.reason == "grading stopped with ZeroDivisionError: for ada"


def test_graders_leave_when_the_one_who_started_them_is_killed(tmp_path):
    code = f"""
import sys; sys.path[:0] = [{str(Path(__file__).parent)!r}]
import graders, os
from autograder.parallel import grade_all
if __name__ == "__main__":
    list(grade_all([graders.job(s, folder={str(tmp_path)!r}.encode()) for s in "ab"], 2, grade=graders.waiting))
"""
    script = tmp_path / "run.py"
    script.write_text(code)
    writer = subprocess.Popen([sys.executable, script])
    try:
        deadline = time.monotonic() + 60
        while len(pids := [int(path.stem) for path in tmp_path.glob("*.pid")]) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        gone, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], timeout=20)
        assert not alive
    finally:
        writer.kill()


def test_a_scheduler_that_is_not_there_is_one_sentence():
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9 "):
        list(grade_all([], scheduler="tcp://127.0.0.1:9"))


@pytest.mark.slow
def test_dask_grades_goes_on_after_a_lost_worker_and_lists_who_kills_workers(tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        names = ["ada", "mallory", "ben", "unlucky", "chloe"]
        found = {
            o.student: o.reason
            for o in grade_all(jobs(names, tmp_path), scheduler=cluster.scheduler_address, grade=graders.dying)
        }
    assert sorted(found) == sorted(names)
    assert "was killed" in found.pop("mallory")
    assert set(found.values()) == {""}
