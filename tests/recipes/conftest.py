"""Owns the simulated provider of the recipes, and keeps the developer's settings from them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plugins.batch.simulators_with_clips import KlingWithClips


@pytest.fixture
def kling() -> Iterator[KlingWithClips]:
    """Kling on loopback; it makes what is asked for."""
    with KlingWithClips() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TARASH_BATCH_DATABASE", "CELERY_BROKER_URL"):
        monkeypatch.delenv(name, raising=False)
