"""The asynchronous connections of one event loop, and how they end with it."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from ..exceptions import ValidationError
from .protocols import AsyncTransport, TransportFactory


class LoopClient:
    """The asynchronous transport of one event loop; closed when the loop ends."""

    def __init__(self, transports: TransportFactory | None) -> None:
        self._transports = transports
        self._transport: AsyncTransport | None = None
        self._keeper: AsyncGenerator[None, None] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it was closed by hand."""
        return self._transports is None

    def transport(self) -> AsyncTransport:
        """Return the loop's transport, opened on first use."""
        if self._transport is None:
            if self._transports is None:
                raise ValidationError("the gateway was closed; make another")
            self._transport = self._transports.asynchronous()
        return self._transport

    async def tie_to_loop(self) -> None:
        """Have the event loop close the transport at its end.

        Both asyncio and trio finish suspended asynchronous generators before the loop goes: this one's `finally` is the only
        hook they share.
        """
        self._keeper = self._keep()
        await anext(self._keeper)

    async def _keep(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self._close()

    async def aclose(self) -> None:
        """Close the transport, if it was opened, and let go of the loop."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            # left suspended, it would be found by the garbage collector, of which trio warns
            await keeper.aclose()
        await self._close()

    async def _close(self) -> None:
        self._transports = None
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()
