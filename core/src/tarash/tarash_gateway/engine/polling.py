"""Decides how long to wait before the next status request: few requests, yet a finished job is noticed soon."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .expectation import Expectation

SHORTEST_SECONDS = 0.2
"""Shortest pause; with the duration of the request, the end is noticed within 0.25 s."""
LONGEST_SECONDS = 10.0
"""Longest pause: whatever the expectation says, a job may fail at any time."""
PRICE_SECONDS = 0.027
"""How much lateness one request is worth, in a job of up to a minute."""
PRICE_SHARE = PRICE_SECONDS / 60.0
"""The same as a share of the elapsed time: after ten minutes, a second matters less."""
DOUBT = 10.0
"""A percentage predicts the end, but may stand still and jump: without it, lateness may cost this many times a request."""
MOST_DOUBLINGS = 3
ANSWERS_PER_PAUSE = 2.0
LOWEST_PERCENT = 1.0
"""A lower percentage predicts nothing."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """When a job will end by the percentage that its provider reports, in seconds since it began.

    Attributes:
        middle: where the percentage says.
        earliest, latest: limits, by how precise percentages are and how well the one before predicted.
    """

    middle: float
    earliest: float
    latest: float

    @classmethod
    def of(
        cls, elapsed_seconds: float, percent: float | None, before: Prediction | None
    ) -> Prediction | None:
        """Return the prediction of a percentage that has just been reported; None if it predicts nothing.

        Args:
            elapsed_seconds: time since the job began.
            percent: as the provider reports it.
            before: the prediction of the percentage before, or None.
        """
        if percent is None or not LOWEST_PERCENT <= percent < 100 or elapsed_seconds <= 0:
            return None
        step = 1.0 if percent == int(percent) else 0.1
        middle = elapsed_seconds * 100 / percent
        off = middle * 0.1 if before is None else abs(middle - before.middle)
        off += middle * 0.01
        earliest = elapsed_seconds * 100 / (percent + step) - off
        latest = elapsed_seconds * 100 / max(percent - step, percent / 2) + off
        return cls(middle, max(earliest, elapsed_seconds), latest)

    def next_look_seconds(self, elapsed_seconds: float, price_seconds: float) -> float:
        """Return when to ask next, as `Expectation` does, if every moment within the limits is equally likely."""
        begin = max(elapsed_seconds, self.earliest)
        return begin + math.sqrt(2 * price_seconds * max(self.latest - begin, 0.0))


def next_delay_seconds(
    elapsed_seconds: float,
    *,
    expectation: Expectation,
    prediction: Prediction | None = None,
    failures: int = 0,
    answer_seconds: float = 0.0,
    suggested_seconds: float | None = None,
    ceiling_seconds: float | None = None,
) -> float:
    """Return the pause before the next status request, in seconds.

    Args:
        elapsed_seconds: time since the job was accepted.
        expectation: from earlier jobs of the model, or from its row.
        prediction: from the percentage that the provider reported last.
        failures: status requests in a row that brought no answer; each doubles the pause, three times at most.
        answer_seconds: how long the last answer took. The pause is at least twice as long, up to the ceiling. So a slow server gets
            less to do, and of thousands of jobs most sleep, rather than queue for a connection with a request in hand.
        suggested_seconds: the delay that the provider suggests; the pause is never shorter. 0 means at once.
        ceiling_seconds: the user's `poll_interval`; None means 10 s, and 0 the shortest pause.
    """
    if suggested_seconds == 0.0:
        return 0.0
    ceiling = LONGEST_SECONDS if ceiling_seconds is None else ceiling_seconds or SHORTEST_SECONDS
    # the pause grows with the square root of the price
    price = price_seconds(elapsed_seconds) * 4.0 ** min(failures, MOST_DOUBLINGS)
    if prediction is None:
        then = expectation.next_look_seconds(elapsed_seconds, price)
    else:
        then = min(
            prediction.next_look_seconds(elapsed_seconds, price),
            expectation.next_look_seconds(elapsed_seconds, price * DOUBT),
        )
    delay = max(then - elapsed_seconds, answer_seconds * ANSWERS_PER_PAUSE, SHORTEST_SECONDS)
    return max(min(delay, ceiling), suggested_seconds or 0.0)


def price_seconds(elapsed_seconds: float) -> float:
    """Return how much lateness a request is worth at this time, in seconds."""
    return max(PRICE_SECONDS, PRICE_SHARE * elapsed_seconds)


__all__ = ["Prediction", "next_delay_seconds", "price_seconds"]
