"""The sessions of one event loop: opened on first use, and closed when no request uses them any more."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import math
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import aiohttp
from aiohttp import hdrs
from multidict import CIMultiDict
from yarl import URL

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.steps import HttpCall
from tarash.tarash_gateway.transport.toolkit import (
    ACCEPTED_CODINGS,
    CONNECT_SECONDS,
    IDLE_SECONDS,
    INVALID_PROXY,
    PreparedRequest,
    SleepWatch,
    prepare,
    proxy_for,
    tls_context,
)

from .requests import CheckedRequest, CheckedResponse, send_once

MAX_HEADER_BYTES = 64 * 1024
"""Size limit of one header of an answer: signed URLs in `Location` may have several kilobytes."""
MAX_HEADERS = 256
_CONTENT_TYPE = (hdrs.CONTENT_TYPE,)


@functools.lru_cache(maxsize=8)
def timeouts(connect_seconds: float) -> aiohttp.ClientTimeout:
    """Return the timeouts that are left to aiohttp; the transport limits everything else."""
    return aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds, ceil_threshold=math.inf)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy; without a URL, connections are direct.

    Attributes:
        url: its URL without the login, or None.
        tunnel_headers: headers for the proxy alone, or None.
    """

    url: URL | None = None
    tunnel_headers: Mapping[str, str] | None = field(default=None, repr=False)


_NO_PROXY = Proxy()


class Sessions:
    """Two sessions of one event loop: one keeps its connections; the other is for checked addresses, and uses each connection once.

    Args:
        tls: TLS context; None uses that of the process.
    """

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._tls = tls_context() if tls is None else tls
        self._by_reuse: dict[bool, aiohttp.ClientSession] = {}
        self._outdated: list[aiohttp.ClientSession] = []
        self._sleep = SleepWatch()
        self._loop = asyncio.get_running_loop()
        self._in_use = 0
        self._is_closed = False
        self._closing: asyncio.Task[None] | None = None
        # reading the environment takes nearly as long as a request
        self._proxy_of = functools.lru_cache(maxsize=512)(proxy_for)

    def enter(self, prepared: PreparedRequest) -> aiohttp.ClientSession:
        """Return the session for a request; call `leave` when its answer is closed."""
        self._in_use += 1
        reuses = prepared.address is None
        if self._sleep.has_slept() and True in self._by_reuse:
            # its connections are dead, and aiohttp does not know; answers may still be open
            self._outdated.append(self._by_reuse.pop(True))
        session = self._by_reuse.get(reuses)
        if session is None:
            session = self._by_reuse[reuses] = self._open(reuses=reuses)
        return session

    def leave(self) -> None:
        """Say that an answer is closed."""
        self._in_use -= 1
        if self._is_closed and not self._in_use and self._sessions:
            self._closing = asyncio.ensure_future(self._close())

    def abandon(self, hang_up: Callable[[], object]) -> None:
        """Close an answer in the next turn of the event loop; the garbage collector may call this, in any thread."""

        def close() -> None:
            hang_up()
            self.leave()

        # a closed event loop has nothing to close
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(close)

    def prepared(self, call: HttpCall, codings: str = ACCEPTED_CODINGS) -> PreparedRequest:
        """Return a call as it is sent; see `prepare`."""
        return prepare(call, codings, self._proxy_of)

    async def aclose(self) -> None:
        """Close the sessions, or let the last request that uses them do so."""
        self._is_closed = True
        if self._closing is not None:
            await self._closing
        if not self._in_use:
            await self._close()

    async def _close(self) -> None:
        sessions, self._by_reuse, self._outdated = self._sessions, {}, []
        for session in sessions:
            await session.close()

    @property
    def _sessions(self) -> list[aiohttp.ClientSession]:
        return [*self._by_reuse.values(), *self._outdated]

    def _open(self, *, reuses: bool) -> aiohttp.ClientSession:
        tls = self._tls
        # the gateway's limiter decides which request may start
        connector = (
            aiohttp.TCPConnector(
                ssl=tls, limit=0, resolver=aiohttp.ThreadedResolver(), keepalive_timeout=IDLE_SECONDS
            )
            if reuses
            else aiohttp.TCPConnector(ssl=tls, limit=0, resolver=aiohttp.ThreadedResolver(), force_close=True)
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            # the limits on the size count what is decompressed
            auto_decompress=False,
            trust_env=False,
            timeout=timeouts(CONNECT_SECONDS),
            request_class=CheckedRequest,
            response_class=CheckedResponse,
            middlewares=(send_once,),
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
        )


def url_of(prepared: PreparedRequest) -> URL:
    """Return the URL to connect to: that of the target, at its checked address if there is one."""
    target = prepared.target
    host = prepared.address or target.host
    server = f"[{host}]" if ":" in host else host
    port = "" if target.port is None else f":{target.port}"
    # encoded as it is sent: yarl must not rewrite a signed URL
    return URL(f"{target.scheme}://{server}{port}{target.path.decode('ascii')}", encoded=True)


def headers_for(prepared: PreparedRequest, proxy: Proxy) -> CIMultiDict[str]:
    """Return the headers of a request for aiohttp."""
    headers = CIMultiDict([(name.decode(), value.decode()) for name, value in prepared.headers])
    if prepared.address is not None:
        # do not reuse the connection: its certificate was checked for this name only
        headers["Connection"] = "close"
    if prepared.target.scheme == "http" and proxy.tunnel_headers:
        # a proxy forwards plain http without a tunnel, so the request itself carries the login
        headers.update(proxy.tunnel_headers)
    return headers


def headers_to_skip(headers: CIMultiDict[str]) -> tuple[str, ...] | None:
    """Return the header that aiohttp must not add: the type of a body that has none. The others that it would add are there already."""
    return _CONTENT_TYPE if hdrs.CONTENT_LENGTH in headers and hdrs.CONTENT_TYPE not in headers else None


def proxy_of(prepared: PreparedRequest) -> Proxy:
    """Return the proxy that a request goes through.

    Raises:
        ValidationError: it cannot be used. The message does not show the URL, which may hold a password.
    """
    return _NO_PROXY if prepared.proxy is None else _proxy(prepared.proxy)


@functools.lru_cache(maxsize=8)
def _proxy(url: str) -> Proxy:
    try:
        given = URL(url)
        given.port  # noqa: B018 - raises if it is none
    except ValueError:
        raise ValidationError(INVALID_PROXY) from None
    if given.scheme.startswith("socks"):
        raise ValidationError(
            "the aiohttp transport cannot use the SOCKS proxy set in the environment; use an http proxy, or the httpx transport: "
            "Gateway() without transport=…"
        )
    if given.scheme not in ("http", "https") or not given.host:
        raise ValidationError(INVALID_PROXY)
    address = given.with_user(None)
    if given.user is None and given.password is None:
        return Proxy(address)
    login = base64.b64encode(f"{given.user or ''}:{given.password or ''}".encode()).decode("ascii")
    return Proxy(address, {"Proxy-Authorization": f"Basic {login}"})
