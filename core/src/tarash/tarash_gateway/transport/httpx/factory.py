"""Opens the default transports; httpx itself is imported when the first one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..protocols import MAX_ANSWER_BYTES, MAX_CONNECTIONS, MAX_STREAMS, AsyncTransport, BlockingTransport

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class HttpxTransports:
    """The default: httpx, imported on first use.

    Attributes:
        max_connections: requests in flight per pool; further ones wait in front of it, where waiting costs nothing.
        max_streams: status streams held open per pool; jobs beyond poll instead.
        max_answer_bytes: size of an answer, downloads excepted, above which it is not read on.
        tls: certificates to trust and the like; None is one context for the process, with certifi's certificates or those that
            SSL_CERT_FILE and SSL_CERT_DIR name.
    """

    max_connections: int = MAX_CONNECTIONS
    max_streams: int = MAX_STREAMS
    max_answer_bytes: int = MAX_ANSWER_BYTES
    tls: ssl.SSLContext | None = None

    def blocking(self) -> BlockingTransport:
        """Open a blocking pool."""
        from .blocking import BlockingHttpx

        return BlockingHttpx(
            max_connections=self.max_connections,
            max_streams=self.max_streams,
            max_answer_bytes=self.max_answer_bytes,
            tls=self.tls,
        )

    def asynchronous(self) -> AsyncTransport:
        """Open a pool for the running event loop."""
        from .asynchronous import AsyncHttpx

        return AsyncHttpx(
            max_connections=self.max_connections,
            max_streams=self.max_streams,
            max_answer_bytes=self.max_answer_bytes,
            tls=self.tls,
        )
