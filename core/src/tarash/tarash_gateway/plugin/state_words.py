"""The words in which providers, and servers that imitate them, say how a job stands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..models.update import GenerationState

_WORDS: Mapping[GenerationState, tuple[str, ...]] = {
    "queued": (
        "queued", "queueing", "in_queue", "pending", "waiting", "submitted", "created", "scheduled", "accepted", "not_started",
        "preparing", "throttled",
    ),
    "processing": (
        "processing", "in_progress", "running", "started", "starting", "generating", "rendering", "dreaming", "active", "uploading",
    ),
    "completed": (
        "completed", "complete", "succeeded", "succeed", "success", "successful", "done", "finished", "ready", "ok",
    ),
    "failed": (
        "failed", "fail", "failure", "error", "errored", "expired", "rejected", "incomplete", "timeout", "timed_out", "moderated",
    ),
    "cancelled": ("cancelled", "canceled", "aborted", "revoked"),
}  # fmt: skip

STATE_WORDS: Mapping[str, GenerationState] = MappingProxyType(
    {word: state for state, words in _WORDS.items() for word in words}
)
"""Status word, in lower case with underscores → state; every spelling in use."""


def state_of_word(
    word: str | None, own: Mapping[str, GenerationState] | None = None
) -> GenerationState | None:
    """Return the state that a status word means; None for an unknown one, which must lose no job.

    Args:
        word: as the provider wrote it; case, spaces and hyphens make no difference.
        own: words that mean something else at this provider, written like those of `STATE_WORDS`.
    """
    plain = (word or "").strip().lower().replace("-", "_").replace(" ", "_")
    return (own or {}).get(plain) or STATE_WORDS.get(plain)
