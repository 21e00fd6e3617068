"""Owns the transports that every test of a transport runs on: httpx three ways, and aiohttp under asyncio."""

from __future__ import annotations

import importlib.util
import ssl
from dataclasses import dataclass
from typing import Literal

import pytest

from execution import MODES, Mode
from tarash.tarash_gateway.transport import MAX_ANSWER_BYTES, HttpxTransports, TransportFactory

Library = Literal["httpx", "aiohttp"]


@dataclass(frozen=True)
class Way:
    """One way to send: a library, blocking or under an event loop."""

    mode: Mode
    library: Library = "httpx"

    def transports(
        self, *, max_answer_bytes: int = MAX_ANSWER_BYTES, tls: ssl.SSLContext | None = None
    ) -> TransportFactory:
        if self.library == "httpx":
            return HttpxTransports(max_answer_bytes=max_answer_bytes, tls=tls)
        from tarash_gateway_aiohttp import AiohttpTransports

        return AiohttpTransports(max_answer_bytes=max_answer_bytes, tls=tls)


_needs_plugin = pytest.mark.skipif(
    importlib.util.find_spec("tarash_gateway_aiohttp") is None,
    reason="needs tarash-gateway-aiohttp",
)
_aiohttp = pytest.param(Way("asyncio", "aiohttp"), id="aiohttp", marks=_needs_plugin)
WAYS = [*(pytest.param(Way(mode), id=mode) for mode in MODES), _aiohttp]
ASYNC_WAYS = [*(pytest.param(Way(mode), id=mode) for mode in MODES if mode != "sync"), _aiohttp]
