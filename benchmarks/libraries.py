"""Measures HTTP libraries under asyncio: CPU of one status request by hand, beside the gateway's transports."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import aiohttp
import httpx
import httpx2
from pyreqwest.client import ClientBuilder

from benchmarks.cpu import AT_ONCE, turn
from benchmarks.findings import Finding
from benchmarks.handwritten import HEADERS, MODEL
from benchmarks.simulated import SimulatorProcess, prompt_for
from tarash.tarash_gateway.steps import HttpCall
from tarash.tarash_gateway.transport import HttpxTransports, TransportFactory
from tarash_gateway_aiohttp import AiohttpTransports

TIMEOUT_SECONDS = 60.0
JOB_SECONDS = 3600.0
"""The job is never done, so that every answer is the same."""

TARGETS = {"the aiohttp transport": 1.5}
"""Times the CPU of aiohttp by hand; the rest of it checks addresses, sizes and deadlines."""

Get = Callable[[], Awaitable[object]]
"""Sends the status request and reads its answer."""


def measure(tiny: bool) -> Iterator[Finding]:
    """Compare aiohttp with the others, ten requests at a time over kept connections."""
    requests, rounds = (20, 1) if tiny else (300, 7)
    with SimulatorProcess("fal") as simulator:
        job = httpx.post(
            f"{simulator.url}/{MODEL}", json={"prompt": prompt_for(JOB_SECONDS)}, headers=HEADERS
        )
        url = f"{job.raise_for_status().json()['response_url']}/status?logs=1"
        taken = asyncio.run(_taken(url, requests, rounds))
    aiohttp_taken = [row.pop("aiohttp") for row in taken]
    yield Finding("CPU of a request, aiohttp by hand", min(aiohttp_taken) / requests * 1e6, "µs")
    for name in taken[0]:
        ratio = statistics.median(
            row[name] / baseline for row, baseline in zip(taken, aiohttp_taken, strict=True)
        )
        best = min(row[name] for row in taken) / requests
        yield Finding(
            f"CPU of a request, {name}, to aiohttp",
            ratio,
            "×",
            at_most=TARGETS.get(name),
            note=f"{best * 1e6:.0f} µs",
        )


async def _taken(url: str, requests: int, rounds: int) -> list[dict[str, float]]:
    """Return the CPU seconds of each library in each round."""
    async with AsyncExitStack() as opened:
        ways = {
            "aiohttp": await opened.enter_async_context(_aiohttp(url)),
            "pyreqwest (in Rust)": await opened.enter_async_context(_pyreqwest(url)),
            "httpx2": await opened.enter_async_context(_httpx(httpx2.AsyncClient, url)),
            "httpx": await opened.enter_async_context(_httpx(httpx.AsyncClient, url)),
            "the aiohttp transport": await opened.enter_async_context(_transport(AiohttpTransports(), url)),
            "the default transport": await opened.enter_async_context(_transport(HttpxTransports(), url)),
        }
        for get in ways.values():
            await turn(get, AT_ONCE)
        # in turns, so that other load on the machine falls on all
        return [{name: await turn(get, requests) for name, get in ways.items()} for _ in range(rounds)]


@asynccontextmanager
async def _aiohttp(url: str) -> AsyncIterator[Get]:
    async with aiohttp.ClientSession(headers=HEADERS) as session:

        async def get() -> object:
            async with session.get(url) as answer:
                answer.raise_for_status()
                return await answer.json()

        yield get


@asynccontextmanager
async def _pyreqwest(url: str) -> AsyncIterator[Get]:
    limit = timedelta(seconds=TIMEOUT_SECONDS)
    async with ClientBuilder().default_headers(HEADERS).timeout(limit).build() as client:

        async def get() -> object:
            answer = await client.get(url).build().send()
            answer.error_for_status()
            return await answer.json()

        yield get


@asynccontextmanager
async def _httpx(library: type[httpx.AsyncClient | httpx2.AsyncClient], url: str) -> AsyncIterator[Get]:
    async with library(headers=HEADERS, timeout=TIMEOUT_SECONDS) as client:

        async def get() -> object:
            return (await client.get(url)).raise_for_status().json()

        yield get


@asynccontextmanager
async def _transport(transports: TransportFactory, url: str) -> AsyncIterator[Get]:
    transport = transports.asynchronous()
    try:
        yield lambda: transport.exchange(HttpCall(method="GET", url=url, headers=HEADERS))
    finally:
        await transport.aclose()
