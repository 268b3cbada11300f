"""The sandboxes, whether each works on this machine, and the choice among them."""

import sys
from dataclasses import dataclass
from functools import cache

from autograder.outside import bubblewrap

NOT_ISOLATED = (
    "Not isolated: this was graded without a sandbox, so what the notebook did could reach other work on the machine."
)


class EngineError(RuntimeError):
    """No sandbox can be had; the message is one sentence for whoever grades."""


@dataclass(frozen=True)
class Engine:
    """A way to isolate a student's kernel.

    Parameters
    ----------
    name
        "bubblewrap", "landlock" or "none".
    works
        Whether it works here and now: it was tried, not only looked for.
    reason
        Why not, or what it is.
    """

    name: str
    works: bool
    reason: str


def available() -> list[Engine]:
    """Try every engine, the best first."""
    tried = {"bubblewrap": _bubblewrap(), "landlock": _landlock()}
    found = [Engine(name, not problem, problem or "works") for name, problem in tried.items()]
    return [*found, Engine("none", True, "isolates nothing; for a machine that you can lose")]


@cache
def _bubblewrap() -> str:
    return bubblewrap.problem() if sys.platform.startswith("linux") else "bubblewrap needs Linux"


@cache
def _landlock() -> str:
    if not sys.platform.startswith("linux"):
        return "Landlock needs Linux"
    from autograder.outside import confine

    return confine.problem()


def choose(name: str) -> str:
    """Return the engine of this name, or the best one for "auto".

    Raises
    ------
    EngineError
        If it does not work here.
    """
    if name == "none":
        return name
    found = {engine.name: engine for engine in available()}
    if name == "auto":
        best = next((engine.name for engine in found.values() if engine.works and engine.name != "none"), None)
        if best is None:
            why = "; ".join(f"{engine.name}: {engine.reason}" for engine in found.values() if not engine.works)
            raise EngineError(
                f"No sandbox works here ({why}), so nothing is graded; see docs/sandbox.md, or choose the engine none, "
                "which isolates nothing."
            )
        return best
    if name not in found:
        raise EngineError(f"There is no engine named {name!r}: choose auto, bubblewrap, landlock or none.")
    if not found[name].works:
        raise EngineError(f"The engine {name} does not work here: {found[name].reason}.")
    return name
