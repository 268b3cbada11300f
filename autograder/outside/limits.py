"""How much of everything a student's kernel gets."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits for one submission.

    Parameters
    ----------
    cell, call
        Seconds for one cell, and for one call of a function by a check.
    grace
        Seconds that an interrupted kernel gets to come to its senses before it is killed.
    compiling
        Seconds that compiling may add to all calls together.
    output
        Bytes that one cell may send; more interrupts it.
    message
        Bytes of one message; libzmq breaks the connection if there are more.
    restarts
        How often a lost kernel is replaced.
    """

    cell: float = 300.0
    call: float = 10.0
    grace: float = 2.0
    compiling: float = 60.0
    startup: float = 120.0
    output: int = 4 << 20
    message: int = 16 << 20
    restarts: int = 3
