"""The sandboxes, whether each works on this machine, and the choice among them."""

from dataclasses import dataclass

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
    return [Engine("none", True, "no isolation; for a machine that you can lose")]


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
        return next(iter(found))
    if name not in found:
        raise EngineError(f"There is no engine named {name!r}: choose auto, bubblewrap, landlock or none.")
    if not found[name].works:
        raise EngineError(f"The engine {name} does not work here: {found[name].reason}.")
    return name
