"""Owns the gateway that the tests across providers run against."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tarash.tarash_gateway import Gateway


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway of its own, which reads no environment variables."""
    with Gateway(environ={}, output_dir=tmp_path / "output") as opened:
        yield opened
