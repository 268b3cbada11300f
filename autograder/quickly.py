"""Import nbgrader in two seconds where it takes five."""

import sys


def leave_out_addresses() -> None:
    """Let jsonschema do without its check of international addresses, in a process that is ours alone.

    That check builds a grammar while it is imported, which is three of the five seconds that `import nbgrader` takes; the
    schema of a notebook asks for no address. jsonschema takes its absence for a package that is not installed.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


if __name__ == "__main__":  # `python -m autograder.quickly` is `nbgrader`, three seconds sooner
    leave_out_addresses()
    from nbgrader.apps.nbgraderapp import main

    main()
