"""Grading from outside: a student's notebook runs in a kernel that is not trusted, and is judged by a process that is.

The room serves any nbgrader course; it knows nothing of `course`, and takes NumPy, Jupyter and nbgrader.

- `wire`: arrays and simple values as JSON and raw buffers, bounded, no pickle; `agent` is its end in the kernel.
- `compiling`: tells when Numba compiles, so that no limit counts it.
- `kernel`: a kernel with limits on time, output and message size, which is interrupted, killed and started again.
- `student`: the student's notebook in such a kernel: cells, calls of functions, replay after a loss.
- `trusted`: `TrustedExecute`, which takes the place of nbgrader's `Execute`.
- `engines`: which sandbox works here, and the choice among them; `provisioner` starts kernels in it.

In `nbgrader_config.py`:

    from autograder.outside.setup import use
    use(c, engine="auto", judge="my_course.checks:judge")

`judge(assignment, grade_id, source)` returns None for a test cell that is to run in the kernel as it always did, or an object
with a method `judge(student)` that calls the student's functions and returns a `Verdict`.
"""
