"""The table that `course bench` prints."""

from __future__ import annotations

from course.bench.machine import Machine
from course.bench.run import Result

HEAD = f"{'':28}{'ours':>11}{'NumPy':>11}{'PyTorch':>11}  {'x PyTorch':>13}  {'goal':>5}  {'of peak':>7}"


def machine_line(machine: Machine, threads: int) -> str:
    noise = "" if machine.spread < 0.15 else f"; noisy: the same product took {machine.spread:.0%} more or less"
    return (
        f"\n{threads} thread{'s' * (threads > 1)}: {machine.flops / 1e9:.0f} GFLOP/s in matrix products, "
        f"{machine.bytes / 1e9:.1f} GB/s copied{noise}\n{HEAD}"
    )


def row_line(result: Result) -> str:
    def ms(way: str) -> str:
        return f"{result.milliseconds[way]:8.2f} ms" if way in result.milliseconds else f"{'-':>11}"

    line = f"{result.name:28}{ms('course')}{ms('numpy')}{ms('torch')}"
    others = [way for way in ("njit", "python") if way in result.milliseconds]
    if others:
        times = result.milliseconds[others[0]] / result.milliseconds["course"]
        return f"{line}  {times:,.0f} x the {'compiled' if others[0] == 'njit' else 'pure Python'} loops"
    ratio = (
        f"{result.ratio_vs_torch:5.2f} +-{result.spread / 2:4.0%}" if result.ratio_vs_torch and result.spread else ""
    )
    goal = f"{result.target:.1f}" if result.target else ""
    share = f"{result.share_of_peak:.0%}" if result.share_of_peak else ""
    return f"{line}  {ratio:>13}  {goal:>5}  {share:>7}" + "  too noisy to judge" * result.noisy
