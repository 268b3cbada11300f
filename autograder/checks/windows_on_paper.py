"""The pen-and-paper questions of unit 02: sizes, paddings, and one number of each kind."""

from autograder.answers import Answer, pen_and_paper

WINDOWS_ON_PAPER, PAPER_MISTAKES = pen_and_paper(
    "windows_on_paper",
    [
        Answer(
            "correlation",
            31,
            0.5,
            {
                "convolved": (
                    29,
                    "correlation: this is the convolution; for the correlation, leave the kernel as it is.",
                )
            },
        ),
        Answer(
            "convolution",
            29,
            0.5,
            {
                "correlated": (31, "convolution: this is the correlation; turn the kernel by 180 degrees first."),
                "mirrored_once": (
                    35,
                    "convolution: the kernel is mirrored left to right only; turn it by 180 degrees.",
                ),
                "upside_down": (25, "convolution: the kernel is put upside down only; turn it by 180 degrees."),
            },
        ),
        Answer(
            "windows",
            3,
            0.5,
            {
                "rounded_up": (4, "windows: a window that hangs over the end is counted; it is left out."),
                "first_window_forgotten": (
                    2,
                    "windows: the steps are counted, not the windows: the first one needs none.",
                ),
            },
        ),
        Answer(
            "never_read",
            3,
            0.5,
            {"gaps_forgotten": (1, "never_read: with a stride above k there are gaps between the windows, too.")},
        ),
        Answer(
            "reach",
            10,
            0.5,
            {
                "gap_after_the_last": (12, "reach: k times d counts a gap after the last pixel, too."),
                "dilation_added": (
                    7,
                    "reach: the dilation widens every gap between two of the k pixels, not one of them.",
                ),
            },
        ),
        Answer(
            "full",
            25,
            0.5,
            {
                "valid_size": (15, "full: this is the size without any padding."),
                "kernel_forgotten": (30, "full: the padded image has this size; the windows in it are fewer."),
                "padded_by_the_kernel": (27, "full: with a padding of k, the outermost windows see zeros alone."),
            },
        ),
        Answer(
            "same_256",
            3,
            0.5,
            {
                "full_padding": (6, "same_256: this is k - 1, the full padding."),
                "half_rounded_up": (4, "same_256: with this padding the output is 2 pixels larger than the input."),
                "both_sides_together": ((3, 3), "same_256: one number is asked for, the padding on each side."),
            },
        ),
        Answer(
            "same_dilated",
            4,
            0.5,
            {
                "dilation_forgotten": (2, "same_dilated: this is right without dilation."),
                "half_of_k_times_d": (5, "same_dilated: 5 pixels with dilation 2 reach over 9, not over 10."),
            },
        ),
        Answer(
            "maps_200",
            (16, 100, 100),
            0.5,
            {
                "stride_forgotten": ((16, 199, 199), "maps_200: this is the shape with stride 1."),
                "channels_last": ((100, 100, 16), "maps_200: the shape is asked for as (maps, rows, columns)."),
                "one_map": ((1, 100, 100), "maps_200: each of the 16 filters makes a map of its own."),
                "one_short": ((16, 99, 99), "maps_200: one row and one column are missing: count the first window."),
            },
        ),
        Answer(
            "first_layer",
            112,
            0.5,
            {
                "size_rounded_up": (113, "first_layer: the quotient is rounded up; it is rounded down."),
                "padded_once": (111, "first_layer: the padding is counted once; it is there on both sides."),
                "size_without_padding": (109, "first_layer: the padding is left out."),
            },
        ),
    ],
)
