"""The asynchronous connections of one event loop, which close when the loop ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from ..exceptions import ValidationError
from ..fork_safety import Loading
from .protocols import AsyncTransport, TransportFactory


class LoopClient:
    """The asynchronous transport of one event loop; closed when the loop ends.

    Attributes:
        wind_ups: the calls of the loop that were cancelled and have not ended yet.
    """

    def __init__(self, transports: TransportFactory | None) -> None:
        self._transports = transports
        self._transport: AsyncTransport | None = None
        self._keeper: AsyncGenerator[None, None] | None = None
        with Loading():
            from .wind_ups import WindUps

            self.wind_ups = WindUps()

    @property
    def is_empty(self) -> bool:
        """Whether it was closed explicitly."""
        return self._transports is None

    def transport(self) -> AsyncTransport:
        """Return the loop's transport, opened on first use."""
        if self._transport is None:
            if self._transports is None:
                # a new call gets a transport of its own, so this one had begun before
                raise ValidationError(
                    "the gateway was closed during the call; resume its job, if it had submitted one: gateway.unsettled() lists it"
                )
            with Loading():
                self._transport = self._transports.asynchronous()
        return self._transport

    async def tie_to_loop(self) -> None:
        """Make the event loop close the transport when it ends.

        Before they end, both asyncio and trio finish suspended asynchronous generators; the `finally` of a generator is the only
        hook they have in common.
        """
        self._keeper = self._keep()
        await anext(self._keeper)

    async def _keep(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self._close()

    async def aclose(self) -> None:
        """Close the transport, if it was opened, and detach from the loop."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            # trio warns if the garbage collector finds a suspended generator
            await keeper.aclose()
        await self._close()

    async def _close(self) -> None:
        self._transports = None
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()
