"""Owns Acme's status words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

STATES: Mapping[str, Literal["queued", "processing", "completed", "failed", "cancelled"]] = {
    "waiting": "queued",
    "running": "processing",
    "finished": "completed",
    "broken": "failed",
    "stopped": "cancelled",
}
