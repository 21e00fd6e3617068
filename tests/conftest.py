"""Owns what every test gets: the guard against leaving this machine, a gateway, a provider, three ways to run a call."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
import trio
from trio._core._run import GLOBAL_RUN_CONTEXT

from execution import MODES, Mode, Run
from loopback_only import loopback_only
from tarash.tarash_gateway import Gateway

if TYPE_CHECKING:
    from tarash.tarash_gateway.testing import Simulator


@pytest.fixture(scope="session", autouse=True)
def _loopback_only(request: pytest.FixtureRequest) -> Iterator[None]:
    """Refuse connections off loopback, unless live tests were asked for by `-m live`."""
    if request.config.getoption("markexpr") == "live":
        yield
        return
    with loopback_only():
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_keyring() -> Iterator[None]:
    """Leave the developer's keyring alone, which the installed extension would read; it may even ask for a password."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        yield


@pytest.fixture(scope="session", autouse=True)
def _durations_are_not_kept() -> Iterator[None]:
    """Leave the developer's cache folder alone, and no test to the durations of an earlier run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TARASH_REMEMBER_DURATIONS", "0")
        yield


@pytest.fixture(scope="session", autouse=True)
def _collected_tests_are_no_garbage() -> Iterator[None]:
    """Spare the garbage collector the collected tests, which stay anyway: going through them takes it half a second each time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Fail one test for one hang: trio refuses every later run of a thread whose loop a time limit left suspended."""
    try:
        return (yield)
    finally:
        if trio.lowlevel.in_trio_run():
            GLOBAL_RUN_CONTEXT.__dict__.clear()


@pytest.fixture(params=MODES)
def run(request: pytest.FixtureRequest) -> Run:
    """Execute a call blocking, under asyncio and under trio: `run(gateway, "generate_video", ...)`."""
    return Run(cast("Mode", request.param))


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """Open a gateway that reads no environment variables and keeps its files in the test's folder."""
    with Gateway(environ={}, output_dir=tmp_path / "output") as opened:
        yield opened


@pytest.fixture
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """Run the provider that the test's module is named after: fal for `test_fal_errors.py` and `test_fal.py`."""
    # here, because most tests of the core need no provider and none needs them all
    from simulators.every_provider import provider_named_in, running

    with running(provider_named_in(request.path.stem.removeprefix("test_"))) as opened:
        yield opened
