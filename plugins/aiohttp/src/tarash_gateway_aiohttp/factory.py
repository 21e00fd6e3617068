"""Opens the transports; aiohttp is imported with the first asynchronous one."""

from __future__ import annotations

import asyncio

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.transport import AsyncTransport, HttpxTransports


class AiohttpTransports(HttpxTransports):
    """Transports that take less CPU per request under asyncio: pass them to `Gateway(transport=...)`.

    aiohttp has no blocking client, so blocking calls still use httpx. Under trio, use the default transports.

    The attributes are those of `HttpxTransports`.
    """

    __slots__ = ()

    def asynchronous(self) -> AsyncTransport:
        """Open a transport for the running event loop.

        Raises:
            ValidationError: the running event loop is not asyncio's.
        """
        _check_loop()
        from .asynchronous import AsyncAiohttp

        return AsyncAiohttp(max_answer_bytes=self.max_answer_bytes, tls=self.tls)


def _check_loop() -> None:
    try:
        # None if trio runs as a guest of asyncio's loop
        if asyncio.current_task() is not None:
            return
    except RuntimeError:
        pass
    raise ValidationError(
        "the aiohttp transport runs under asyncio only; under trio, use the httpx transport: Gateway() without transport=…"
    )
