"""Opens transports that keep the limits on requests in flight."""

from __future__ import annotations

from dataclasses import dataclass

from .limits import Limits
from .protocols import AsyncTransport, BlockingTransport, TransportFactory


@dataclass(frozen=True, slots=True)
class LimitedTransports:
    """Opens the transports of another factory, each behind a limiter of its own.

    Attributes:
        transports: opens the transports that send.
        limits: how many requests may be in flight at once.
    """

    transports: TransportFactory
    limits: Limits

    def blocking(self) -> BlockingTransport:
        """Open a transport for blocking code."""
        from .limited_blocking import LimitedBlocking

        return LimitedBlocking(self.transports.blocking(), self.limits)

    def asynchronous(self) -> AsyncTransport:
        """Open a transport for the running event loop."""
        from .limited_async import LimitedAsync

        return LimitedAsync(self.transports.asynchronous(), self.limits)
