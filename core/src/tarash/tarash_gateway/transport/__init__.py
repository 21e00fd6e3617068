"""How calls reach a network: what a transport must be able to do, and the default one. Exchange it without touching a plugin."""

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
