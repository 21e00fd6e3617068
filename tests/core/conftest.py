"""Owns the two simulated providers that the tests of the core run against."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator


@pytest.fixture
def fal() -> Iterator[FalSimulator]:
    """fal on loopback: streams its status, cancels, cannot look up lost submissions."""
    with FalSimulator() as running:
        yield running


@pytest.fixture
def replicate() -> Iterator[ReplicateSimulator]:
    """Replicate on loopback: is polled, cancels, finds lost submissions."""
    with ReplicateSimulator() as running:
        yield running
