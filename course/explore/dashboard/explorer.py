"""Training to be watched: it runs in the background, and pause, stop and the learning rate work at once."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets

from course.data import Dataset
from course.explore.controls.explorer import Explorer, answer_at_once
from course.explore.dashboard.render import draw
from course.explore.dashboard.state import DashboardState, View, look, make_curve
from course.training import Trainer
from course.training.background import BackgroundRun

SECONDS = 0.2  # between two drawings, while a step is much shorter


class TrainingDashboard(Explorer):
    """Watch networks train, one after the other, in the background.

    Training starts when the dashboard is made, and the cell returns at once. A later cell that needs the trained network calls
    `wait` first.

    Parameters
    ----------
    trainer : Trainer, or dict of name to Trainer
        What to train. The held-out part that chooses a trainer's best weights makes the dots in the plots.
    watch : Dataset or None
        Images to look at while it trains, chosen by a slider; None takes the first held-out ones.
    start : bool
        Whether to start at once.

    Attributes
    ----------
    pause, stop : Button
        Hold or go on; end. A run that was stopped goes on with `pause`, which is then called Go on.
    lr : FloatLogSlider
        What the schedule's learning rate is multiplied with.
    image : IntSlider
        Which image is watched.
    runs : list of BackgroundRun
        One for each network.
    figure : HTML
        Drawing and sentence.

    Raises
    ------
    ValueError
        If there is nothing to train.
    """

    def __init__(
        self, trainer: Trainer | Mapping[str, Trainer], watch: Dataset | None = None, *, start: bool = True
    ) -> None:
        super().__init__()
        named = dict(trainer) if isinstance(trainer, Mapping) else {_name(trainer): trainer}
        if not named:
            raise ValueError(
                "TrainingDashboard: there is nothing to train; give a Trainer, or a dict of name to Trainer."
            )
        self.names = list(named)
        self.runs = [BackgroundRun(trainer, on_step=self._on_step) for trainer in named.values()]
        held_out = self.runs[0].trainer.held_out
        self._watch = (watch if watch is not None else held_out)[:100]
        self._present, self._drawn = 0, 0.0
        self._view: View | None = None
        self._guide: threading.Thread | None = None
        self._ended = threading.Event()
        self._held = threading.Event()  # set: a reader has stopped the whole; Go on clears it
        self._make_controls()
        self._draw()
        if start:
            self.start()

    def _make_controls(self) -> None:
        narrow = widgets.Layout(width="110px")
        self.pause = widgets.Button(description="❚❚ Pause", tooltip="hold the training, or go on", layout=narrow)
        self.stop = widgets.Button(description="■ Stop", tooltip="end the training; nothing is lost", layout=narrow)
        self.lr = widgets.FloatLogSlider(
            value=1,
            min=-2,
            max=2,
            step=0.05,
            description="learning rate ×",
            readout_format=".2f",
            style={"description_width": "initial"},
            layout=widgets.Layout(width="330px"),
        )
        self.image = widgets.IntSlider(
            max=max(len(self._watch) - 1, 0),
            description="image",
            style={"description_width": "initial"},
            layout=widgets.Layout(width="260px"),
        )
        self.pause.on_click(lambda _: self._toggle())
        self.stop.on_click(lambda _: self._stop_all())
        self.lr.observe(self._on_lr, names="value")
        self.image.observe(lambda _: self._look_again(), names="value")
        controls = widgets.HBox(
            [self.pause, self.stop, self.lr, self.image],
            layout=widgets.Layout(flex_flow="row wrap", align_items="center"),
        )
        self.children = [controls, self.figure]

    def start(self) -> None:
        """Begin, or go on after a stop."""
        self._held.clear()
        if self._guide is None or self._ended.is_set():
            self._ended.clear()
            self._guide = threading.Thread(target=self._run_all, name="dashboard", daemon=True)
            self._guide.start()

    def wait(self, seconds: float | None = None) -> str:
        """Wait until the training has ended or was stopped; Ctrl-C (Kernel > Interrupt) stops it.

        Parameters
        ----------
        seconds : float or None
            At most so long; None waits as long as it takes.

        Returns
        -------
        str
            The sentence that is shown below the figure.
        """
        try:
            self._ended.wait(seconds)
        except KeyboardInterrupt:
            self._stop_all()
            self._ended.wait(10)
        return self._sentence()

    def _run_all(self) -> None:
        """One network after the other; in a thread, so that the first end can start the next."""
        try:
            for i, run in enumerate(self.runs):
                if self._held.is_set():
                    break
                self._present = i
                run.lr_factor = self.lr.value
                run.start()
                self._draw()
                run.wait()
                self._take_view()
                self._draw()
        finally:
            self._draw()
            self._ended.set()

    def _toggle(self) -> None:
        run = self.runs[self._present]
        if run.state == "running":
            run.pause()
        elif run.state == "paused":
            run.start()
        else:
            self.start()
        self._draw()

    def _stop_all(self) -> None:
        self._held.set()
        self.runs[self._present].stop()
        self._draw()

    def _on_lr(self, change: Any) -> None:
        for run in self.runs:
            run.lr_factor = change["new"]

    def _look_again(self) -> None:
        """Another image: at the next step while the network trains, at once while it rests."""
        if self.runs[self._present].state != "running":
            self._take_view()
            self._draw()
        self._drawn = 0.0

    def _on_step(self) -> None:
        """In the thread that trains: look and draw, a few times a second."""
        now = time.monotonic()
        if now - self._drawn < SECONDS:
            return
        self._take_view()
        self._draw()
        # Where looking takes long, training still has nine tenths of the time.
        self._drawn = time.monotonic() + max(0.0, 9 * (time.monotonic() - now) - SECONDS)

    def _take_view(self) -> None:
        if not len(self._watch) or self._watch.labels.ndim != 1:
            return
        i = self.image.value
        one = self._watch[i : i + 1]
        classes = [str(name) for name in one.classes]
        model = self.runs[self._present].trainer.model
        self._view = look(model, one.normalize(one.images), one.images[0], classes, int(one.labels[0]))

    def _draw(self) -> None:
        with self._lock:
            curves = [
                make_curve(name, run.steps, run.trainer.progress.history)
                for name, run in zip(self.names, self.runs, strict=True)
            ]
            epochs = max(run.trainer.plan.epochs for run in self.runs)
            self.figure.value = draw(DashboardState(curves, self._present, epochs, self._sentence(), self._view)).html
            state = self.runs[self._present].state
            over = all(run.state in ("finished", "failed") for run in self.runs)
            self.pause.description = "❚❚ Pause" if state == "running" else "▶ Go on"
            self.pause.disabled = over
            self.stop.disabled = over or state not in ("running", "paused")
            answer_at_once(self)  # this was written from the thread that trains

    def _sentence(self) -> str:
        """Where it stands, in words."""
        run, name = self.runs[self._present], self.names[self._present]
        if run.state == "failed":
            return f"{name}: {run.error}"
        steps, history = run.steps, run.trainer.progress.history
        if not steps:
            return f"{name}: ready to train for {run.trainer.plan.epochs} epochs."
        doing = {"running": "training", "paused": "paused", "stopped": "stopped", "finished": "finished"}
        p = run.trainer.progress
        text = f"{name}: {doing.get(run.state, run.state)}, epoch {steps[-1].epoch:.1f} of {run.trainer.plan.epochs}"
        text += f", learning rate {steps[-1].lr:.2g}"
        if history:
            text += f"; on held-out images loss {history[-1]['held_out_loss']:.3f}, {history[-1]['held_out_accuracy']:.1%} right"
        if run.state == "finished":
            text += f"; {p.seconds:.0f} s"
        return text + "."


def _name(trainer: Any) -> str:
    return type(trainer.model).__name__ if isinstance(trainer, Trainer) else "network"
