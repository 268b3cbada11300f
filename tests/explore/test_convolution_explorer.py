import subprocess
import sys
import threading

import numpy as np
import pytest

from course.explore import ConvolutionExplorer, convolution_figure
from course.explore.controls.presets import KERNELS
from course.functional import conv2d_forward

IMAGE = np.random.default_rng(3).integers(0, 10, (7, 7))


def test_twin_shows_the_same_figure(demo):
    explorer = ConvolutionExplorer(**demo)
    assert explorer.figure.value == convolution_figure(**demo).html
    explorer.filter.value, explorer.step.value, explorer.padding.value = 1, 5, 0
    explorer.stride.value = 1
    assert explorer.figure.value == convolution_figure(**demo | {"padding": 0, "stride": 1}, filter=1, step=3).html


def test_sliders_change_the_numbers(read):
    explorer = ConvolutionExplorer(IMAGE, KERNELS["Sobel x"])
    explorer.stride.value = 2
    out = conv2d_forward(IMAGE[None, None], KERNELS["Sobel x"][None, None], stride=2)
    assert read(explorer.figure.value).numbers("out").tolist() == out.ravel().tolist()
    explorer.dilation.value = 3
    out = conv2d_forward(IMAGE[None, None], KERNELS["Sobel x"][None, None], stride=2, dilation=3)
    assert read(explorer.figure.value).numbers("out").tolist() == out.ravel().tolist()


def test_steps_follow_the_size_of_the_output():
    explorer = ConvolutionExplorer(IMAGE, np.ones((3, 3)))
    explorer.step.value = 24
    explorer.stride.value = 2
    assert (explorer.step.max, explorer.step.value) == (8, 8)
    assert explorer.state.step == 8
    explorer.kernel_size.value, explorer.dilation.value = 7, 2  # spans 13 of 7 rows
    assert (explorer.step.max, explorer.step.value) == (0, 0)
    assert "No output" in explorer.figure.value
    explorer.dilation.value = 1
    assert "No output" not in explorer.figure.value


def test_back_and_next_stop_at_the_ends():
    explorer = ConvolutionExplorer(IMAGE, np.ones((6, 6)))
    seen = []
    for button in [explorer.player.back, *[explorer.player.forward] * 5, explorer.player.back]:
        button.click()
        seen.append((explorer.step.value, explorer.state.step))
    assert seen == [(0, 0), (1, 1), (2, 2), (3, 3), (3, 3), (3, 3), (2, 2)]


def test_typed_numbers_go_into_the_chosen_filter_and_channel(read, demo):
    explorer = ConvolutionExplorer(**demo)
    explorer.filter.value, explorer.channel.value = 1, 2
    assert [[f.value for f in row] for row in explorer.kernel.fields] == demo["weight"][1, 2].tolist()
    explorer.kernel.fields[0][2].value = 5
    explorer.bias.value = -3
    weight, bias = demo["weight"].copy(), np.array([1, -3])
    weight[1, 2, 0, 2] = 5
    out = conv2d_forward(demo["x"][None], weight, bias, 2, 1)[0]
    assert read(explorer.figure.value).numbers("out").tolist() == out[1].ravel().tolist()
    explorer.filter.value = 0
    assert explorer.bias.value == 1
    assert read(explorer.figure.value).numbers("out").tolist() == out[0].ravel().tolist()


@pytest.mark.parametrize("name", list(KERNELS))
def test_presets_fill_the_kernel(name):
    explorer = ConvolutionExplorer(IMAGE, np.full((5, 5), 2.0))
    assert explorer.preset.value == "own numbers"
    explorer.preset.value = name
    assert explorer.kernel_size.value == 3
    assert np.array_equal(explorer.state.kernel[0], KERNELS[name])
    assert np.allclose([[f.value for f in row] for row in explorer.kernel.fields], KERNELS[name], atol=1e-6)
    assert explorer.preset.value == name
    explorer.kernel.fields[1][1].value += 0.5
    assert explorer.preset.value == "own numbers"


def test_typing_one_number_leaves_the_others_exact():
    explorer = ConvolutionExplorer(IMAGE, KERNELS["blur"])
    explorer.kernel.fields[0][0].value = 1
    assert explorer.state.kernel[0, 2, 2] == 1 / 9


def test_a_smaller_kernel_is_the_middle_of_the_larger(demo):
    explorer = ConvolutionExplorer(**demo)
    explorer.kernel_size.value = 1
    assert np.array_equal(explorer.state.convolution.weight, demo["weight"][:, :, 1:2, 1:2])
    explorer.kernel_size.value = 5
    padded = np.pad(demo["weight"], ((0, 0), (0, 0), (1, 1), (1, 1)))
    assert np.array_equal(explorer.state.convolution.weight, padded)
    explorer.kernel_size.value = 3
    assert np.array_equal(explorer.state.convolution.weight, demo["weight"])


def test_unequal_settings_are_kept():
    explorer = ConvolutionExplorer(IMAGE, np.ones((2, 3)), stride=(1, 2))
    explorer.padding.value = 1
    assert explorer.state.convolution.weight.shape == (1, 1, 2, 3)
    assert explorer.state.convolution.stride == (1, 2)
    assert explorer.stride.disabled and explorer.kernel_size.disabled
    assert explorer.stride.description == "stride (1, 2)"


def test_controls_that_mean_nothing_are_not_shown(demo):
    def shown(widget):
        return [widget, *(inner for child in getattr(widget, "children", ()) for inner in shown(child))]

    single, volume = ConvolutionExplorer(IMAGE, np.ones((3, 3))), ConvolutionExplorer(**demo)
    names = ("filter", "channel", "preset", "bias")
    assert [name for name in names if getattr(single, name) in shown(single)] == ["preset"]
    assert [name for name in names if getattr(volume, name) in shown(volume)] == ["filter", "channel", "bias"]


def test_the_students_function_runs_when_the_numbers_change_not_when_the_window_moves(demo):
    calls = []

    def conv(x, weight, bias=None, stride=1, padding=0):
        calls.append((stride, padding))
        return conv2d_forward(x, weight, bias, stride, padding)

    explorer = ConvolutionExplorer(**demo, fn=conv)
    for step in range(9):
        explorer.step.value = step
    explorer.filter.value = 1
    assert calls == [(2, 1)]
    explorer.padding.value = 0
    explorer.kernel.fields[0][0].value = 4
    assert calls == [(2, 1), (2, 0), (2, 0)]


def test_a_change_during_a_slow_reaction_is_not_lost(demo):
    asked, go_on = threading.Event(), threading.Event()

    def slow(x, weight, bias=None, stride=1, padding=0):
        if (stride, padding) == (1, 1):
            asked.set()
            assert go_on.wait(20)
        return conv2d_forward(x, weight, bias, stride, padding)

    explorer = ConvolutionExplorer(**demo, fn=slow)
    first = threading.Thread(target=lambda: setattr(explorer.stride, "value", 1))
    second = threading.Thread(target=lambda: setattr(explorer.padding, "value", 0))
    first.start()
    assert asked.wait(20)  # the first reaction has read its settings and is at work
    second.start()
    second.join(0.2)  # the second one waits for it, or is wrongly thrown away
    go_on.set()
    first.join()
    second.join()
    assert explorer.figure.value == convolution_figure(**demo | {"stride": 1, "padding": 0}, fn=slow).html


def test_reactions_from_many_threads_end_in_one_true_figure(read, demo):
    explorer = ConvolutionExplorer(**demo)
    errors = []

    def turn(control, values):
        try:
            for value in values:
                control.value = value
        except Exception as error:  # a thread's exception would be lost
            errors.append(error)

    turns = [
        (explorer.step, [*range(9)] * 6),
        (explorer.stride, [1, 2, 3, 1, 2] * 6),
        (explorer.padding, [0, 1, 2, 1] * 6),
        (explorer.kernel_size, [1, 2, 3, 3] * 6),
        (explorer.filter, [0, 1] * 10),
    ]
    threads = [threading.Thread(target=turn, args=turn_) for turn_ in turns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    settings = {name: getattr(explorer, name).value for name in ("stride", "padding")}
    view = {"filter": explorer.filter.value, "step": explorer.step.value}
    assert explorer.figure.value == convolution_figure(**demo | settings, **view).html


def test_figures_need_no_widgets():
    code = "import sys, course, course.explore; print({'ipywidgets', 'IPython', 'numba'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
