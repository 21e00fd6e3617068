"""What both transports share: building requests, reading answers and failures, and choosing the proxy."""

from __future__ import annotations

import functools
import importlib
import ssl
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

import h11
import httpcore
import httpx

from ...exceptions import ValidationError
from ...fork_safety import Loading, fork_safe_lock
from ...steps import HttpCall, TransportFailure
from ..client_pool import MOST_IDLE, Borrowed, ClientPool
from ..limits import wait_seconds
from ..proxies import proxy_for
from .bodies import ACCEPTED_CODINGS
from .preparing import PreparedRequest, prepare
from .private_logs import keep_logs_private

Client = TypeVar("Client")

CONNECT_SECONDS = 10.0
DRAIN_SECONDS = 0.05
"""How long to wait for the end of a stream after the last event of interest, so that its connection can be reused."""
INVALID_PROXY = (
    "the proxy set in the environment is not a valid URL; check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY"
)
READ_BYTES = 64 * 1024
"""Most bytes that are read from a connection at once."""
FAILURES = (
    h11.ProtocolError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.ProxyError,
    ssl.SSLError,
)
"""What h11 and httpcore raise; the classes of httpcore have no base of their own, and its asynchronous streams pass on errors of TLS."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_QUOTING = (h11.ProtocolError, httpcore.ProtocolError)
_NOT_SENT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout, httpcore.ProxyError)

_tls_lock = fork_safe_lock(sys.modules[__name__], "_tls_lock")
_tls_context: ssl.SSLContext | None = None


def tls_context() -> ssl.SSLContext:
    """Return the TLS context of the process; there is only one, since loading certificates takes longer than a request."""
    global _tls_context
    with Loading(), _tls_lock:
        if _tls_context is None:
            _tls_context = for_http11(httpx.create_ssl_context())
        return _tls_context


def for_http11(tls: ssl.SSLContext) -> ssl.SSLContext:
    """Make a TLS context offer HTTP/1.1, and return it."""
    tls.set_alpn_protocols(["http/1.1"])
    return tls


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


class Server(NamedTuple):
    """Where a connection leads; it serves only requests to the same server.

    Attributes:
        scheme: "http" or "https".
        host: host name in ASCII, or IP address without brackets.
        port: port, also if it is the default one of the scheme.
        certificate_name: name that its certificate must have; `host` may be an address that was checked.
    """

    scheme: str
    host: str
    port: int
    certificate_name: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is ready to be sent.

    Attributes:
        server: the server to connect to: that of the target, at its checked address if there is one.
        method: HTTP method.
        prepared: what is sent.
        connect_seconds: timeout of connecting, in seconds.
        read_seconds: timeout of each read and write, in seconds; None sets none.
    """

    server: Server
    method: str
    prepared: PreparedRequest
    connect_seconds: float
    read_seconds: float | None


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


def failure_of(error: Exception) -> TransportFailure:
    """Return the failure for one of `FAILURES`; above all, it says whether the request may have arrived.

    Raise it outside the handler of the error. What h11 finds wrong with an answer, it quotes, and a server may repeat a key: such an
    error becomes neither the cause of the failure nor its context.
    """
    failure = _classified(error, _text(error))
    if not isinstance(error, _QUOTING):
        failure.__cause__ = error
    return failure


def _text(error: Exception) -> str:
    """Return what may be shown of an error."""
    if isinstance(error, _QUOTING):
        said = str(error).partition(":")[0]
    elif isinstance(error, httpcore.ConnectError):
        said = str(_first_cause(error))
    else:
        said = str(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _first_cause(error: BaseException) -> BaseException:
    """Return what the system said of a connection that failed; anyio says that all attempts have failed."""
    while error.__cause__ is not None:
        error = error.__cause__
        if isinstance(error, BaseExceptionGroup):
            # one for each address of the host
            error = error.exceptions[0]
    return error


def _classified(error: Exception, text: str) -> TransportFailure:
    if isinstance(error, _NOT_SENT):
        return TransportFailure(text, kind="connect", request_may_have_arrived=False)
    if isinstance(error, httpcore.TimeoutException):
        return TransportFailure(text, kind="timeout", request_may_have_arrived=True)
    if isinstance(error, httpcore.NetworkError | ssl.SSLError):
        return TransportFailure(text, kind="reset", request_may_have_arrived=True)
    if isinstance(error, httpcore.UnsupportedProtocol | httpcore.LocalProtocolError | h11.LocalProtocolError):
        return TransportFailure(text, kind="protocol", request_may_have_arrived=False)
    return TransportFailure(text, kind="protocol", request_may_have_arrived=True)


def not_connected(seconds: float) -> TransportFailure:
    """Return the failure for a connection that took too long to open; nothing was sent on it."""
    return TransportFailure(
        f"no connection within {round(seconds, 2):g} s", kind="connect", request_may_have_arrived=False
    )


def late(seconds: float) -> TransportFailure:
    """Return the failure for an exchange that took too long."""
    return TransportFailure(
        f"no complete answer within {round(seconds, 2):g} s", kind="timeout", request_may_have_arrived=True
    )


def headers_of(raw_headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by lower-case name; repeated ones are joined with a comma, as RFC 9110 allows."""
    found: dict[str, str] = {}
    for raw_name, raw_value in raw_headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("utf-8", errors="replace")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def check_stream(status: int, headers: Mapping[str, str]) -> TransportFailure | None:
    """Return the failure if an answer is not an event stream, else None."""
    kind = headers.get("content-type", "")
    if status == httpx.codes.OK and kind.startswith("text/event-stream"):
        return None
    return TransportFailure(
        f"not an event stream: HTTP {status}, {kind or 'no content type'}",
        kind="protocol",
        request_may_have_arrived=True,
    )
