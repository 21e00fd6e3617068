"""Owns how a test runs a batch: in the test's folder, against the mock or a simulator."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pytest

from plugins.batch.batch_command import Tarash, installed
from plugins.batch.postgres import postgres_server
from plugins.batch.simulators_with_clips import KlingWithClips
from tarash.tarash_gateway import Gateway, MockConfig, VideoGenerationConfig
from tarash.tarash_gateway.job import Journal
from tarash_gateway_batch import BatchRunner

T = TypeVar("T")
RunWith: TypeAlias = Callable[[Callable[[BatchRunner], Coroutine[Any, Any, T]]], T]


@pytest.fixture
def run_with(tmp_path: Path) -> Callable[[Callable[[BatchRunner], Coroutine[Any, Any, Any]]], Any]:
    """Return a function that opens a runner, hands it to an async function, and returns what that one returns."""

    def make_gateway(journal: Journal) -> Gateway:
        return Gateway(journal=journal, environ={}, output_dir=tmp_path / "outputs", allow_private_hosts=True)

    def opened(use: Callable[[BatchRunner], Coroutine[Any, Any, Any]]) -> Any:
        async def main() -> object:
            async with BatchRunner(database=tmp_path / "batches.sqlite", make_gateway=make_gateway) as runner:
                return await use(runner)

        return asyncio.run(main())

    return opened


@pytest.fixture
def mocked() -> VideoGenerationConfig:
    """A model of fal, played by the mock: no server, no money."""
    return VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", mock=MockConfig(enabled=True))


@pytest.fixture
def kling() -> Iterator[KlingWithClips]:
    """Kling on loopback: it says what a video costs, and makes what is asked for."""
    with KlingWithClips() as running:
        yield running


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of the outputs."""
    return tmp_path / "videos"


@pytest.fixture
def tarash(tmp_path: Path) -> Tarash:
    """The command line, in the test's folder."""
    return installed(tmp_path)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a database in a PostgreSQL server of the module's own."""
    with postgres_server() as running:
        yield running.address
