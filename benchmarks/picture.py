"""Draws how the polling policies compare, for docs/explanation/polling.md: `python -m benchmarks.picture`."""

from __future__ import annotations

import random
from pathlib import Path

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from benchmarks.drawing import draw_svg
from benchmarks.durations import DRIFTS, STEADY, Durations
from benchmarks.policies import Pause, gateway, mean_cost
from benchmarks.when_to_ask import OTHERS, Policies, drifting, steady
from tarash.tarash_gateway.engine.duration_history import JOBS_PER_MODEL, expected_after
from tarash.tarash_gateway.engine.expectation import Expectation
from tarash.tarash_gateway.engine.first_jobs import first_expectation

TARGET = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "polling.svg"
JOBS = 2020
SHOWN = {"wide, 20 s": "wide", "two peaks, 8 and 40 s": "two peaks"}


def main() -> None:
    """Draw when the gateway asks, and what waiting costs with each policy."""
    draw_svg("polling")
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    _draw_moments(left)
    _draw_costs(right)
    figure.savefig(TARGET, metadata={"Date": None})


def _draw_moments(axes: Axes) -> None:
    """Draw the requests of one long job: before any other, and once the durations are known."""
    rows: list[tuple[str, Pause, Durations | None]] = [("first job", gateway(first_expectation(None)), None)]
    rows += [(SHOWN[known.name], gateway(_learned(known)), known) for known in STEADY if known.name in SHOWN]
    seconds = [step / 10 for step in range(601)]
    for row, (_, pause, known) in enumerate(rows):
        if known is not None:
            density = [known.chance(at + 0.1) - known.chance(at) for at in seconds]
            highest = max(density)
            axes.fill_between(
                seconds, row, [row + 0.8 * value / highest for value in density], color="#9ecae1"
            )
        asked = _moments(pause, seconds[-1])
        axes.plot(asked, [row - 0.12] * len(asked), "|", color="#08519c", markersize=9)
    axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    axes.set_xlabel("seconds since the job was accepted")
    axes.set_title("When the gateway asks, and when jobs end")


def _learned(durations: Durations) -> Expectation:
    source = random.Random(5)
    return expected_after([durations.draw(source) for _ in range(JOBS_PER_MODEL)], None)


def _moments(pause: Pause, end: float) -> list[float]:
    moments, elapsed = [], 0.0
    while (elapsed := elapsed + pause(elapsed)) < end:
        moments.append(elapsed)
    return moments


def _draw_costs(axes: Axes) -> None:
    """Draw the cost of waiting, compared with the optimum, on a logarithmic scale."""
    replayed: dict[str, Policies] = {known.name: steady(known, JOBS) for known in STEADY}
    replayed |= {name: drifting(factor, JOBS) for name, factor in DRIFTS.items()}
    names = list(replayed)[::-1]
    for policy, marker in zip(("gateway", *OTHERS), "oxs^", strict=True):
        ratios = [mean_cost(replayed[name][policy]) / mean_cost(replayed[name]["optimum"]) for name in names]
        axes.plot(ratios, range(len(names)), marker, label=policy, markersize=6)
    axes.axvline(1.0, color="grey", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xticks([1, 2, 4, 8], ["1×", "2×", "4×", "8×"])
    axes.set_yticks(range(len(names)), names)
    axes.set_title("Cost of waiting, 1 is the best possible")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)


if __name__ == "__main__":
    main()
