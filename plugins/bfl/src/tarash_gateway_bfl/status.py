"""Reads the status of jobs. Black Forest Labs can neither cancel nor list them.

Source: Black Forest Labs documentation, "Errors" (response types); comfy-cli 1.23.0 (OpenAPI, FLUX 3); read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urljoin

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationState,
    HttpCall,
    HttpReply,
    JobReference,
    JobStatus,
    UnexpectedResponseError,
    hookimpl,
    send,
    state_of_word,
    wire,
)

from .errors import job_failure, unknown_task
from .servers import REDIRECTS, at_region, is_trusted, status_call

CREDITS_PER_USD = 100
MOST_REDIRECTS = 3
STATES: Mapping[str, GenerationState] = {
    # of images until they are ready, "still being processed"
    "Pending": "processing",
    "Reasoning": "processing",
    "Request Moderated": "failed",
    "Content Moderated": "failed",
}


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the status of the job once."""
    reply = yield from _reply(at_region(call), status_call(call, job))
    return read_status(reply.json_object(), job)


def _reply(call: Call, http: HttpCall) -> Flow[HttpReply]:
    """Send a status request; a job may have moved to another cluster."""
    for _ in range(MOST_REDIRECTS + 1):
        reply = yield from send(http)
        if reply.status not in REDIRECTS:
            return reply
        http = replace(http, url=_next_hop(call, http.url, reply))
    raise UnexpectedResponseError("the status of the job is redirected again and again", is_retryable=True)


def _next_hop(call: Call, url: str, reply: HttpReply) -> str:
    location = reply.header("location") or ""
    try:
        target = urljoin(url, location)
    except ValueError:
        target = ""
    if not (location and target.isprintable() and is_trusted(call, target)):
        raise UnexpectedResponseError(
            "the status of the job is redirected to a server that is not the provider's", is_retryable=True
        )
    return target


def read_status(body: Mapping[str, object], job: JobReference) -> JobStatus:
    """Read a status.

    Args:
        body: the answer, or the body of a webhook.
        job: the reference, with the price that was told at submission; empty if that is not known.

    Raises:
        HTTPError: the cluster does not know the job (yet).
    """
    word = wire.text(body, "status") or wire.text(body, "state")
    if word == "Task not found":
        raise unknown_task(body)
    state = state_of_word(word, STATES)
    progress = wire.number(body, "progress")
    return JobStatus(
        state=state,
        progress_percent=None if progress is None else progress * 100,
        raw=body,
        error=job_failure(body) if state == "failed" else None,
        billed_usd=cost_usd(body, job) if state == "completed" else None,
    )


def cost_usd(body: object, job: JobReference) -> float | None:
    """Return the cost in US dollars: as the finished job says, else as the answer to the submission said."""
    told = wire.number(body, "cost")
    cost = wire.number(job, "cost") if told is None else told
    return None if cost is None or cost < 0 else cost / CREDITS_PER_USD
