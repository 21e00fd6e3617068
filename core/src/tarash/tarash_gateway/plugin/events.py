"""What extensions get to see: one flat record per thing that happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

EventKind: TypeAlias = Literal[
    "attempt_started", "request_sent", "response_received", "progress", "retry", "attempt_failed", "attempt_skipped", "fallback",
    "completed",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened in a generation.

    Attributes:
        kind: what.
        generation_id: the same for everything that belongs to one call of the gateway.
        provider, model, attempt_number: where.
        at: aware UTC time.
        facts: further fields by kind (method, url without query, status, elapsed_seconds, error, cost_usd, …); no secrets.
    """

    kind: EventKind
    generation_id: str
    provider: str
    model: str
    attempt_number: int
    at: datetime
    facts: Mapping[str, object] = field(default_factory=dict)
