"""What both transports have in common of requests and answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import httpx

from ...steps import TransportFailure
from .preparing import PreparedRequest

CONNECT_SECONDS = 10.0
DRAIN_SECONDS = 0.05
"""How long to wait for the end of a stream after the last event of interest, so that its connection can be reused."""
READ_BYTES = 64 * 1024
"""Most bytes that are read from a connection at once."""


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
