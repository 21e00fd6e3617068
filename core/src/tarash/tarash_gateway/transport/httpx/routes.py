"""Chooses the way to a server, directly or through the proxy of the environment, and keeps the clients of each way."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import httpcore
import httpx

from ...exceptions import ValidationError
from ...steps import HttpCall
from ..bodies import ACCEPTED_CODINGS
from ..client_pool import MOST_IDLE, Borrowed, ClientPool
from ..limits import CONNECT_SECONDS, wait_seconds
from ..proxies import INVALID_PROXY, proxy_for
from .messages import Request, Server
from .preparing import prepare
from .private_logs import keep_logs_private

Client = TypeVar("Client")

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy.

    Attributes:
        url: its address, without a login.
        login: user name and password, or None.
    """

    url: httpcore.URL
    login: tuple[bytes, bytes] | None = field(repr=False)

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS, not HTTP."""
        return self.url.scheme.startswith(b"socks")


class Routes(Generic[Client]):
    """The clients for each server, in one pool for each proxy in the environment and one for direct connections.

    Args:
        make: opens a client that connects through a proxy, or directly (None).
        most_idle: how many idle clients each pool keeps.
    """

    def __init__(self, make: Callable[[Proxy | None], Client], most_idle: int = MOST_IDLE) -> None:
        keep_logs_private()
        self._make, self._most_idle = make, most_idle
        self._by_proxy: dict[str | None, ClientPool[Client]] = {}
        # reading the environment takes nearly as long as a request
        self._proxy_of = functools.lru_cache(maxsize=512)(proxy_for)
        self._closed = False

    def request(
        self, call: HttpCall, *, read_seconds: float | None, codings: str = ACCEPTED_CODINGS
    ) -> Request:
        """Return the request for a call.

        Args:
            call: the call to send.
            read_seconds: timeout of each read and write, in seconds; None sets none.
            codings: accepted encodings of the answer; "identity" for files and streams, which are not compressed.
        """
        prepared = prepare(call, codings, self._proxy_of)
        target, address = prepared.target, prepared.address
        if address is not None and "Upgrade" not in call.headers:
            # do not reuse the connection: its certificate was checked for this name only. A WebSocket is never reused
            prepared.headers.append((b"Connection", b"close"))
        port = target.port or _DEFAULT_PORTS[target.scheme]
        server = Server(target.scheme, address or target.host, port, target.host)
        return Request(server, call.method, prepared, min(CONNECT_SECONDS, wait_seconds(call)), read_seconds)

    def borrow(self, request: Request) -> Borrowed[Client]:
        """Borrow a client for a request."""
        proxy = request.prepared.proxy
        pool = self._by_proxy.get(proxy)
        if pool is None:
            opened = ClientPool(functools.partial(self._open, proxy), self._most_idle)
            pool = self._by_proxy.setdefault(proxy, opened)
            if self._closed:
                pool.close()
        return pool.borrow()

    def _open(self, proxy: str | None) -> Client:
        try:
            return self._make(None if proxy is None else _proxy(proxy))
        except ValidationError:
            # a ValueError, too, but not about the proxy
            raise
        except ImportError as error:
            raise ValidationError(f"the proxy set in the environment needs a package: {error}") from error
        except (httpx.InvalidURL, ValueError):
            # without the cause: the URL may hold a password
            raise ValidationError(INVALID_PROXY) from None

    def close(self) -> list[Client]:
        """Return every idle client, which the caller must close; those in use follow when they are given back."""
        self._closed = True
        return [client for pool in tuple(self._by_proxy.values()) for client in pool.close()]


def _proxy(url: str) -> Proxy:
    """Return a proxy from its URL.

    Raises:
        ValueError, httpx.InvalidURL: it is not the URL of a proxy.
        ImportError: the proxy needs a package.
    """
    given = httpx.Proxy(url)
    if given.url.scheme.startswith("socks"):
        importlib.import_module("socksio")
    address = httpcore.URL(
        scheme=given.url.raw_scheme, host=given.url.raw_host, port=given.url.port, target=given.url.raw_path
    )
    return Proxy(address, given.raw_auth)
