"""The mock: stands in for any provider, behaves like it, and answers with small real media."""

from __future__ import annotations

from ..models.mock import MockConfig, MockResponse

__all__ = ["MockConfig", "MockResponse"]
