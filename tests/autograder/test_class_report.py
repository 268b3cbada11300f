"""Statistics with numbers known beforehand; one page that shows them, runs nothing, and needs no network."""

import csv
import io
import re
from datetime import datetime
from html.parser import HTMLParser

import pytest

from autograder.class_numbers import correlation, count, histogram
from autograder.class_report import attention, report_csv, report_html
from autograder.results import Result

EVIL = "<script>alert(1)</script>"


def result(student, conv, pool, mistakes=(), **more):
    scores = {"conv": conv, "pool": pool}
    return Result(
        student, scores, conv + pool, 6.0, mistakes=list(mistakes), max_scores={"conv": 4.0, "pool": 2.0}, **more
    )


@pytest.fixture
def results():
    flipped = ("conv", "flipped_kernel")
    return [
        result("ada", 4.0, 2.0),
        result("ben", 1.0, 2.0, [flipped]),
        result(
            "chloe",
            1.0,
            1.0,
            [flipped, ("pool", "border_zero")],
            remarks=["conv: bias missing"],
            unsafe="Not isolated: <b>.",
        ),
        result(EVIL, 0.0, 0.0, blank=["conv", "pool"]),
        Result("torn", max_score=6.0, remarks=["not graded: it is empty"]),
        result(
            "dev", 4.0, 2.0, waiting=["why"], remarks=["the locked cell check-conv was edited; the original was run"]
        ),
    ]


def test_numbers(results):
    conv, pool = count(results).items
    assert (conv.name, conv.graded, conv.passed, conv.blank, conv.mean) == ("conv", 5, 2, 1, 0.5)
    assert (pool.passed, pool.mean) == (3, 0.7)
    assert conv.mistakes == (("flipped_kernel", 2),)
    assert conv.discrimination == pytest.approx(5 / (14 * 3.2) ** 0.5)
    assert count(results).totals == [1, 0.5, pytest.approx(1 / 3), 0, 1]
    assert histogram(count(results).totals) == [1, 0, 0, 1, 0, 1, 0, 0, 0, 2]
    assert correlation([1, 1, 1], [1, 2, 3]) is None
    assert correlation([1, 2], [1, 2]) is None


def test_who_needs_attention(results):
    assert attention(results) == [
        ("torn", "not graded: it is empty"),
        ("dev", "to be marked by hand: why"),
        (EVIL, "0 of 6 points, less than half of the median; not attempted: conv, pool"),
        ("dev", "the locked cell check-conv was edited; the original was run"),
    ]


def test_the_page_shows_the_numbers_and_runs_nothing(results):
    page = report_html(
        "04_unit", results, {("conv", "flipped_kernel"): "Your output is <flipped>."}, datetime(2026, 2, 1)
    )
    for text in (
        "6 handed in; 5 are graded, 1 could not be",
        "Mean 3.4, median 3 of 6 points",
        "2 (40%)",
        "flipped kernel",
        "<strong>Not isolated: &lt;b&gt;.</strong>",
        "Your output is &lt;flipped&gt;.",
        "Hardest was <code>conv</code> with 50%",
        "As of 2026-02-01",
    ):
        assert text in page

    class Tags(HTMLParser):
        open: list = []  # noqa: RUF012

        def handle_starttag(self, tag, attributes):
            assert tag not in ("script", "link", "img", "iframe", "object")
            for name, _ in attributes:
                assert name not in ("src", "href") and not name.startswith("on")
            if tag not in ("meta", "br", "rect", "line"):
                self.open.append(tag)

        def handle_endtag(self, tag):
            if tag not in ("rect", "line"):
                assert self.open.pop() == tag

    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert "http" not in page and "url(" not in page
    assert re.search(r'role="img" aria-label="Students by share of the points: 0 to 10 %: 1;', page)


def test_a_class_without_marks_has_a_report_too():
    page = report_html("04_unit", [Result("torn", remarks=["not graded: it is empty"])], {})
    assert "1 handed in, and nobody has marks yet." in page
    assert report_csv([]).count("\n") == 1


def test_the_csv_has_a_line_for_each_exercise(results):
    conv, pool = csv.DictReader(io.StringIO(report_csv(results)))
    assert (conv["exercise"], conv["passed"], conv["mean_share"], conv["mistakes"]) == (
        "conv",
        "2",
        "0.5",
        "flipped_kernel 2",
    )
    assert pool["not_attempted"] == "1"
