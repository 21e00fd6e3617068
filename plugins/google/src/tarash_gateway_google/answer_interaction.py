"""How an interaction is read: its status, why it failed, and the videos and images among its steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    GenerationFailedError,
    JobStatus,
    QuotaExceededError,
    TarashException,
    wire,
)

from .errors import job_failure

State = Literal["queued", "processing", "completed", "failed", "cancelled"]
STATES: Final[Mapping[str, State]] = {
    "queued": "queued",
    "in_progress": "processing",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    # cut by a token limit; a video that is there all the same is delivered
    "incomplete": "failed",
    "budget_exceeded": "failed",
    # both wait for an answer that nobody here can give
    "requires_action": "failed",
    "requires_continuation": "failed",
}


def read_interaction(body: Mapping[str, object]) -> JobStatus:
    """Read an interaction as submitted, polled or fetched."""
    word = wire.text(body, "status") or ""
    state = STATES.get(word, "processing")
    if word in ("completed", "incomplete") and output_media(body):
        return JobStatus(state="completed", raw=body)
    if state == "completed":
        return JobStatus(state="failed", raw=body, error=_nothing_rendered(body))
    if state == "failed":
        return JobStatus(state="failed", raw=body, error=_why(word, body))
    return JobStatus(state=state, raw=body)


def output_media(body: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return the videos and images of the model's own steps; inputs that are echoed stand in other steps."""
    return [
        wire.mapping(content)
        for step in wire.items(body, "steps")
        if wire.text(step, "type") == "model_output"
        for content in wire.items(step, "content")
        if wire.text(content, "type") in ("video", "image")
        and (wire.text(content, "uri") or wire.text(content, "data"))
    ]


def _nothing_rendered(body: Mapping[str, object]) -> TarashException:
    """Explain a completed interaction without media: so refusals look, with no token spent on output."""
    words = _said(body) or _complaint(body) or "no explanation given"
    tokens = wire.integer(body, "usage", "total_output_tokens")
    if not tokens:
        return ContentModerationError(
            f"nothing was rendered, as for refused content: {words}", billed="no", raw_response=body
        )
    return GenerationFailedError(f"the model answered without media: {words}", raw_response=body)


def _why(word: str, body: Mapping[str, object]) -> TarashException:
    if word == "budget_exceeded":
        return QuotaExceededError("the budget of the project is used up; raise it", raw_response=body)
    if word != "failed":
        return GenerationFailedError(
            f"the interaction ended as {word}: {_complaint(body) or 'no media'}", raw_response=body
        )
    errors = [wire.mapping(item) for item in wire.items(body, "errors")]
    errors += [found for step in wire.items(body, "steps") if (found := wire.mapping(step, "error"))]
    return job_failure(errors[0] if errors else {}, body)


def _complaint(body: Mapping[str, object]) -> str:
    return "; ".join(text for item in wire.items(body, "errors") if (text := wire.text(item, "message")))


def _said(body: Mapping[str, object]) -> str:
    return " ".join(
        text
        for step in wire.items(body, "steps")
        if wire.text(step, "type") == "model_output"
        for content in wire.items(step, "content")
        if (text := wire.text(content, "text"))
    )[:500]
