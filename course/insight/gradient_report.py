"""What a gradient check found, for people to read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from course.insight._table import table


@dataclass(frozen=True)
class Finding:
    """One array's gradient beside the slopes.

    Attributes
    ----------
    name, shape, size : of the array
    ok : whether the gradient is right wherever it was tried
    checked : how many of its numbers were tried
    corners : how many of these have another slope on either side, and a gradient between the two
    error : the largest relative error
    at : the index where it was found
    backward, slope : what the backward pass says there, and what differences say
    remark : what else there is to say, without a full stop
    """

    name: str
    shape: tuple[int, ...]
    size: int
    ok: bool
    checked: int = 0
    corners: int = 0
    error: float = 0.0
    at: tuple[int, ...] = ()
    backward: float = 0.0
    slope: float = 0.0
    remark: str = ""


@dataclass(frozen=True)
class GradientReport:
    """The findings for all arrays; prints as a verdict, a table, and remarks.

    Attributes
    ----------
    findings : one for each array, in order
    """

    findings: list[Finding]

    @property
    def ok(self) -> bool:
        """Whether every gradient is right."""
        return all(finding.ok for finding in self.findings)

    @property
    def worst(self) -> float:
        """The largest relative error of all."""
        return max((finding.error for finding in self.findings), default=0.0)

    def __str__(self) -> str:
        wrong = [finding.name for finding in self.findings if not finding.ok]
        verdict = f"{', '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} wrong" if wrong else "all right"
        rows = [("array", "shape", "checked", "corners", "error", "at", "backward", "slope")]
        for f in self.findings:
            numbers = (f"{f.error:.2g}", str(f.at), f"{f.backward:.4g}", f"{f.slope:.4g}") if f.checked else ("-",) * 4
            rows.append((f.name, str(f.shape), f"{f.checked} of {f.size}", str(f.corners), *numbers))
        lines = [f"gradient check: {verdict}", table(rows, left=2)]
        lines += [f"{f.name}: {f.remark}." for f in self.findings if f.remark]
        if any(f.corners for f in self.findings):
            lines.append(
                "corners: the slopes on both sides differ there, as those of max(0, x) at 0; backward lies between."
            )
        return "\n".join(lines)

    __repr__ = __str__


def factor(told: np.ndarray, slopes: np.ndarray) -> str:
    """The commonest mistakes have a number: a sign, a missing division by N. Says so where one number explains everything.

    Examples
    --------
    >>> factor(np.array([-2.0, 6.0]), np.array([1.0, -3.0])), factor(np.array([1.0, 2.0]), np.array([2.0, 1.0]))
    ('backward gives -2 times the slope everywhere', '')
    """
    if not np.isfinite(told).all():
        return "backward gives numbers that are not finite"
    if not told.any():
        return "backward gives 0 everywhere"
    if not slopes.any():
        return "the slope is 0 everywhere"
    times = float(told @ slopes / (slopes @ slopes))
    if abs(told - times * slopes).max() <= 1e-3 * abs(told).max() and f"{times:.3g}" != "1":
        return f"backward gives {times:.4g} times the slope everywhere"
    return ""
