"""Assumes how long a job takes of a model that has not run yet, with or without the typical duration of its row."""

from __future__ import annotations

import math
from functools import lru_cache

from .expectation import Box, Expectation, scaled

QUICK = ((0.6, 0.04), (17.0, 0.81))
"""Mean in seconds and weight: a few image models answer at once, most models take up to a minute."""
SLOW = ((120.0, 0.13), (900.0, 0.02))
"""The same for models that take minutes."""
SLOW_DESPITE_TYPICAL = ((120.0, 0.03), (900.0, 0.01))
TYPICAL_WEIGHT = 0.15
"""A row says how long its author waited for one model on one day, so it moves only the slow part of the expectation."""
TYPICAL_STEEPNESS = 4.0
"""Of the log-logistic distribution around the typical duration; half of it lies within a factor of 1.3."""


@lru_cache(maxsize=256)
def first_expectation(typical_seconds: float | None) -> Expectation:
    """Return the expectation for a model without earlier jobs."""
    return Expectation(first_boxes(typical_seconds), usual_seconds=typical_seconds)


@lru_cache(maxsize=256)
def first_boxes(typical_seconds: float | None) -> tuple[Box, ...]:
    """Return the boxes of that expectation; their weights add up to 1."""
    boxes: list[Box] = []
    for mean, weight in (*QUICK, *(SLOW_DESPITE_TYPICAL if typical_seconds else SLOW)):
        boxes += _exponential(mean, weight)
    if typical_seconds:
        boxes += scaled(_log_logistic(typical_seconds), TYPICAL_WEIGHT)
    return tuple(scaled(boxes, 1.0))


def _exponential(mean: float, weight: float) -> list[Box]:
    edges = [0.0, *(mean / 8 * 1.35**step for step in range(15))]
    survival = [math.exp(-edge / mean) for edge in edges]
    return [(edges[i], edges[i + 1], weight * (survival[i] - survival[i + 1])) for i in range(len(edges) - 1)]


def _log_logistic(median: float) -> list[Box]:
    edges = [median * 1.2**step for step in range(-9, 10)]
    chances = [1 / (1 + (edge / median) ** -TYPICAL_STEEPNESS) for edge in edges]
    return [(edges[i], edges[i + 1], chances[i + 1] - chances[i]) for i in range(len(edges) - 1)]


__all__ = ["first_boxes", "first_expectation"]
