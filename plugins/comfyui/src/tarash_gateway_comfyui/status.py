"""Reads the status of a job, from the history once it has ended and from the queue before that; and cancels the job."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    GenerationFailedError,
    GenerationState,
    HttpReply,
    JobReference,
    JobStatus,
    UnexpectedResponseError,
    hookimpl,
    send,
    sleep,
    state_of_word,
    wire,
)

from .errors import failure_in, was_interrupted
from .server import history_path, prompt_id_of, with_auth

LOOKS = 2
"""A job that is nowhere is looked for again: it may have moved from the queue to the history meanwhile."""
CANCEL_PAUSES_SECONDS = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Pauses before each look whether an interrupted job has stopped: it stops at its next step."""


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Look for the job in the history, then in the queue."""
    server, prompt_id = with_auth(call), prompt_id_of(job)
    notes = notes_of(job)
    for _ in range(LOOKS):
        history = yield from send(server.request("GET", history_path(prompt_id)))
        entry = wire.mapping(history.json_object(), prompt_id)
        if entry:
            return read_entry(entry, notes)
        queue = yield from send(server.request("GET", "/queue"))
        found = read_queue(queue, prompt_id, notes)
        if found is not None:
            return found
    return JobStatus(state="failed", error=_lost(), logs=notes)


def notes_of(job: JobReference) -> tuple[str, ...]:
    """Return what the server said of outputs that it does not make, as log lines."""
    return tuple(str(line) for line in wire.items(job, "left_out") if isinstance(line, str))


def read_entry(entry: Mapping[str, object], notes: tuple[str, ...] = ()) -> JobStatus:
    """Read an entry of the history. A server may have one without a status: then it has ended if there are outputs."""
    word = wire.text(entry, "status", "status_str")
    if word is None:
        state: GenerationState = "completed" if "outputs" in entry else "processing"
    else:
        state = state_of_word(word)
    if state == "failed" and was_interrupted(entry):
        return JobStatus(state="cancelled", raw=entry, logs=notes)
    error = failure_in(entry) if state == "failed" else None
    return JobStatus(state=state, raw=entry, error=error, logs=notes)


def read_queue(reply: HttpReply, prompt_id: str, notes: tuple[str, ...] = ()) -> JobStatus | None:
    """Read the queue; None if the job is not in it.

    Raises:
        UnexpectedResponseError: this is not a queue, so it does not say that the job is gone.
    """
    body = reply.json_object()
    running, pending = body.get("queue_running"), body.get("queue_pending")
    if not isinstance(running, list) or not isinstance(pending, list):
        raise UnexpectedResponseError("the answer to GET /queue has no queue_running or no queue_pending")
    if any(wire.text(item, 1) == prompt_id for item in running):
        return JobStatus(state="processing", raw={"queue": "running"}, logs=notes)
    # the server runs the lowest number first, whatever the order of the list
    waiting = sorted(pending, key=lambda item: wire.number(item, 0) or 0.0)
    for position, item in enumerate(waiting):
        if wire.text(item, 1) == prompt_id:
            return JobStatus(state="queued", queue_position=position, raw={"queue": "pending"}, logs=notes)
    return None


def _lost() -> GenerationFailedError:
    return GenerationFailedError(
        "the server no longer knows the job: it was restarted, or somebody deleted the job from its queue or history; "
        "generate it again"
    )


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Delete the job from the queue, or interrupt it if it is the one that runs.

    The server's interrupt stops whatever runs, unless it is told which job is meant.
    """
    server, prompt_id = with_auth(call), prompt_id_of(job)
    found = yield from _look(server, prompt_id)
    if found is not None and found.state == "queued":
        yield from send(server.request("POST", "/queue", json={"delete": [prompt_id]}))
        # it may have begun to run in between; then nothing was deleted
        found = yield from _look(server, prompt_id)
        if found is None:
            return (yield from _ended(server, prompt_id, Cancellation(outcome="accepted", billed="no")))
    if found is None:
        return Cancellation(outcome="finished")
    if found.state != "processing":
        return Cancellation(outcome="refused")
    # older servers ignore the id and stop what runs now: sent again, this could stop somebody else's job
    yield from send(server.request("POST", "/interrupt", json={"prompt_id": prompt_id}, repeatable=False))
    # the answer is empty and says nothing
    for pause in CANCEL_PAUSES_SECONDS:
        if pause:
            yield from sleep(pause)
        if (yield from _look(server, prompt_id)) is None:
            return (yield from _ended(server, prompt_id, Cancellation(outcome="accepted")))
    return Cancellation(outcome="unknown")


def _look(server: Call, prompt_id: str) -> Flow[JobStatus | None]:
    reply = yield from send(server.request("GET", "/queue"))
    return read_queue(reply, prompt_id)


def _ended(server: Call, prompt_id: str, stopped: Cancellation) -> Flow[Cancellation]:
    """Return `stopped`, or that the job had ended before; a job that was deleted is not in the history."""
    reply = yield from send(server.request("GET", history_path(prompt_id)))
    entry = wire.mapping(reply.json_object(), prompt_id)
    has_ended = bool(entry) and read_entry(entry).state != "cancelled"
    return Cancellation(outcome="finished") if has_ended else stopped
