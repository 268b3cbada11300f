from autograder.config import configure

configure(get_config())  # type: ignore[name-defined]  # noqa: F821  (nbgrader defines it)
