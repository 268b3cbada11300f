"""The clinic's figure shows what was measured, in plots and in words."""

import pytest

from course.explore import clinic_figure
from course.explore.clinic.figure import words


@pytest.mark.slow
def test_the_clinic_shows_its_records(read):
    figure = read(clinic_figure("healthy", "C").svg)
    assert {"healthy loss", "C loss", "C right", "C silent", "C spread"} <= figure.names()
    assert figure.words("C silent").count("100%") == 3
    assert "evaluated twice: 100.0% same answers" in figure.words("C")
    assert words("C") in figure.root.get("aria-label")
    with pytest.raises(ValueError, match="no patient 'F'"):
        clinic_figure("F")
