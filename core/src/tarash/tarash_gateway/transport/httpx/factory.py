"""Opens the default transports; httpx is imported with the first one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..protocols import MAX_ANSWER_BYTES, AsyncTransport, BlockingTransport

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpxTransports:
    """The default transports, on httpx.

    Attributes:
        max_answer_bytes: size limit of an answer in bytes, except for downloads; larger answers are aborted.
        tls: TLS context; None uses one for the whole process, with the certificates of certifi, or of SSL_CERT_FILE and
            SSL_CERT_DIR if set. The transports make it offer HTTP/1.1.
    """

    max_answer_bytes: int = MAX_ANSWER_BYTES
    tls: ssl.SSLContext | None = None

    def blocking(self) -> BlockingTransport:
        """Open a blocking pool."""
        from .blocking import BlockingHttpx

        return BlockingHttpx(max_answer_bytes=self.max_answer_bytes, tls=self.tls)

    def asynchronous(self) -> AsyncTransport:
        """Open a pool for the running event loop."""
        from .asynchronous import AsyncHttpx

        return AsyncHttpx(max_answer_bytes=self.max_answer_bytes, tls=self.tls)
