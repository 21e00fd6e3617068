"""Polls and cancels tasks in both versions of the API."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    GenerationFailedError,
    HttpReply,
    JobReference,
    JobStatus,
    hookimpl,
    quoted_id,
    reference_id,
    send,
    state_of_word,
    wire,
)

from .errors import checked_body, job_failure
from .routes import address


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the status of the task once."""
    if _is_v1(job):
        url = address(call, "/v1/query/video_generation")
        return read_v1(
            (yield from send(call.request("GET", url, query={"task_id": reference_id(job, "task_id")})))
        )
    url = address(call, f"/v2/query/video_generation/{quoted_id(job, 'task_id')}")
    return read_v2((yield from send(call.request("GET", url))))


def read_v2(reply: HttpReply) -> JobStatus:
    """Read a status of the second version."""
    task = wire.mapping(checked_body(reply), "task")
    word = wire.text(task, "status") or ""
    state = state_of_word(word)
    if word.lower() == "expired":
        return JobStatus(
            state=state,
            raw=task,
            error=GenerationFailedError("the task expired before it was done", raw_response=task),
        )
    failure = wire.mapping(task, "error")
    code, words = wire.integer(failure, "code"), wire.text(failure, "message") or ""
    return JobStatus(
        state=state, raw=task, error=job_failure(code, words, task) if state == "failed" else None
    )


def read_v1(reply: HttpReply) -> JobStatus:
    """Read a status of the first version: a failed task gives its reason where a refused request does."""
    body = reply.json_object()
    state = state_of_word(wire.text(body, "status"))
    if state == "failed":
        code, words = (
            wire.integer(body, "base_resp", "status_code"),
            wire.text(body, "base_resp", "status_msg"),
        )
        return JobStatus(state=state, raw=body, error=job_failure(code, words or "", body))
    checked_body(reply)
    return JobStatus(state=state, raw=body)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation] | None:
    """Cancel a task of the second version; the first one cannot, which None says."""
    return None if _is_v1(job) else _cancel_v2(call, job)


def _cancel_v2(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Look first: the request that cancels a waiting task deletes a finished one, result included."""
    status = yield from tarash_poll(call, job)
    if status.state in ("completed", "failed"):
        return Cancellation(outcome="finished", billed="yes" if status.state == "completed" else "unknown")
    if status.state == "cancelled":
        return Cancellation(outcome="accepted", billed="no")
    url = address(call, f"/v2/video_generation/{quoted_id(job, 'task_id')}")
    # not sent again when its answer is lost: the task may be finished by then
    delete = call.request("DELETE", url, repeatable=False, accept_statuses=frozenset({400, 409}))
    reply = yield from send(delete)
    if not reply.is_success:
        return Cancellation(outcome="refused")
    checked_body(reply)
    return Cancellation(outcome="accepted", billed="no" if status.state == "queued" else "unknown")


def _is_v1(job: JobReference) -> bool:
    return wire.text(job, "version") == "v1"
