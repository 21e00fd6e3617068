"""The mock: it behaves like any provider and returns small, real files, without keys, cost or network."""

from __future__ import annotations

from ..models.mock import MockConfig, MockResponse

__all__ = ["MockConfig", "MockResponse"]
