"""Reads the status of a prediction, and cancels it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    GenerationFailedError,
    GenerationState,
    JobReference,
    JobStatus,
    TarashException,
    body_of,
    hookimpl,
    send,
    state_of_word,
    wire,
)

from .errors import prediction_failure
from .routes import api, prediction_path

ABORTED = "aborted"
"""Ended before it started, by its deadline or by a cancel; the official clients poll it forever (Replicate changelog, 2025-10-16)."""
# a bar of tqdm, as the official client reads it: the percentage opens the line (replicate 1.0.7)
PROGRESS_BAR = re.compile(r"^\s*(\d+)%\s*\|.+?\|\s*\d+/\d+")
HIDDEN_INPUTS = ("openai_api_key",)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the status of the prediction once; the path is the same wherever it was created."""
    reply = yield from send(api(call).request("GET", prediction_path(job)))
    return read_status(reply.json_object())


def read_status(prediction: Mapping[str, object]) -> JobStatus:
    """Read a prediction."""
    word = wire.text(prediction, "status") or ""
    state = state_of_word(word)
    lines = tuple(line for line in (wire.text(prediction, "logs") or "").splitlines() if line.strip())
    shown = without_keys(prediction)
    return JobStatus(
        state=state,
        progress_percent=read_progress(lines) if state == "processing" else None,
        logs=lines,
        raw=shown,
        error=_error(state, word, shown),
    )


def read_progress(lines: tuple[str, ...]) -> float | None:
    """Return the percentage (0–100) of the last progress bar in a log, None without one."""
    for line in reversed(lines):
        if bar := PROGRESS_BAR.match(line):
            return min(float(bar[1]), 100.0)
    return None


def without_keys(prediction: Mapping[str, object]) -> Mapping[str, object]:
    """Return a prediction with the user's own keys hidden in the echoed input."""
    inputs = wire.mapping(prediction, "input")
    hidden = {name: "***" for name in HIDDEN_INPUTS if name in inputs}
    return {**prediction, "input": {**inputs, **hidden}} if hidden else prediction


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Cancel the prediction, which may still run for a while."""
    reply = yield from send(
        api(call).request(
            "POST",
            f"{prediction_path(job)}/cancel",
            accept_statuses=frozenset({400, 404, 409, 422}),
        )
    )
    if not reply.is_success:
        return Cancellation(outcome="refused")
    word = wire.text(body_of(reply), "status")
    if word is None:
        # the answer is not a prediction, so it is not Replicate's
        return Cancellation(outcome="unknown")
    state = state_of_word(word)
    if word == ABORTED:
        return Cancellation(outcome="accepted", billed="no")
    if state in ("completed", "failed"):
        return Cancellation(outcome="finished", billed="yes" if state == "completed" else "unknown")
    return Cancellation(outcome="accepted")


def _error(state: GenerationState, word: str, prediction: Mapping[str, object]) -> TarashException | None:
    if state == "failed":
        return prediction_failure(prediction)
    if state != "cancelled":
        return None
    when = "before it started, so nothing is charged" if word == ABORTED else "while it ran"
    return GenerationFailedError(
        f"cancelled at Replicate {when}: by someone, or by its deadline (see cancel_after_seconds)",
        request_id=wire.identifier(prediction, "id"),
        raw_response=prediction,
    )
