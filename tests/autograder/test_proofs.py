"""Every check is proved: each named mistake loses points and is named, right answers of any style get them all."""

import copy
import re
import warnings
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

from autograder.call import call_here
from autograder.engine import run
from autograder.exercise import Exercise, Mistake
from autograder.registry import exercises, find, mistakes, units

pytestmark = pytest.mark.slow  # `make quick` has other things to look at

GRADING_SEED = 123_456
MODES = {"visible": {"seed": 0, "hidden": False}, "grading": {"seed": GRADING_SEED, "hidden": True}}
ALL = [exercise for unit in units() for exercise in exercises(unit)]
WRONG = [(exercise, mistake) for exercise in ALL for mistake in find(exercise.name)[1]]


def name_of(value) -> str | None:
    return value.name if isinstance(value, (Exercise, Mistake)) else None


@cache
def grade(exercise, function, mode):
    return run(exercise, find(exercise.name)[1], partial(call_here, function), **MODES[mode])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("exercise", "mistake"), WRONG, ids=name_of)
def test_each_mistake_loses_points_and_is_named(exercise, mistake, mode):
    report = grade(exercise, mistake.function, mode)
    assert report.status == "wrong"
    assert report.score < report.max_score
    assert report.mistakes == (mistake.name,)
    assert mistake.diagnosis in report.text
    assert report.paste


@pytest.mark.parametrize(("exercise", "mistake"), WRONG, ids=name_of)
def test_a_grading_run_takes_no_points_that_the_visible_check_gave(exercise, mistake):
    assert grade(exercise, mistake.function, "grading").score == grade(exercise, mistake.function, "visible").score


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("exercise", ALL, ids=name_of)
def test_the_oracle_gets_all_points_and_the_stub_none(exercise, mode):
    def stub(*args, **kwargs):
        raise NotImplementedError

    right, blank = grade(exercise, exercise.oracle, mode), grade(exercise, stub, mode)
    assert (right.status, right.score) == ("right", exercise.points)
    assert (blank.status, blank.score, blank.max_score) == ("not attempted", 0, exercise.points)


@pytest.mark.parametrize("exercise", ALL, ids=name_of)
@pytest.mark.parametrize("answer", [None, [], "text", {}, np.zeros(0), np.array("text"), np.nan, int], ids=repr)
def test_nonsense_gets_nothing(exercise, answer):
    report = grade(exercise, lambda *args, **kwargs: answer, "grading")
    asks_a_dict = all((case.then or "").startswith("result.get(") for b in exercise.behaviours for case in b.cases)
    empty = asks_a_dict and isinstance(answer, dict)  # no answer to any question is no nonsense
    assert (report.status, report.score) == ("not attempted" if empty else "wrong", 0)


@pytest.mark.parametrize("unit", units())
def test_points_are_those_of_the_unit(unit):
    source = (Path(__file__).parents[2] / "solutions" / f"{unit}.py").read_text()
    asked = {name: float(points) for name, points in re.findall(r'^# %% check="(\w+)" points=([\d.]+)', source, re.M)}
    assert asked == {exercise.name: exercise.points for exercise in exercises(unit)}


def test_every_list_of_mistakes_belongs_to_an_exercise():
    for unit in units():
        assert set(mistakes(unit)) == {exercise.name for exercise in exercises(unit)}


@pytest.mark.parametrize(("exercise", "mistake"), WRONG, ids=name_of)
def test_pasted_code_draws_the_very_input_that_failed(exercise, mistake):
    report = grade(exercise, mistake.function, "grading")
    calls = []

    def record(*args, **kwargs):
        calls.append(copy.deepcopy((args, kwargs)))  # as they came: a generator moves on
        return exercise.oracle(*args, **kwargs)

    exec(report.paste, {"np": np, exercise.name: record})
    [(args, kwargs)] = calls
    first = next(line for line in report.lines if line.sentence)
    behaviour = next(b for b in exercise.behaviours if b.title == first.title)
    drawn = []
    for i, case in enumerate([case for b in exercise.behaviours for case in [*b.cases, *b.hidden]]):
        if case in [*behaviour.cases, *behaviour.hidden]:
            drawn.append(case.draw(GRADING_SEED + i)[:2])
    assert any(same_arguments((args, kwargs), other) for other in drawn)


def same_arguments(one, other) -> bool:
    (args, kwargs), (args_, kwargs_) = one, other
    pairs = [*zip(args, args_, strict=False), *zip(kwargs.values(), kwargs_.values(), strict=False)]
    return len(args) == len(args_) and kwargs.keys() == kwargs_.keys() and all(same(a, b) for a, b in pairs)


def same(a, b) -> bool:
    """Equal arguments; functions are alike if they do the same, for each drawing makes its own."""
    if callable(a) and callable(b):
        return (a.__code__.co_code, a.__code__.co_consts) == (b.__code__.co_code, b.__code__.co_consts)
    if isinstance(a, np.random.Generator) and isinstance(b, np.random.Generator):
        return a.bit_generator.state == b.bit_generator.state
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return np.array_equal(a, b)


def test_expected_values_are_not_given_away():
    exercise, wrong = find("conv2d_parameters")
    for mistake in wrong:
        text = grade(exercise, mistake.function, "visible").text
        assert "448" not in text
        assert "608" not in text


# Right answers, each in another style.


def both(value):
    return (value, value) if np.isscalar(value) else tuple(value)


def floats(x):
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def by_loops_with_noise(x, weight, bias=None, stride=1, padding=0):
    print("x", x.shape)
    warnings.warn("a warning costs nothing", stacklevel=1)
    np.log(np.array([-1.0, 0.0]))
    (sh, sw), (ph, pw) = both(stride), both(padding)
    padded = np.pad(floats(x), ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    rows = (padded.shape[2] - weight.shape[2]) // sh + 1
    columns = (padded.shape[3] - weight.shape[3]) // sw + 1
    out = np.empty((len(x), len(weight), rows, columns), padded.dtype)
    for n, f, i, j in np.ndindex(out.shape):
        window = padded[n, :, i * sh : i * sh + weight.shape[2], j * sw : j * sw + weight.shape[3]]
        out[n, f, i, j] = (window * weight[f]).sum() + (0 if bias is None else bias[f])
    return out


def by_taps(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = both(stride), both(padding)
    padded = np.pad(floats(x), ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    rows = (padded.shape[2] - weight.shape[2]) // sh + 1
    columns = (padded.shape[3] - weight.shape[3]) // sw + 1
    out = np.zeros((len(x), len(weight), rows, columns), padded.dtype)
    for u in range(weight.shape[2]):
        for v in range(weight.shape[3]):
            seen = padded[:, :, u : u + rows * sh : sh, v : v + columns * sw : sw][:, :, :rows, :columns]
            out += np.einsum("nchw,fc->nfhw", seen, weight[:, :, u, v]).astype(out.dtype)
    if bias is not None:
        out += bias[:, None, None].astype(out.dtype)
    return out


def by_windows_in_fortran_order(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = both(stride), both(padding)
    padded = np.pad(floats(x), ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2:], (2, 3))[:, :, ::sh, ::sw]
    out = np.tensordot(windows, weight, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2)
    out = out if bias is None else out + np.reshape(bias, (1, -1, 1, 1))
    return np.asfortranarray(out, dtype=padded.dtype)


def by_fft_in_float32(x, weight, bias=None, stride=1, padding=0):
    (sh, sw), (ph, pw) = both(stride), both(padding)
    dtype = floats(x).dtype
    padded = np.pad(x.astype(np.float32), ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    size = padded.shape[2:]
    spectrum = np.fft.rfft2(padded)[:, None] * np.conj(np.fft.rfft2(weight.astype(np.float32), s=size))[None]
    full = np.fft.irfft2(spectrum.sum(axis=2), s=size)
    out = full[:, :, : size[0] - weight.shape[2] + 1 : sh, : size[1] - weight.shape[3] + 1 : sw]
    return (out if bias is None else out + bias[:, None, None]).astype(dtype)


def by_torch(x, weight, bias=None, stride=1, padding=0):
    torch = pytest.importorskip("torch")
    dtype = floats(x).dtype
    x, weight = (torch.from_numpy(np.ascontiguousarray(a, dtype)) for a in (x, weight))
    bias = None if bias is None else torch.from_numpy(bias.astype(dtype))
    return torch.nn.functional.conv2d(x, weight, bias, stride, padding).numpy()


def by_the_library(x, weight, bias=None, stride=1, padding=0):
    from course.functional import conv2d_forward

    return conv2d_forward(x, weight, bias, stride, padding)


LAYERS = [by_loops_with_noise, by_taps, by_windows_in_fortran_order, by_fft_in_float32, by_torch, by_the_library]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.filterwarnings("ignore")
def test_right_layers_of_any_style_get_all_points(layer, mode):
    report = grade(find("conv2d_forward")[0], layer, mode)
    assert report.status == "right", report.text


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.filterwarnings("ignore")
def test_right_volumes_of_any_style_get_all_points(layer, mode):
    def volume(x, kernel, bias=0.0):
        return layer(x[None], kernel[None], np.array([bias]))[0, 0]

    report = grade(find("correlate_volume")[0], volume, mode)
    assert report.status == "right", report.text


@pytest.mark.parametrize("mode", MODES)
def test_right_counts_may_be_numpy_integers(mode):
    def conv(in_channels, out_channels, kernel_size, bias=True):
        return np.int64(out_channels) * (in_channels * np.prod(both(kernel_size)) + bias)

    def dense(in_shape, out_shape, bias=True):
        return np.prod(out_shape) * (np.prod(in_shape) + bias)

    assert grade(find("conv2d_parameters")[0], conv, mode).status == "right"
    assert grade(find("linear_parameters")[0], dense, mode).status == "right"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_right_bank_of_filters_may_be_single_or_double(dtype):
    exercise = find("design_filters")[0]
    assert grade(exercise, lambda: exercise.oracle().astype(dtype), "grading").status == "right"


def test_one_right_filter_of_three_gets_its_points():
    def only_grey():
        weight = np.zeros((3, 3, 3, 3))
        weight[0, :, 1, 1] = 1 / 3
        return weight

    report = grade(find("design_filters")[0], only_grey, "visible")
    assert [line.score for line in report.lines] == [1, 0, 0]


def test_a_float_is_no_count():
    exercise = find("conv2d_parameters")[0]
    report = grade(exercise, lambda *args, **kwargs: float(exercise.oracle(*args, **kwargs)), "visible")
    assert report.score == 0
    assert "a count is an int" in report.text


def test_a_list_is_told_how_to_become_an_array():
    exercise = find("correlate_volume")[0]
    report = grade(exercise, lambda *args: exercise.oracle(*args).tolist(), "visible")
    assert report.score == 0
    assert "np.array(result)" in report.text


def test_two_mistakes_at_once_are_both_named():
    exercise, wrong = find("conv2d_forward")
    reflect = next(m.function for m in wrong if m.name == "reflect_padding")

    def two(x, weight, bias=None, stride=1, padding=0):
        return reflect(x, weight, None, stride, padding)

    assert grade(exercise, two, "grading").mistakes == ("bias_missing", "reflect_padding")


def test_a_layer_that_stops_without_a_bias_loses_the_bias_alone():
    exercise = find("conv2d_forward")[0]

    def no_none(x, weight, bias=None, stride=1, padding=0):
        return exercise.oracle(x, weight, np.array([b for b in bias]), stride, padding)

    report = grade(exercise, no_none, "grading")
    assert [line.title for line in report.lines if line.score < line.max_score] == ["bias"]
