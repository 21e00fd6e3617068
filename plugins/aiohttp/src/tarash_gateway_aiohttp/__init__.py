"""The HTTP transport on aiohttp for Tarash Gateway: `Gateway(transport=AiohttpTransports())`."""

from __future__ import annotations

from .factory import AiohttpTransports

__all__ = ["AiohttpTransports"]
