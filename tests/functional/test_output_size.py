"""The formula for the size of an output, against counting positions one by one."""

from hypothesis import given
from hypothesis import strategies as st

from course.functional import output_size


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 5), st.integers(0, 5), st.integers(1, 4))
def test_counts_the_positions(n: int, k: int, stride: int, padding: int, dilation: int) -> None:
    last_tap = dilation * (k - 1)
    starts = [s for s in range(0, n + 2 * padding, stride) if s + last_tap < n + 2 * padding]
    assert max(0, output_size(n, k, stride, padding, dilation)) == len(starts)
