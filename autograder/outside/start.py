"""What runs first in a sandbox: limits, masks, then the kernel. Copied beside the kernel's sockets with its settings.

Settings, in `start.json`: `limits` by the name of the RLIMIT, `forbidden` as sentences by dotted name, `confine` with the
paths for Landlock or null, `arguments` for ipykernel.
"""

import importlib.machinery
import importlib.util
import json
import runpy
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Set everything up and become the kernel."""
    settings = json.loads((HERE / "start.json").read_text(encoding="utf-8"))
    set_limits(settings["limits"])
    if settings["confine"] is not None:
        sys.path.insert(0, str(HERE))
        import confine  # type: ignore[import-not-found]

        confine.confine(**settings["confine"])
    sys.path[:] = [entry for entry in sys.path if entry not in ("", str(HERE))]
    sys.modules.pop("confine", None)
    if settings["forbidden"]:
        sys.meta_path.insert(0, Forbid(settings["forbidden"]))
    sys.argv = ["ipykernel_launcher", *settings["arguments"]]
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=False)


def set_limits(limits: dict[str, int]) -> None:
    """Lower the limits of this process, for good."""
    import resource

    for name, value in limits.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            most = resource.getrlimit(kind)[1]
            value = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.setrlimit(kind, (value, value))


class Forbid:
    """An import hook: ready-made answers are found missing, be they modules or functions in one."""

    def __init__(self, sentences: dict[str, str]) -> None:
        self.sentences, self.busy = sentences, False
        self.parents = {name.rpartition(".")[0] for name in sentences}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Find a module as usual; what is in it is looked at once it is loaded."""
        if self.busy or (name not in self.sentences and name not in self.parents):
            return None
        self.busy = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.busy = False
        if spec is None or spec.loader is None:
            return spec
        if name in self.sentences:
            raise ModuleNotFoundError(self.sentences[name], name=name)
        spec.loader = Loader(spec.loader, name, self.sentences)  # type: ignore[assignment]
        return spec


class Loader:
    """Loads as another loader does, then puts an error in the place of every forbidden function."""

    def __init__(self, loader: Any, name: str, sentences: dict[str, str]) -> None:
        self.loader, self.name, self.sentences = loader, name, sentences

    def create_module(self, spec: Any) -> Any:
        """As the other."""
        return self.loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        """As the other, and more."""
        self.loader.exec_module(module)
        for dotted, sentence in self.sentences.items():
            parent, _, name = dotted.rpartition(".")
            if parent == self.name:
                forbid(module, name, sentence)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)


def forbid(module: Any, name: str, sentence: str) -> None:
    """Put a function that raises in the place of one; a module of that name is dealt with when it is imported."""
    if callable(vars(module).get(name)):

        def refuse(*args: Any, **kwargs: Any) -> Any:
            raise RuntimeError(sentence)

        setattr(module, name, refuse)


if __name__ == "__main__":
    main()
