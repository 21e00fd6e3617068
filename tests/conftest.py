"""Owns what every test gets: the guard against leaving this machine, and the three ways to run a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from execution import MODES, Mode, Run
from loopback_only import loopback_only


@pytest.fixture(scope="session", autouse=True)
def _loopback_only(request: pytest.FixtureRequest) -> Iterator[None]:
    """Refuse connections off loopback, unless live tests were asked for by `-m live`."""
    if request.config.getoption("markexpr") == "live":
        yield
        return
    with loopback_only():
        yield


@pytest.fixture(params=MODES)
def run(request: pytest.FixtureRequest) -> Run:
    """Execute a call blocking, under asyncio and under trio: `run(gateway, "generate_video", ...)`."""
    return Run(cast("Mode", request.param))
