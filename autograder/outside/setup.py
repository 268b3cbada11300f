"""Switch grading from outside on, in `nbgrader_config.py`."""

import os
import sys
from pathlib import Path
from typing import Any

from autograder.outside.engines import NOT_ISOLATED, choose

ENGINE_VARIABLE = "AUTOGRADER_ENGINE"
KERNEL = "outside-sandbox"


def use(c: Any, engine: str | None = None, judge: str = "", prepare: str = "") -> str:
    """Put `TrustedExecute` in the place of nbgrader's Execute, and its kernels in a sandbox.

    Parameters
    ----------
    c
        nbgrader's configuration.
    engine
        "auto", "bubblewrap", "landlock", or "none"; None takes what the variable AUTOGRADER_ENGINE says, else "auto".
    judge
        `module:function` that finds the judge of a test cell; "" runs all test cells in the kernel.
    prepare
        `module:function(assignment, config)` to be called before a kernel starts, for what depends on the assignment.

    Returns
    -------
    str
        The engine.

    Raises
    ------
    EngineError
        If no sandbox works here, or the one asked for does not; the message is one sentence.
    """
    from nbgrader.converters import Autograde
    from nbgrader.preprocessors import Execute, GetGrades

    from autograder.outside.links import remove_links
    from autograder.outside.page import FeedbackPage
    from autograder.outside.trusted import TrustedExecute

    chosen = choose(engine or os.environ.get(ENGINE_VARIABLE) or "auto")
    usual = list(Autograde.autograde_preprocessors.default_args[0])
    c.Autograde.autograde_preprocessors = [TrustedExecute if step is Execute else step for step in usual]
    if sys.platform != "win32":  # which has no sockets in the file system; the engine is "none" there
        register()
        c.TrustedExecute.kernel_name = KERNEL
        c.SandboxProvisioner.engine = chosen
    c.Autograde.pre_convert_hook = remove_links
    c.GenerateFeedback.exporter_class = FeedbackPage
    c.GenerateFeedback.preprocessors = [GetGrades]
    c.TrustedExecute.judge = judge
    c.TrustedExecute.prepare = prepare
    c.TrustedExecute.note = NOT_ISOLATED if chosen == "none" else ""
    return chosen


def register() -> None:
    """Make the kernelspec and its provisioner known to Jupyter in this process, installed or not."""
    from importlib.metadata import EntryPoint

    from jupyter_client.provisioning.factory import KernelProvisionerFactory as Factory

    point = EntryPoint(KERNEL, "autograder.outside.provisioner:SandboxProvisioner", Factory.GROUP_NAME)
    Factory.provisioners.setdefault(KERNEL, point)
    share = str(Path(__file__).parent / "share" / "jupyter")
    known = os.environ.get("JUPYTER_PATH", "")
    if share not in known.split(os.pathsep):
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [share, known]))
