"""Owns Acme's status words."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import GenerationState

STATES: Mapping[str, GenerationState] = {
    "waiting": "queued",
    "running": "processing",
    "finished": "completed",
    "broken": "failed",
    "stopped": "cancelled",
}
