"""The sentences of the pooling figure, with live numbers filled in."""

from course.explore.drawing.lettering import number
from course.explore.pooling.state import Pair, Pooling, PoolingState, by

AXES = ("row", "column")


def status_sentence(state: PoolingState) -> str:
    """Say what the window makes of its numbers, and where its gradient goes.

    Parameters
    ----------
    state : PoolingState
        What the figure shows.

    Returns
    -------
    str
        A few sentences for those who listen instead of look; without output, the reason.
    """
    pooling = state.pooling
    if pooling.problem:
        return pooling.problem
    places = " and ".join(map(span, AXES, pooling.window(state.step)))
    lead = f"Window {state.step} (0 to {pooling.out.size - 1}) covers {places}. "
    return lead + (_max_sentence(state) if pooling.kind == "max" else _average_sentence(state))


def _max_sentence(state: PoolingState) -> str:
    pooling = state.pooling
    winners = pooling.winners(state.step)
    value, winner = number(pooling.out[state.position], 3), winners[0]
    text = f"{value} at {at(winner)} wins: {_cell('out', state)} = {value}. "
    if len(winners) > 1:
        text = f"{len(winners)} numbers tie at {value}; the first, at {at(winner)}, wins: {_cell('out', state)} = {value}. "
    got = [number(g) for g in received(pooling, winner, state.step)]
    arrives = f"It gets all of {_cell('grad_out', state)} = {got[-1]}"
    if len(got) == 1:
        return f"{text}{arrives}, the others nothing."
    total = number(float(pooling.grad_x(state.step + 1)[winner]))
    return f"{text}{arrives}, on top of earlier windows: {' + '.join(map(_signed, got))} = {total}."


def _average_sentence(state: PoolingState) -> str:
    pooling = state.pooling
    count, taps = len(pooling.pixels(state.step)), pooling.kernel[0] * pooling.kernel[1]
    border = f" and {taps - count} zeros of the border" if taps > count else ""
    gradient = pooling.grad_out[state.position]
    return (
        f"The mean of {count} numbers{border} is {_cell('out', state)} = {number(pooling.out[state.position], 3)}. "
        f"Each of them gets 1/{taps} of {_cell('grad_out', state)} = {number(gradient)}: {number(gradient / taps, 3)}."
    )


def sums_sentence(state: PoolingState) -> str:
    """Compare what arrives with what is handed on, over all windows."""
    pooling = state.pooling
    arrived, handed = float(pooling.grad_out.sum()), float(pooling.grad_x().sum())
    text = f"Over all windows grad_out sums to {number(arrived)} and grad_x to {number(handed)}."
    if abs(arrived - handed) > 1e-9 * max(abs(arrived), 1):
        text += " What is missing fell on the border."
    answer = state.grad_x
    if answer is not None and answer.faulty and answer.values is not None:
        text += f" The grad_x that is tried sums to {number(float(answer.values.sum()))}."
    return text


def size_formulas(pooling: Pooling) -> list[str]:
    """Fill the formula of the output size with numbers, one line, or two where rows and columns differ."""
    lines: dict[str, list[str]] = {}
    numbers = zip("HW", pooling.x.shape, pooling.kernel, pooling.stride, pooling.padding, pooling.out_size, strict=True)
    for letter, n, k, s, p, size in numbers:
        text = f"floor(({n} + 2·{p} − {k}) / {s}) + 1 = {size}"
        lines[text] = [*lines.get(text, []), f"{letter}_out"]
    return [f"{' = '.join(names)} = {text}" for text, names in lines.items()]


def unseen_sentence(pooling: Pooling) -> str:
    """Name the rows and columns that lie under no window."""
    if pooling.problem:
        return ""
    found = []
    for axis, name in enumerate(AXES):
        seen = {n for step in range(pooling.out.size) for n in pooling.window(step)[axis]}
        lost = [n for n in range(pooling.x.shape[axis]) if n not in seen]
        if lost:
            found.append(f"{name}{'s' * (len(lost) > 1)} {', '.join(map(str, lost))}")
    return f"Under no window, so without influence and without gradient: {'; '.join(found)}." if found else ""


def received(pooling: Pooling, place: Pair, step: int) -> list[float]:
    """What a number has got from each window that it won, up to a step."""
    return [float(pooling.grad_out.flat[n]) for n in range(step + 1) if pooling.winners(n)[0] == place]


def title(pooling: Pooling) -> str:
    """The layer in a few words."""
    step = "" if pooling.stride == pooling.kernel else f", stride {same(pooling.stride)}"
    border = f", padding {same(pooling.padding)}" if any(pooling.padding) else ""
    return f"{pooling.kind} pooling {by(pooling.kernel)}{step}{border}"


def same(pair: Pair) -> str:
    """A pair as one number where both are equal."""
    return str(pair[0]) if pair[0] == pair[1] else str(pair)


def span(axis: str, numbers: range) -> str:
    """``rows 0 to 2`` or ``row 1``."""
    if len(numbers) == 1:
        return f"{axis} {numbers[0]}"
    return f"{axis}s {number(numbers[0])} to {numbers[-1]}"


def at(place: Pair) -> str:
    """``row 1, column 0``."""
    return f"row {place[0]}, column {place[1]}"


def _cell(name: str, state: PoolingState) -> str:
    return f"{name}[{state.position[0]}, {state.position[1]}]"


def _signed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text
