"""Unit 01: Sobel's kernels on nine pixels of the brain, on paper."""

from math import atan2, degrees

from autograder.answers import Answer, pen_and_paper

ROWS = ((107, 140, 184), (89, 100, 128), (86, 81, 88))
"""Rows 0 to 2 and columns 4 to 6 of the unit's 64 pixels."""

(A, B, C), (D, _, F), (G, H, I) = ROWS
GX = ((C + 2 * F + I) - (A + 2 * D + G)) / 4
GY = ((G + 2 * H + I) - (A + 2 * B + C)) / 4
MAGNITUDE = (GX**2 + GY**2) ** 0.5
DIRECTION = degrees(atan2(GY, GX))

SOBEL_BY_HAND, PAPER_MISTAKES = pen_and_paper(
    "sobel_by_hand",
    [
        Answer(
            "gx",
            GX,
            0.75,
            {
                "gx_not_divided": (4 * GX, "gx is 4 times too large: the Sobel kernels are divided by 4."),
                "gx_left_minus_right": (-GX, "gx has the opposite sign: it is the right column minus the left one."),
                "gx_equal_weights": (
                    ((C + F + I) - (A + D + G)) / 4,
                    "gx takes all three rows with weight 1; Sobel gives the middle row weight 2.",
                ),
            },
        ),
        Answer(
            "gy",
            GY,
            0.75,
            {
                "gy_not_divided": (4 * GY, "gy is 4 times too large: the Sobel kernels are divided by 4."),
                "gy_upper_minus_lower": (-GY, "gy has the opposite sign: it is the lower row minus the upper one."),
                "gy_equal_weights": (
                    ((G + H + I) - (A + B + C)) / 4,
                    "gy takes all three columns with weight 1; Sobel gives the middle column weight 2.",
                ),
            },
        ),
        Answer(
            "magnitude",
            MAGNITUDE,
            0.75,
            {
                "sum_of_squares": (
                    GX**2 + GY**2,
                    "The magnitude is the square root of the sum of squares; yours lacks the root.",
                ),
                "sum_of_sizes": (
                    abs(GX) + abs(GY),
                    "Your magnitude is |gx| + |gy|; it is the root of the sum of squares, as for the sides of a triangle.",
                ),
                "plain_sum": (
                    GX + GY,
                    "Your magnitude is gx + gy; it is the root of the sum of squares, and never negative.",
                ),
            },
        ),
        Answer(
            "direction",
            DIRECTION,
            0.75,
            {
                "arguments_swapped": (
                    degrees(atan2(GX, GY)),
                    "Your direction has gx and gy exchanged: the arctangent takes gy first, then gx.",
                ),
                "radians": (atan2(GY, GX), "Your direction is in radians; asked for are degrees: np.degrees(...)."),
                "counted_counterclockwise": (
                    -DIRECTION,
                    "Your direction has the opposite sign: rows count downwards, so angles grow clockwise.",
                ),
                "along_the_edge": (
                    DIRECTION + 90,
                    "Your direction runs along the edge; it gets brighter at right angles to it.",
                ),
            },
        ),
    ],
)
