"""Transports send HTTP calls over the network: the protocols, and the default on httpx. No plugin depends on which is used."""

from __future__ import annotations

from .httpx.factory import HttpxTransports
from .protocols import (
    MAX_ANSWER_BYTES,
    MAX_CONNECTIONS,
    MAX_STREAMS,
    AsyncBody,
    AsyncEventSource,
    AsyncTransport,
    BlockingBody,
    BlockingEventSource,
    BlockingTransport,
    TransportFactory,
)

__all__ = [
    "MAX_ANSWER_BYTES", "MAX_CONNECTIONS", "MAX_STREAMS", "AsyncBody", "AsyncEventSource", "AsyncTransport", "BlockingBody",
    "BlockingEventSource", "BlockingTransport", "HttpxTransports", "TransportFactory",
]  # fmt: skip
