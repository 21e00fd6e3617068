"""Transports send HTTP calls over the network: the protocols, and the default on httpx. No plugin depends on which is used."""

from __future__ import annotations

from .connections import Connections
from .httpx.factory import HttpxTransports
from .limits import Limits
from .protocols import (
    MAX_ANSWER_BYTES,
    AsyncBody,
    AsyncEventSource,
    AsyncTransport,
    BlockingBody,
    BlockingEventSource,
    BlockingTransport,
    TransportFactory,
)

__all__ = [
    "MAX_ANSWER_BYTES", "AsyncBody", "AsyncEventSource", "AsyncTransport",
    "BlockingBody", "BlockingEventSource", "BlockingTransport", "Connections", "HttpxTransports", "Limits", "TransportFactory",
]  # fmt: skip
