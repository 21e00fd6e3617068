"""Finds the task of a submit whose answer was lost, as far as MiniMax's list of tasks allows.

The list shows neither the prompt nor anything else that distinguishes similar tasks. Taking over the task of another program would
return another video, so a task is taken over only if the owner of the account says that no other program submits, and only if
exactly one task fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    Submission,
    SubmissionUnknownError,
    hookimpl,
    read_clock,
    send,
    wire,
)

from .errors import checked_body
from .payload import SUBMIT_SECONDS
from .routes import V2, address, route_of
from .settings import MiniMaxSettings

# the submit may have waited that long for its answer; the same again allows for clocks that differ
RECENT_SECONDS = 2 * SUBMIT_SECONDS
# newest first (litellm 1.109.1)
LIST_PATH = "/v2/query/video_generation"
FIRST_PAGE = {"page_num": "1", "page_size": "20"}


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Return the one task that fits the payload.

    Raises:
        SubmissionUnknownError: none or several fit, or none may be taken over.
    """
    if route_of(call) != V2:
        raise SubmissionUnknownError("this model's endpoint has no list of tasks to look in")
    now = yield from read_clock()
    reply = yield from send(call.request("GET", address(call, LIST_PATH), query=FIRST_PAGE))
    fitting = [
        task
        for item in wire.items(checked_body(reply), "items")
        if _fits(task := wire.mapping(item), payload, now.wall)
    ]
    names = ", ".join(str(task.get("id")) for task in fitting) or "none"
    if not call.settings_as(MiniMaxSettings).adopt_lost_tasks or len(fitting) != 1:
        raise SubmissionUnknownError(
            f"the lost task cannot be distinguished from others (recent tasks that fit: {names}); if no other program uses the "
            "account at the same time, provider_config={'adopt_lost_tasks': True} takes over the only one"
        )
    task_id = str(fitting[0]["id"])
    return Submission(job={"task_id": task_id, "version": "v2"}, request_id=task_id, raw=fitting[0])


def _fits(task: Mapping[str, object], payload: Mapping[str, object], now: datetime) -> bool:
    created = wire.number(task, "created_at")
    if created is None or abs(now.timestamp() - created) > RECENT_SECONDS or wire.text(task, "id") is None:
        return False
    wanted = ("model", "duration", "resolution")
    return all(task.get(name) == payload.get(name) for name in wanted)
