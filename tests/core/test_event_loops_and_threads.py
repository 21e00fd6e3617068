"""One gateway serves threads, event loops one after the other, running loops and forked children."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable

import anyio
import pytest

from core.chains import BOAT, fal_video, replicate_video
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.testing.simulator import Status
from tarash.tarash_gateway.transport import AsyncTransport, BlockingTransport, HttpxTransports

BACKENDS = ["asyncio", "trio"]


class CountingTransports:
    """The default transports, counted."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self._made = HttpxTransports()

    def blocking(self) -> BlockingTransport:
        self.opened.append("blocking")
        return self._made.blocking()

    def asynchronous(self) -> AsyncTransport:
        self.opened.append("asynchronous")
        return self._made.asynchronous()


@pytest.mark.parametrize("backends", [("asyncio", "asyncio"), ("trio", "asyncio"), ("asyncio", "trio")])
def test_event_loops_one_after_the_other_each_have_a_client(
    fal: FalSimulator, backends: tuple[str, str]
) -> None:
    transports = CountingTransports()
    gateway = Gateway(environ={}, transport=transports)

    async def twice() -> None:
        for _ in range(2):
            await gateway.generate_video_async(fal_video(fal), BOAT)

    for backend in backends:
        anyio.run(twice, backend=backend)
        gc.collect()
    assert transports.opened == ["asynchronous", "asynchronous"]
    assert len(fal.jobs) == 4


def test_event_loops_at_the_same_time_share_no_client(fal: FalSimulator) -> None:
    transports = CountingTransports()
    gateway = Gateway(environ={}, transport=transports)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            asyncio.run(gateway.generate_video_async(fal_video(fal), BOAT))
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)

    _in_threads(work, 4)
    assert failures == []
    assert transports.opened == ["asynchronous"] * 4


def test_threads_share_one_blocking_client(replicate: ReplicateSimulator) -> None:
    transports = CountingTransports()
    found: list[str] = []
    with Gateway(environ={}, transport=transports) as gateway:
        _in_threads(
            lambda: found.append(gateway.generate_video(replicate_video(replicate), BOAT).request_id), 6
        )
    assert sorted(found) == sorted(job.id for job in replicate.jobs)
    assert transports.opened == ["blocking"]


def _in_threads(work: Callable[[], object], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_blocking_call_inside_a_running_event_loop_works(
    fal: FalSimulator, gateway: Gateway, backend: str
) -> None:
    async def main() -> str:
        return gateway.generate_video(fal_video(fal), BOAT).request_id

    assert anyio.run(main, backend=backend) == fal.jobs[0].id


@pytest.mark.parametrize("backend", BACKENDS)
def test_many_generations_at_once_share_one_event_loop(
    gateway: Gateway, replicate: ReplicateSimulator, backend: str
) -> None:
    found: list[str] = []

    async def one() -> None:
        found.append((await gateway.generate_video_async(replicate_video(replicate), BOAT)).request_id)

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(one)

    anyio.run(main, backend=backend)
    assert sorted(found) == sorted(job.id for job in replicate.jobs)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_refused_stream_leaves_no_generator_suspended(
    gateway: Gateway, fal: FalSimulator, backend: str
) -> None:
    """The body of the refusal has arrived with its head, and nobody reads it."""
    fal.inject("stream", Status(500, text="down"), times=None)

    async def main() -> None:
        await gateway.generate_video_async(fal_video(fal), BOAT)
        gc.collect()

    anyio.run(main, backend=backend)
    assert fal.count("stream") == 1


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_closed_gateway_opens_again_when_used(fal: FalSimulator, backend: str) -> None:
    gateway = Gateway(environ={})

    async def main() -> None:
        async with gateway:
            await gateway.generate_video_async(fal_video(fal), BOAT)
        await gateway.generate_video_async(fal_video(fal), BOAT)
        gc.collect()  # trio warns of what the first closing left suspended

    anyio.run(main, backend=backend)
    with gateway:
        gateway.generate_video(fal_video(fal), BOAT)
    gateway.generate_video(fal_video(fal), BOAT)
    gateway.close()
    gateway.close()
    assert len(fal.jobs) == 4


def test_a_gateway_opens_nothing_before_it_is_used() -> None:
    transports = CountingTransports()
    with Gateway(environ={}, transport=transports):
        pass
    assert transports.opened == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("generate_video(config, request)", id="blocking"),
        pytest.param("anyio.run(generate_video_async, config, request)", id="asyncio"),
        pytest.param("anyio.run(generate_video_async, config, request, backend='trio')", id="trio"),
        pytest.param(
            "for _ in range(3): asyncio.run(generate_video_async(config, request))", id="loop-after-loop"
        ),
        pytest.param(
            "generate_video(config, request); asyncio.run(generate_video_async(config, request))", id="both"
        ),
        pytest.param(
            "loop = asyncio.new_event_loop(); loop.run_until_complete(generate_video_async(config, request)); "
            "loop.run_until_complete(loop.shutdown_asyncgens()); loop.close()",
            id="loop-by-hand",
        ),
    ],
)
def test_a_program_ends_without_a_warning(fal: FalSimulator, body: str) -> None:
    """Under `-X dev -W error`: no unclosed client, no "event loop is closed"."""
    program = f"""
        import asyncio, gc, logging, anyio
        logging.getLogger("asyncio").setLevel("ERROR")  # not: the first call was slow, since it imports
        from tarash.tarash_gateway import *
        config = VideoGenerationConfig(
            provider="fal", model="fal-ai/veo3.1", base_url={fal.url!r}, api_key={fal.api_key!r}
        )
        request = VideoGenerationRequest(prompt="a paper boat")
        {body}
        gc.collect()
        print("done")
    """
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_a_forked_child_opens_connections_of_its_own(fal: FalSimulator) -> None:
    program = f"""
        import os
        from tarash.tarash_gateway import *
        config = VideoGenerationConfig(
            provider="fal", model="fal-ai/veo3.1", base_url={fal.url!r}, api_key={fal.api_key!r}
        )
        request = VideoGenerationRequest(prompt="a paper boat")
        with Gateway() as gateway:
            first = gateway.generate_video(config, request).request_id
            child = os.fork()
            second = gateway.generate_video(config, request).request_id
            assert first != second
            if child == 0:
                gateway.close()
                os._exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            gateway.generate_video(config, request)
        print("done")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("done\n", "")
    assert len(fal.jobs) == 4
