"""Owns predictions as the API describes them."""

from __future__ import annotations

from datetime import UTC, datetime

VEO = "google/veo-3.1-fast"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""Ten seconds after the predictions were created."""


def prediction(status: str = "starting", **members: object) -> dict[str, object]:
    """A prediction as the API describes it."""
    return {
        "id": "rrr4z55ocneqzikepnug6xezpe",
        "model": VEO,
        "version": "hidden",
        "status": status,
        "input": {"prompt": "a paper boat"},
        "output": None,
        "error": None,
        "logs": "",
        "metrics": {},
        "data_removed": False,
        "created_at": "2026-11-22T11:59:50.000Z",
        "started_at": None,
        "completed_at": None,
        **members,
    }
