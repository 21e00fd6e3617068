"""What a waiting job holds: thousands of them wait at once."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from core import acme
from core.acme import CLIP, AcmeServer
from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import Call, Flow, JobReference, JobStatus, hookimpl
from tarash.tarash_gateway.steps import HttpCall, HttpReply

JOBS = 300
MOST_BYTES = 10 * 1024
ANSWER_BYTES = 20_000


class SlowAcme(acme.Acme):
    """Says that a job takes an hour, in long words."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        return _said(super().tarash_poll(call, job))


def _said(flow: Flow[JobStatus]) -> Flow[JobStatus]:
    status = yield from flow
    raw: Mapping[str, object] = {"said": "x" * ANSWER_BYTES}
    return replace(status, raw=raw, logs=("x" * ANSWER_BYTES,), suggested_delay_seconds=3600.0)


class DirectTransport:
    """Answers from the server's function, without a connection."""

    def __init__(self) -> None:
        self.server = AcmeServer(job_seconds=3600)
        self.expected = 0
        self.all_polled = asyncio.Event()

    async def exchange(self, call: HttpCall) -> HttpReply:
        answer = self.server(call, 0.0)
        if call.method == "GET" and self.server.count("status") == self.expected:
            self.all_polled.set()
        return answer

    async def aclose(self) -> None:
        return None


class DirectTransports:
    """Opens one `DirectTransport`."""

    def __init__(self) -> None:
        self.transport = DirectTransport()

    def blocking(self) -> object:
        raise AssertionError("the test is asynchronous")

    def asynchronous(self) -> DirectTransport:
        return self.transport


async def _waiting(gateway: Gateway, transports: DirectTransports, jobs: int) -> list[asyncio.Task[object]]:
    """Start jobs, and return once each of them has been polled and sleeps for an hour."""
    transport = transports.transport
    transport.server.seen.clear()
    transport.expected = jobs
    config = acme.acme(timeout=86_400, poll_interval=0.01)
    tasks = [asyncio.create_task(gateway.generate_video_async(config, CLIP)) for _ in range(jobs)]
    await transport.all_polled.wait()
    transport.all_polled.clear()
    transport.server.seen.clear()
    await asyncio.sleep(0)
    return list(tasks)


def test_a_waiting_job_takes_less_than_ten_kilobytes_and_keeps_no_answer(tmp_path: Path) -> None:
    """Everything counts, the caller's task included, except the request, the configuration and the connections."""

    async def run() -> int:
        providers, transports = Registry(entry_points=lambda _: ()), DirectTransports()
        providers.register("acme", SlowAcme())
        gateway = Gateway(registry=providers, transport=transports, environ={}, output_dir=tmp_path)  # type: ignore[arg-type]  # downloads and streams are not used
        tasks = await _waiting(gateway, transports, 5)
        gc.collect()
        tracemalloc.start()
        try:
            tasks += await _waiting(gateway, transports, JOBS)
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

    assert asyncio.run(run()) / JOBS <= MOST_BYTES
