"""Finds the job of a submission whose answer was lost, by the id of our own that was sent along."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Call, Flow, Submission, hookimpl, send, wire

from .payload import own_prompt_id, read_submission
from .server import history_path, with_auth
from .status import read_queue


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Return the job if the server has queued, run or finished it."""
    server, prompt_id = with_auth(call), own_prompt_id(call)
    queue = yield from send(server.request("GET", "/queue"))
    if read_queue(queue, prompt_id) is None:
        history = yield from send(server.request("GET", history_path(prompt_id)))
        if not wire.mapping(history.json_object(), prompt_id):
            return None
    return read_submission(call, payload, prompt_id, [])
