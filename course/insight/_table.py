"""Tables of plain characters."""

from __future__ import annotations

from collections.abc import Sequence


def table(rows: Sequence[Sequence[str]], left: int, rule_before_last: bool = False) -> str:
    """Columns side by side under a ruled heading; the first `left` of them begin at the left, the others end at the right.

    Examples
    --------
    >>> print(table([("digit", "right"), ("3", "12"), ("total", "112")], left=1, rule_before_last=True))
    digit  right
    ------------
    3         12
    ------------
    total    112
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    rule = "-" * len(lines[0])
    lines.insert(1, rule)
    if rule_before_last:
        lines.insert(-1, rule)
    return "\n".join(line.rstrip() for line in lines)
