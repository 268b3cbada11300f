"""The sentences and formulas of the convolution figure, with live numbers filled in."""

from course.explore.convolution.numbers import Convolution
from course.explore.convolution.state import ConvolutionState
from course.explore.drawing.lettering import listed, number

AXES = (("row", "rows", "H"), ("column", "columns", "W"))


def status_sentence(state: ConvolutionState) -> str:
    """Say where the window is and how its numbers become the output's.

    Parameters
    ----------
    state : ConvolutionState
        What the figure shows.

    Returns
    -------
    str
        Two sentences for those who listen instead of look; without output, the reason.
    """
    convolution = state.convolution
    if not convolution.fits:
        return "No output: the kernel does not fit into the padded input."
    places = [
        f"{plural} {taps[0]} to {taps[-1]}" if len(taps) > 1 else f"{singular} {taps[0]}"
        for (singular, plural, _), taps in zip(AXES, _taps(state), strict=True)
    ]
    ring = "padded input" if any(convolution.padding) else "input"
    gaps = "" if convolution.dilation == (1, 1) else ", with gaps"
    return (
        f"Step {state.step} (0 to {convolution.out[0].size - 1}): the window covers {places[0]} and "
        f"{places[1]} of the {ring}{gaps}. {output_name(state)} = {' '.join(total(state))}."
    )


def output_name(state: ConvolutionState) -> str:
    """Name the output cell as code would.

    Parameters
    ----------
    state : ConvolutionState
        What the figure shows.

    Returns
    -------
    str
        ``out[1, 2]`` for a plain image, else ``out[filter, 1, 2]`` with the filter's number.
    """
    place = state.position if state.convolution.plane else (state.filter, *state.position)
    return f"out[{', '.join(str(n) for n in place)}]"


def total(state: ConvolutionState) -> list[str]:
    """Spell the last sum: one number per channel, the bias, the result.

    Parameters
    ----------
    state : ConvolutionState
        What the figure shows; there must be an output.

    Returns
    -------
    list of str
        ``["3 +", "(−1) +", "2 +", "1", "= 4"]``; of more than 8 channels the first and last ones.
    """
    numbers = [signed(value) for value in state.sums]
    if len(numbers) > 8:
        numbers = [*numbers[:2], "…", numbers[-1]]
    if state.convolution.bias is not None:
        numbers.append(signed(state.convolution.bias[state.filter]))
    numbers[0] = numbers[0].strip("()")
    if len(numbers) == 1:
        return numbers
    return [*(f"{text} +" for text in numbers[:-1]), numbers[-1], f"= {number(state.value, 3)}"]


def terms(state: ConvolutionState, channel: int, most: int = 25) -> list[str]:
    """Spell one channel's sum term by term.

    Parameters
    ----------
    state : ConvolutionState
        What the figure shows; there must be an output.
    channel : int
        Input channel.
    most : int
        Number of terms written; the rest is counted.

    Returns
    -------
    list of str
        ``["2·1 +", "0·(−1)", "= 2"]``, to be broken into lines.
    """
    pairs = list(zip(state.window[channel].flat, state.kernel[channel].flat, strict=True))
    written = [f"{signed(a, 2)}·{signed(b, 2)}" for a, b in pairs[:most]]
    if len(pairs) > most:
        written.append(f"{len(pairs) - most} more")
    return [*(f"{text} +" for text in written[:-1]), written[-1], f"= {number(state.sums[channel], 3)}"]


def size_formulas(convolution: Convolution) -> list[str]:
    """Fill the formula of the output size with the numbers of a convolution.

    Parameters
    ----------
    convolution : Convolution
        The layer and its input.

    Returns
    -------
    list of str
        One line for H_out and one for W_out, or a single one where their numbers are equal.
    """
    lines: dict[str, list[str]] = {}
    for axis, (_, _, letter) in enumerate(AXES):
        n, kernel = convolution.x.shape[1 + axis], convolution.weight.shape[2 + axis]
        padding, stride, dilation = (
            pair[axis] for pair in (convolution.padding, convolution.stride, convolution.dilation)
        )
        size = convolution.out_size[axis]
        room = n + 2 * padding - dilation * (kernel - 1) - 1
        outcome = str(size) if size else f"none, because {number(room)} is below 0"
        text = f"floor(({n} + 2·{padding} − {dilation}·({kernel} − 1) − 1) / {stride}) + 1 = {outcome}"
        lines[text] = [*lines.get(text, []), f"{letter}_out"]
    return [f"{' = '.join(names)} = {text}" for text, names in lines.items()]


def unseen_sentence(convolution: Convolution) -> str:
    """Name the rows and columns that no window ever reads.

    Parameters
    ----------
    convolution : Convolution
        The layer and its input.

    Returns
    -------
    str
        A sentence, empty if every number is read or if there is no output.
    """
    if not convolution.fits:
        return ""
    found = []
    for axis, (singular, plural, _) in enumerate(AXES):
        unseen, ring = convolution.unseen(axis), convolution.padding[axis]
        inside = [n - ring for n in unseen if 0 <= n - ring < convolution.x.shape[1 + axis]]
        outside = len(unseen) - len(inside)
        if inside:
            found.append(f"input {plural if len(inside) > 1 else singular} {listed(inside)}")
        if outside:
            found.append(f"{outside} padding {plural if outside > 1 else singular}")
    return f"Never seen by any window (hatched): {'; '.join(found)}." if found else ""


def misfit_sentence(convolution: Convolution) -> str:
    """Say why no window fits, and what would help.

    Parameters
    ----------
    convolution : Convolution
        A layer and an input without output.

    Returns
    -------
    str
        One sentence for the first direction that does not fit.
    """
    axis = 0 if convolution.out_size[0] == 0 else 1
    span, ring = convolution.span[axis], convolution.padding[axis]
    n, kernel = convolution.x.shape[1 + axis], convolution.weight.shape[2 + axis]
    plural = AXES[axis][1]
    spread = "" if span == kernel else f" spread over {span} by dilation {convolution.dilation[axis]}"
    return (
        f"No output: the kernel's {kernel} {plural}{spread} do not fit into {n} + 2·{ring} = {n + 2 * ring} "
        f"{plural} of padded input; use padding {-(-(span - n) // 2)} or more, or a smaller kernel."
    )


def signed(value: float, places: int = 3) -> str:
    """Write a number as a term of a sum or product: negative ones in brackets.

    Parameters
    ----------
    value : float
        The number.
    places : int
        Decimal places at most.

    Returns
    -------
    str
        ``3`` or ``(−3)``.
    """
    text = number(value, places)
    return f"({text})" if text.startswith("−") else text


def _taps(state: ConvolutionState) -> tuple[list[int], list[int]]:
    row, column = (state.convolution.taps(axis, state.position[axis]).tolist() for axis in (0, 1))
    return row, column
