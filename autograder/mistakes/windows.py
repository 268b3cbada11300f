"""Wrong counts of windows and wrong paddings, with a name."""

import math

from autograder.exercise import Mistake, collect

OUTPUT_SIZE: list[Mistake] = []
wrong = collect(OUTPUT_SIZE)


@wrong("Your size is one too small: the steps are counted, and the first window needs none.")
def first_window_forgotten(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride


@wrong("Your size is rounded up; a window that hangs over the end is left out, so round down.")
def rounded_up(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    return math.ceil((n + 2 * padding - dilation * (k - 1) - 1) / stride) + 1


@wrong("Your size is not rounded: it is a float, and between two whole numbers where the stride does not divide.")
def not_rounded(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> float:
    return (n + 2 * padding - dilation * (k - 1) - 1) / stride + 1


@wrong("Your size is rounded down, but it is a float (7 // 2 is an int, int(...) makes one).")
def float_that_is_whole(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> float:
    return float((n + 2 * padding - dilation * (k - 1) - 1) // stride + 1)


@wrong("Your size adds the 1 before it divides; the 1 is the first window, and it comes after.")
def one_added_before_dividing(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    return (n + 2 * padding - dilation * (k - 1)) // stride


@wrong("Your size has the padding once; it is added at both ends.")
def padding_once(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    return (n + padding - dilation * (k - 1) - 1) // stride + 1


@wrong("Your size is the one without padding.")
def padding_ignored(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    return (n - dilation * (k - 1) - 1) // stride + 1


@wrong("Your size is the one with stride 1.")
def stride_ignored(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    return n + 2 * padding - dilation * (k - 1)


@wrong("Your size is the one without dilation.")
def dilation_ignored(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    return (n + 2 * padding - k) // stride + 1


@wrong("Your window reaches over k times the dilation; behind its last pixel there is no gap.")
def gap_after_the_last(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    return (n + 2 * padding - dilation * k) // stride + 1


@wrong("Your size does not subtract the kernel: it is that of the whole input, divided by the stride.")
def kernel_not_subtracted(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    return -(-(n + 2 * padding) // stride)


@wrong("Your size is n / stride, rounded up: TensorFlow's padding='same', not the padding that is given.")
def as_padding_same(n: int, k: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    return -(-n // stride)


PADDING_FOR: list[Mistake] = []
wrong = collect(PADDING_FOR)


def paddings(valid: tuple[int, int], same: tuple[int, int], full: tuple[int, int], wish: str) -> tuple[int, int]:
    """Pick what was wished."""
    return {"valid": valid, "same": same, "full": full}[wish]


def split(total: int) -> tuple[int, int]:
    """Halve zeros; the odd one comes after."""
    return total // 2, total - total // 2


@wrong(
    "Your two numbers for 'same' are equal; an even kernel needs an odd number of zeros, and the odd one goes after."
)
def same_cut_down(k: int, wish: str, dilation: int = 1) -> tuple[int, int]:
    reach = dilation * (k - 1)
    return paddings((0, 0), (reach // 2, reach // 2), (reach, reach), wish)


@wrong("Your padding for 'same' is k // 2 on both sides; the output of an even kernel is then one pixel too large.")
def same_is_half_the_kernel(k: int, wish: str, dilation: int = 1) -> tuple[int, int]:
    reach = dilation * (k - 1)
    half = dilation * (k // 2)
    return paddings((0, 0), (half, half), (reach, reach), wish)


@wrong("Your padding for 'same' has the odd zero before the input; it goes after.")
def odd_one_before(k: int, wish: str, dilation: int = 1) -> tuple[int, int]:
    reach = dilation * (k - 1)
    return paddings((0, 0), split(reach)[::-1], (reach, reach), wish)


@wrong("Your padding for 'same' has all zeros on each side; they are shared out between the two.")
def same_is_full(k: int, wish: str, dilation: int = 1) -> tuple[int, int]:
    reach = dilation * (k - 1)
    return paddings((0, 0), (reach, reach), (reach, reach), wish)


@wrong("Your padding for 'full' is as wide as the whole window: the outermost windows then see zeros alone.")
def full_is_the_whole_window(k: int, wish: str, dilation: int = 1) -> tuple[int, int]:
    reach = dilation * (k - 1)
    return paddings((0, 0), split(reach), (reach + 1, reach + 1), wish)


@wrong("Your padding for 'full' is shared out between the sides, as for 'same'; each side gets all of it.")
def full_is_same(k: int, wish: str, dilation: int = 1) -> tuple[int, int]:
    reach = dilation * (k - 1)
    return paddings((0, 0), split(reach), split(reach), wish)


@wrong("Your paddings do not use the dilation; a spread window hangs over further.")
def dilation_ignored_in_padding(k: int, wish: str, dilation: int = 1) -> tuple[int, int]:
    return paddings((0, 0), split(k - 1), (k - 1, k - 1), wish)


@wrong("Your paddings take the window to reach over k times the dilation; behind its last pixel there is no gap.")
def gap_after_the_last_in_padding(k: int, wish: str, dilation: int = 1) -> tuple[int, int]:
    reach = dilation * k - 1
    return paddings((0, 0), split(reach), (reach, reach), wish)


@wrong("Your paddings for 'valid' and 'full' are exchanged: valid means that only true pixels are read.")
def valid_and_full_exchanged(k: int, wish: str, dilation: int = 1) -> tuple[int, int]:
    reach = dilation * (k - 1)
    return paddings((reach, reach), split(reach), (0, 0), wish)
