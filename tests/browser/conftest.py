"""A real JupyterLab and a real browser for tests.

``lab`` is a running JupyterLab whose root is an empty folder; ``open_notebook`` opens a notebook in
Chromium and returns a `NotebookPage` with the few things tests do: run all, wait, take a screenshot.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60

# Notes when a key goes down and when the first figure changes after it, by the browser's clock.
STOPWATCH = """() => {
    window.took = null;
    if (window.watched) return;
    window.watched = true;
    const figure = document.querySelector('figure').closest('.widget-html-content');
    document.addEventListener('keydown', () => { window.pressed = performance.now(); window.took = null; }, true);
    new MutationObserver(() => { window.took ??= performance.now() - window.pressed; })
        .observe(figure, {childList: true, subtree: true});
}"""
NAME_OF_FOCUS = """() => {
    const e = document.activeElement;
    return e.getAttribute('role') === 'slider'
        ? e.closest('.widget-slider').querySelector('label').innerText
        : (e.labels?.[0]?.innerText || e.getAttribute('aria-label') || e.innerText).trim();
}"""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab.

    Parameters
    ----------
    url : str
        Its address, without a slash at the end.
    root : Path
        The folder it shows; put notebooks there.
    settings : Path
        The folder of the user settings of JupyterLab's own extensions.
    """

    url: str
    root: Path
    settings: Path


class NotebookPage:
    """One notebook in the browser.

    Parameters
    ----------
    page : playwright.sync_api.Page
        The page; use it directly for anything the methods below do not do.

    Attributes
    ----------
    received : list of int
        Sizes in bytes of the messages that came from the kernel over websockets.
    """

    def __init__(self, page) -> None:
        self.page = page
        self.received: list[int] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda data: self.received.append(len(data))))

    def run_all(self, seconds: float = 60) -> None:
        """Run every cell and wait until the last one is done; a cell that fails ends in a time-out."""
        self.start_all()
        self.wait_until_idle(seconds)

    def start_all(self) -> None:
        """Start every cell and wait for none."""
        # Through JupyterLab's own command: a click on its menu is lost while a page is still settling.
        self.page.evaluate(
            """async () => {
                await window.jupyterapp.shell.currentWidget.sessionContext.ready;
                window.jupyterapp.commands.execute('notebook:run-all-cells');
            }"""
        )

    def wait_until_idle(self, seconds: float = 60) -> None:
        """Wait until no cell waits or runs: no ``[*]`` is left, and every code cell with text has a number."""
        self.page.wait_for_function(
            """() => {
                const prompts = [...document.querySelectorAll('.jp-CodeCell')].filter(
                    cell => cell.querySelector('.cm-content')?.innerText.trim()
                ).map(cell => cell.querySelector('.jp-InputPrompt').innerText);
                return prompts.length > 0 && prompts.every(text => /\\[\\d+\\]/.test(text));
            }""",
            timeout=1000 * seconds,
        )

    def slider(self, name: str):
        """The handle of the slider with this description."""
        row = self.page.locator(".widget-slider").filter(has=self.page.get_by_text(name, exact=True))
        return row.get_by_role("slider")

    def press(self, handle, key: str, until: str) -> tuple[float, int]:
        """Press a key on a focused control and wait for what it does to the figure.

        Parameters
        ----------
        handle : playwright.sync_api.Locator
            The control.
        key : str
            "ArrowRight", for example.
        until : str
            Text that stands in the figure afterwards and not before.

        Returns
        -------
        float, int
            Milliseconds from the key to the figure's first change, by the browser's clock; bytes of the largest message that came.
        """
        self.page.evaluate(STOPWATCH)
        before = len(self.received)
        handle.press(key)
        self.page.wait_for_function("text => document.querySelector('figure').innerText.includes(text)", arg=until)
        took = self.page.evaluate("window.took")
        self.page.wait_for_timeout(100)  # let the rest of this step's messages come in
        return took, max(self.received[before:], default=0)

    def tab_stops(self, count: int) -> list[str]:
        """Names of the controls that Tab reaches, one after the other, from the one that has the focus."""
        reached = []
        for _ in range(count):
            reached.append(self.page.evaluate(NAME_OF_FOCUS))
            self.page.keyboard.press("Tab")
        return reached

    def keep(self, name: str) -> None:
        """Leave a picture of the page where SCREENSHOTS says, for whoever wants to look."""
        if folder := os.environ.get("SCREENSHOTS"):
            self.screenshot(Path(folder) / f"{name}.png")

    def screenshot(self, path: Path) -> None:
        """Save what the window shows as a PNG file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(path))


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab on a free port, without token, news or the user's own settings."""
    home = tmp_path_factory.mktemp("jupyter")
    root = tmp_path_factory.mktemp("notebooks")
    settings = home / "config/lab/user-settings/@jupyterlab"
    # The question about news would cover the notebook.
    _write_settings(settings / "apputils-extension/notification", fetchNews="false", checkForUpdates=False)
    # All cells are in the page, also those one would have to scroll to.
    _write_settings(settings / "notebook-extension/tracker", windowingMode="none")
    port = _free_port()
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--LabApp.expose_app_in_browser=True",
        "--IdentityProvider.token=",
        f"--ServerApp.root_dir={root}",
    ]
    own = {name: str(home / name) for name in ("config", "data", "runtime")}
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": own["config"],
        "JUPYTER_DATA_DIR": own["data"],
        "JUPYTER_RUNTIME_DIR": own["runtime"],
        "JUPYTERLAB_SETTINGS_DIR": str(home / "config/lab/user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "config/lab/workspaces"),
    }
    log = home / "jupyter.log"
    with log.open("w") as output:
        # A session of its own: its kernels end with it, and nothing else does.
        server = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/api/status", server, log)
            yield Lab(url, root, settings)
        finally:
            _end(server)


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Headless Chromium; tests that need it are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium")
    if path is None:
        pytest.skip(f"no Chromium at {CHROMIUM} or on the PATH")
    with playwright.sync_playwright() as api:
        chromium = api.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_notebook(browser, lab: Lab) -> Iterator[Callable[..., NotebookPage]]:
    """A function ``open_notebook(path, width=1200, height=1000, dark=False)`` that shows a notebook of ``lab.root``."""
    contexts = []

    def open_page(path: str, width: int = 1200, height: int = 1000, dark: bool = False) -> NotebookPage:
        theme = "JupyterLab Dark" if dark else "JupyterLab Light"
        _write_settings(lab.settings / "apputils-extension/themes", theme=theme)
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        notebook = NotebookPage(page)
        # A workspace of its own, so that no test sees the tabs of another; simple mode shows one document.
        page.goto(f"{lab.url}/doc/workspaces/test-{len(contexts)}-{time.monotonic_ns()}/tree/{path}?reset")
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=1000 * START_SECONDS)
        page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=1000 * START_SECONDS,
        )
        return notebook

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def open_cells(lab: Lab, open_notebook) -> Callable[..., NotebookPage]:
    """A function ``open_cells(*sources, **window)`` that opens a notebook of these code cells, runs it, and waits for a figure."""

    def open_page(*sources: str, **window) -> NotebookPage:
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), lab.root / "cells.ipynb")
        notebook = open_notebook("cells.ipynb", **window)
        notebook.run_all()
        notebook.page.wait_for_selector("figure svg[role=img]")
        return notebook

    return open_page


def _write_settings(path: Path, **values: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".jupyterlab-settings").write_text(json.dumps(values))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start; its log says:\n{log.read_text()[-3000:]}")


def _end(server: subprocess.Popen) -> None:
    """End the server and its kernels, which are the processes of its own group."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
