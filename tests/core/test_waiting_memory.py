"""What a waiting job holds: thousands of them wait at once."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from core import acme
from core.acme import CLIP, AcmeServer
from tarash.tarash_gateway import Gateway, VideoGenerationRequest
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    JobReference,
    JobStatus,
    ServerEvent,
    StatusStream,
    hookimpl,
)
from tarash.tarash_gateway.steps import HttpCall, HttpReply
from tarash.tarash_gateway.transport import Limits

JOBS = 300
MOST_BYTES = {"asleep": 7 * 1024, "queued": 11 * 1024, "streamed": 10 * 1024}
"""By what a job does: it sleeps until its next poll, its poll waits for its turn, or it follows a status stream."""
LARGE = 20_000
"""Characters of a payload, an answer and an event: far more than a job may hold."""


class Arrivals:
    """Tells when as many jobs wait as are expected."""

    def __init__(self) -> None:
        self.expected = 0
        self.all_here = asyncio.Event()

    def expect(self, jobs: int) -> None:
        """Count from 0."""
        self.expected = jobs
        self.all_here.clear()

    def count(self) -> None:
        """Count one that has arrived."""
        self.expected -= 1
        if not self.expected:
            self.all_here.set()


class SlowAcme(acme.Acme):
    """Sends a large payload, and says that a job takes an hour, in long words."""

    def __init__(self, arrivals: Arrivals, *, streams: bool) -> None:
        super().__init__()
        self._arrivals = arrivals
        self._streams = streams

    @hookimpl
    def tarash_map(self, call: Call, request: VideoGenerationRequest) -> Mapped:
        return Mapped({"prompt": request.prompt, "image": "x" * LARGE}, {"prompt": request.prompt})

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        self._arrivals.count()
        return _said(super().tarash_poll(call, job))

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream] | None:
        return _streamed(call) if self._streams else None


def _said(flow: Flow[JobStatus]) -> Flow[JobStatus]:
    status = yield from flow
    raw: Mapping[str, object] = {"said": "x" * LARGE}
    return replace(status, raw=raw, logs=("x" * LARGE,), suggested_delay_seconds=3600.0)


def _streamed(call: Call) -> Flow[StatusStream]:
    yield from ()
    return StatusStream(
        call=call.request("GET", "/events"),
        read=lambda event: JobStatus(state="processing", raw={"said": event.data}),
    )


class DirectTransport:
    """Answers from the server's function, without a connection; a poll of a hanging one gets no answer."""

    def __init__(self, arrivals: Arrivals, *, hangs: bool) -> None:
        self._server = AcmeServer(job_seconds=3600)
        self._arrivals = arrivals
        self._hangs = hangs

    async def exchange(self, call: HttpCall) -> HttpReply:
        if self._hangs and call.method == "GET":
            await asyncio.get_running_loop().create_future()
        answer = self._server(call, 0.0)
        self._server.seen.clear()
        return answer

    async def open_stream(self, call: HttpCall) -> DirectEvents:
        return DirectEvents(self._arrivals)

    async def aclose(self) -> None:
        return None


class DirectEvents:
    """Sends one large event, and then none."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._has_sent = False

    async def next_event(self, timeout_seconds: float) -> ServerEvent:
        if self._has_sent:
            self._arrivals.count()
            await asyncio.get_running_loop().create_future()
        self._has_sent = True
        return ServerEvent("message", "x" * LARGE)

    async def close(self) -> None:
        return None


class DirectTransports:
    """Opens one transport."""

    def __init__(self, transport: DirectTransport) -> None:
        self._transport = transport

    def blocking(self) -> object:
        raise AssertionError("the test is asynchronous")

    def asynchronous(self) -> DirectTransport:
        return self._transport


async def _waiting(gateway: Gateway, arrivals: Arrivals, jobs: int) -> list[asyncio.Task[object]]:
    """Start jobs, and return once each of them waits."""
    arrivals.expect(jobs)
    config = acme.acme(timeout=86_400, poll_interval=0.01)
    tasks = [asyncio.create_task(gateway.generate_video_async(config, CLIP)) for _ in range(jobs)]
    await arrivals.all_here.wait()
    await asyncio.sleep(0)
    return list(tasks)


@pytest.mark.parametrize("doing", MOST_BYTES)
def test_a_waiting_job_takes_few_kilobytes_and_keeps_neither_payload_nor_answer(
    doing: str, tmp_path: Path
) -> None:
    """Everything counts, the caller's task included, except the request, the configuration and the connections."""

    async def run() -> int:
        providers, arrivals = Registry(entry_points=lambda _: ()), Arrivals()
        providers.register("acme", SlowAcme(arrivals, streams=doing == "streamed"))
        transports = DirectTransports(DirectTransport(arrivals, hangs=doing == "queued"))
        limits = Limits(max_requests_per_origin=10, max_streams=3 * JOBS)
        gateway = Gateway(
            registry=providers,
            transport=transports,  # type: ignore[arg-type]  # downloads and WebSockets are not used
            limits=limits,
            environ={},
            output_dir=tmp_path,
        )
        tasks = await _waiting(gateway, arrivals, 5)
        gc.collect()
        tracemalloc.start()
        try:
            tasks += await _waiting(gateway, arrivals, JOBS)
            gc.collect()
            held = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        return held

    assert asyncio.run(run()) / JOBS <= MOST_BYTES[doing]
