"""What listeners get to see: one flat record for each thing that happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from ..models.metadata import Cancelled, YesNoUnknown

EventKind: TypeAlias = Literal[
    "generation_started", "generation_resumed", "generation_refused", "generation_ended", "attempt_started", "attempt_skipped",
    "attempt_failed", "fallback", "completed", "abandoned", "request_sent", "response_received", "progress", "retry",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened in a generation.

    Attributes:
        kind: what. `generation_*` frame a whole call of the gateway: started or resumed, refused before anything was sent, ended
            (with or without a result). `attempt_*`, `fallback`, `completed` and `abandoned` tell what became of one attempt; the
            rest happens within one.
        generation_id: the same for everything that belongs to one call of the gateway, in whatever process.
        provider, model, attempt_number: where; those of the primary and 0 for the generation as a whole.
        at: aware UTC time.
        request_id: the provider's id of the job, once it is known.
        submitted, billed, cancelled, cost_usd, estimated_cost_usd: the attempt's standing, as in `AttemptMetadata`.
        facts: further fields by kind (method, url without query, status, elapsed_seconds, error, message, reason, …); no secrets.
    """

    kind: EventKind
    generation_id: str
    provider: str
    model: str
    attempt_number: int
    at: datetime
    request_id: str | None = None
    submitted: YesNoUnknown = "no"
    billed: YesNoUnknown = "no"
    cancelled: Cancelled | None = None
    cost_usd: float | None = None
    estimated_cost_usd: float | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
