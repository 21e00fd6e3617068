"""Where a connection leads, and the request that is sent on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from .preparing import PreparedRequest

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
