"""Follows a job over the server's WebSocket."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    JobReference,
    JobStatus,
    ServerEvent,
    StatusStream,
    hookimpl,
    wire,
)

from .errors import failure_of
from .server import prompt_id_of, with_auth
from .status import notes_of

SILENCE_SECONDS = 120.0
"""A node that loads a large model, or a queue before ours, is silent for long."""


@hookimpl
def tarash_stream(call: Call, job: JobReference) -> Flow[StatusStream]:
    """Return the WebSocket of the client that submitted the job."""
    yield from ()
    prompt_id = prompt_id_of(job)
    nodes = int(wire.number(job, "nodes") or 0)
    return StatusStream(
        call=with_auth(call).request("GET", "/ws", query={"clientId": prompt_id}),
        read=partial(read_message, prompt_id, nodes, notes_of(job)),
        silence_seconds=SILENCE_SECONDS,
        protocol="websocket",
        # nothing that was said before is repeated
        begins_with_status=False,
    )


def read_message(prompt_id: str, nodes: int, notes: tuple[str, ...], event: ServerEvent) -> JobStatus | None:
    """Return the status in a message; None for previews, the queue and other jobs.

    Args:
        prompt_id: id of the job.
        nodes: number of nodes of its workflow.
        notes: log lines of the job so far.
        event: the message.
    """
    if event.event == "binary":
        return None
    body = event.json_object()
    kind, data = wire.text(body, "type"), wire.mapping(body, "data")
    if wire.text(data, "prompt_id") != prompt_id:
        return None
    if kind == "executing" and data.get("node") is None:
        # only now is the history written: after "execution_success", it may still be missing
        return JobStatus(state="completed", raw=body, logs=notes)
    if kind == "execution_error":
        return JobStatus(state="failed", raw=body, error=failure_of(data), logs=notes)
    if kind == "execution_interrupted":
        return JobStatus(state="cancelled", raw=body, logs=notes)
    if kind == "progress_state":
        return JobStatus(state="processing", progress_percent=_percent(data, nodes), raw=body, logs=notes)
    if kind in ("execution_start", "executing"):
        return JobStatus(state="processing", raw=body, logs=notes)
    return None


def _percent(data: Mapping[str, object], nodes: int) -> float | None:
    """Return the share of the nodes that are done; a node that runs counts by its steps."""
    seen = wire.mapping(data, "nodes")
    total = max(nodes, len(seen))
    return 100.0 * sum(map(_share, seen.values())) / total if total else None


def _share(node: object) -> float:
    if wire.text(node, "state") == "finished":
        return 1.0
    value, most = wire.number(node, "value"), wire.number(node, "max")
    return min(max(value / most, 0.0), 1.0) if value is not None and most is not None and most > 0 else 0.0
