"""Opens the transports; aiohttp is imported with the first asynchronous one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.transport import (
    MAX_ANSWER_BYTES,
    AsyncTransport,
    BlockingTransport,
    HttpxTransports,
)

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class AiohttpTransports:
    """Transports that take less CPU per request under asyncio: pass them to `Gateway(transport=...)`.

    aiohttp has no blocking client, so blocking calls still use httpx. Under trio, use the default transports.

    Attributes:
        max_answer_bytes: size limit of an answer in bytes, except for downloads; larger answers are aborted.
        tls: TLS context; None uses one for the whole process, with the certificates of certifi, or of SSL_CERT_FILE and
            SSL_CERT_DIR if set.
    """

    max_answer_bytes: int = MAX_ANSWER_BYTES
    tls: ssl.SSLContext | None = None

    def blocking(self) -> BlockingTransport:
        """Open a transport for blocking code, on httpx."""
        return HttpxTransports(max_answer_bytes=self.max_answer_bytes, tls=self.tls).blocking()

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
