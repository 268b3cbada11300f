"""`python -m autograder` is `course-grade`."""

from autograder.cli import main

if __name__ == "__main__":
    main(prog_name="course-grade")
