"""The status words of videos and responses, and those that compatible servers use instead.

Source: openai 3.54.0, types/video.py and types/responses/response_status.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

State = Literal["queued", "processing", "completed", "failed", "cancelled"]

STATES: Mapping[str, State] = {
    "queued": "queued",
    "in_progress": "processing",
    "completed": "completed",
    "failed": "failed",
    "incomplete": "failed",
    "cancelled": "cancelled",
    # of batches and of compatible servers
    "expired": "failed",
    "pending": "queued",
    "processing": "processing",
    "running": "processing",
    "succeeded": "completed",
    "error": "failed",
    "canceled": "cancelled",
}


def read_state(word: str | None) -> State:
    """Return what a status word means; an unknown one loses no job."""
    return STATES.get((word or "").lower(), "processing")
