"""The events of a generation: one flat record for each thing that happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from ..models.metadata import Cancelled, YesNoUnknown
from ..models.request import GenerationRequest

EventKind: TypeAlias = Literal[
    "generation_started", "generation_resumed", "generation_refused", "generation_ended", "attempt_started", "attempt_skipped",
    "attempt_failed", "fallback", "adjusted", "submitted", "completed", "abandoned", "request_sent", "response_received",
    "request_failed", "progress", "retry",
]  # fmt: skip
"""What happened; `Event` describes each kind. Later versions may add kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened in a generation.

    Attributes:
        kind: what happened. `generation_*` events concern the whole generation: started or resumed, refused before anything was
            sent, ended with or without a result. After every start there is an end. `attempt_*`, `fallback`, `adjusted`,
            `submitted`, `completed` and `abandoned` concern one attempt; the others happen within an attempt. Later versions may
            add kinds: ignore those that you do not know.
        generation_id: the same for every event of a generation, also after a resume in another process.
        modality: what is generated: "video" or "image".
        provider, model, attempt_number: the attempt; for the whole generation, those of the primary and 0.
        at: when it happened, aware, in UTC.
        request_id: the provider's id of the job, once known.
        submitted, billed, cancelled, cost_usd, estimated_cost_usd: the standing of the attempt, as in `AttemptMetadata`.
        request: what to generate, with `generation_started` and `generation_resumed`; None otherwise. It holds the prompt and
            the media, so do not log it unasked. It does not appear in the repr.
        facts: further fields, depending on the kind (method, url, status_code, elapsed_seconds, error, message, reason, …),
            without secrets.
    """

    kind: EventKind
    generation_id: str
    provider: str
    model: str
    attempt_number: int
    at: datetime
    modality: str = ""
    request_id: str | None = None
    submitted: YesNoUnknown = "no"
    billed: YesNoUnknown = "no"
    cancelled: Cancelled | None = None
    cost_usd: float | None = None
    estimated_cost_usd: float | None = None
    request: GenerationRequest | None = field(default=None, repr=False)
    facts: Mapping[str, object] = field(default_factory=dict)
