"""The baseline: fal's queue by hand with httpx. It makes the exchanges that the gateway makes, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

import httpx

MODEL = "fal-ai/veo3.1/fast"
KEY = "11111111-2222:simulated-secret"
HEADERS = {"Authorization": f"Key {KEY}"}
TIMEOUT = httpx.Timeout(60.0, connect=10.0)

Pause = Callable[[float], float]
"""Returns the seconds until the next poll, given the elapsed seconds."""


class BlockingLoop:
    """A blocking client, shared by threads."""

    def __init__(self, url: str, *, streams: bool, pause: Pause) -> None:
        self._client = httpx.Client(headers=HEADERS, timeout=TIMEOUT)
        self._url, self._streams, self._pause = url, streams, pause

    def run(self, prompt: str) -> str:
        """Render one video; return its URL."""
        began = time.monotonic()
        ticket = _body(self._client.post(f"{self._url}/{MODEL}", json={"prompt": prompt}))
        url = ticket["response_url"]
        if self._streams:
            with self._client.stream("GET", f"{url}/status/stream?logs=1") as events:
                statuses = [json.loads(line[5:]) for line in events.iter_lines() if line.startswith("data:")]
            assert statuses[-1]["status"] == "COMPLETED"
        else:
            while True:
                time.sleep(self._pause(time.monotonic() - began))
                if _body(self._client.get(f"{url}/status?logs=1"))["status"] == "COMPLETED":
                    break
        return str(_body(self._client.get(url))["video"]["url"])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class AsyncLoop:
    """An asynchronous client for one event loop.

    Args:
        url: address of fal.
        streams: whether to follow the status stream instead of polling.
        pause: the pause between polls.
        slots: a semaphore in front of the pool, or None to let requests wait in the pool.
        connections: the most connections that the pool opens; httpx's default is 100.
    """

    def __init__(
        self,
        url: str,
        *,
        streams: bool,
        pause: Pause,
        slots: asyncio.Semaphore | None = None,
        connections: int = 100,
    ) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._client = httpx.AsyncClient(
            headers=HEADERS, timeout=httpx.Timeout(60.0, connect=10.0, pool=None), limits=limits
        )
        self._url, self._streams, self._pause, self._slots = url, streams, pause, slots

    async def run(self, prompt: str) -> str:
        """Render one video; return its URL."""
        began = time.monotonic()
        ticket = await self._send("POST", f"{self._url}/{MODEL}", {"prompt": prompt})
        url = ticket["response_url"]
        if self._streams:
            async with self._client.stream("GET", f"{url}/status/stream?logs=1") as events:
                lines = [line async for line in events.aiter_lines()]
            statuses = [json.loads(line[5:]) for line in lines if line.startswith("data:")]
            assert statuses[-1]["status"] == "COMPLETED"
        else:
            while True:
                await asyncio.sleep(self._pause(time.monotonic() - began))
                if (await self._send("GET", f"{url}/status?logs=1"))["status"] == "COMPLETED":
                    break
        return str((await self._send("GET", url))["video"]["url"])

    async def _send(self, method: str, url: str, body: object = None) -> Any:
        async with self._slots or contextlib.nullcontext():
            return _body(await self._client.request(method, url, json=body))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _body(response: httpx.Response) -> Any:
    response.raise_for_status()
    return response.json()
