"""The k-space explorer, and the small figures of unit 01."""

import re

import numpy as np
import pytest

from course.data import photo
from course.explore import KSpaceExplorer, bars, features_figure, kspace_figure
from course.vision import frequencies, low_frequencies

PICTURE = np.random.default_rng(3).integers(0, 256, (40, 30))


def test_what_is_kept_is_counted_and_what_is_left_out_measured():
    inside = (frequencies((40, 30)) <= 0.2).sum()
    html = kspace_figure(PICTURE, 0.2).html
    assert f"waves of 5 pixels and longer; {inside} of 1,200 numbers" in html
    missing = np.sqrt(((PICTURE - low_frequencies(PICTURE, 0.2)) ** 2).mean())
    assert float(re.search(r"whole by ([\d.]+) grey", html)[1]) == pytest.approx(missing, abs=0.06)
    assert f"{1200 - inside:,} of 1,200" in kspace_figure(PICTURE, 0.2, "outside").html
    assert "only the mean brightness; 1 of" in kspace_figure(PICTURE, 0).html


def test_the_circle_is_drawn_where_the_waves_are(read):
    drawn = read(kspace_figure(PICTURE, 0.25).svg)
    ring = drawn.part("circle")[0]
    scale = 330 / 40
    assert [float(ring.get(name)) for name in ("rx", "ry")] == pytest.approx(
        [0.25 * 30 * scale, 0.25 * 40 * scale], abs=0.1
    )


def test_twin_shows_the_same_figure():
    explorer = KSpaceExplorer({"one": PICTURE, "two": PICTURE.T}, 0.1)
    assert explorer.figure.value == kspace_figure(PICTURE, 0.1).html
    explorer.picture.value, explorer.keep.value, explorer.radius.value = "two", "outside", 0.3
    assert explorer.figure.value == kspace_figure(PICTURE.T, 0.3, "outside").html


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"radius": -0.1}, "radius is -0.1"),
        ({"radius": "far"}, "radius is 'far'"),
        ({"keep": "both"}, "keep is 'both'"),
        ({"image": np.zeros(5)}, r"shape is \(5,\)"),
    ],
)
def test_wrong_arguments_get_one_sentence(arguments, words):
    for make in (KSpaceExplorer, kspace_figure):
        with pytest.raises(ValueError, match=words):
            make(**{"image": PICTURE} | arguments)


def test_bars_are_as_high_as_the_numbers(read):
    drawn = read(bars([[1, -3, 2]], ["three"], "Three bars.").svg)
    heights = [
        float(n)
        for path in drawn.root.iter("{http://www.w3.org/2000/svg}path")
        for n in re.findall(r"v(-?[\d.]+)h", path.get("d"))
    ]
    assert np.allclose(np.array(heights) / heights[0], [1, 2, -3])
    with pytest.raises(ValueError, match="1 rows but 2 titles"):
        bars([[1]], ["a", "b"], "")
    with pytest.raises(ValueError, match="row 0 has shape"):
        bars([[]], ["a"], "")


def test_features_are_drawn_where_they_are(read):
    stripes = np.tile(np.repeat([0, 200], 8), (64, 4))  # upright edges
    svg = features_figure(stripes).svg
    strokes = re.findall(r"M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)", svg)
    assert strokes and all(abs(float(a[0]) - float(a[2])) < 0.4 * abs(float(a[1]) - float(a[3])) for a in strokes)
    assert "60 of 182 places" in features_figure(photo()).svg
    with pytest.raises(ValueError, match="at least 32 pixels"):
        features_figure(np.zeros((8, 8), int))
