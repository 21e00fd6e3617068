"""Finds the task of a submission whose answer was lost, in the account's list of tasks.

ModelArk takes no id from the caller, but it lists tasks with their expiry, which carries the mark of the attempt. Whether the list has
a new task at once is undocumented: finding none proves nothing.

Source: byteplus-python-sdk-v2 3.0.63 (tasks.list; ContentGenerationTask), read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    Phrase,
    Submission,
    SubmissionUnknownError,
    hookimpl,
    read_clock,
    send,
    wire,
    wrong_field,
)

from .payload import EXPIRY, TASKS, marked_expiry_seconds, task_submission
from .servers import at_region

PAGE_SIZE = 100
MOST_PAGES = 5
OLDEST = timedelta(hours=1)
"""Age of the oldest task that may be ours, with room for clocks that differ and for a restart in between."""
ECHOED = ("duration", "generate_audio", "ratio", "resolution", "service_tier")
CHOSEN_LATER = ("adaptive", -1)
"""Values in place of which a task may show what ModelArk chose."""


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Return the one recent task that bears the mark of this attempt.

    Raises:
        SubmissionUnknownError: there is none (yet), or several are alike, or the submission bore no mark.
    """
    if call.modality == "image":
        raise SubmissionUnknownError(
            "an image request leaves nothing that can be looked up; see the usage page of the console"
        )
    if EXPIRY in payload:
        raise SubmissionUnknownError(
            Phrase(
                "with ",
                wrong_field("extra_params", key=EXPIRY),
                " a task bears no mark of ours; leave it out, or see the task list of the console",
            )
        )
    now = (yield from read_clock()).wall
    found: dict[str, Mapping[str, object]] = {}
    for number in range(1, MOST_PAGES + 1):
        query = {"page_num": str(number), "page_size": str(PAGE_SIZE)}
        reply = yield from send(at_region(call).request("GET", TASKS, query=query))
        tasks = [wire.mapping(item) for item in wire.items(reply.json_object(), "items")]
        found |= {
            task_id: task
            for task in tasks
            if _is_ours(call, payload, task, now) and (task_id := wire.identifier(task, "id")) is not None
        }
        if len(tasks) < PAGE_SIZE:
            break
    if len(found) != 1:
        raise SubmissionUnknownError(
            f"{len(found) or 'no'} tasks of the last hour bear the mark of this submission"
        )
    ((task_id, task),) = found.items()
    return task_submission(call, task_id, task)


def _is_ours(call: Call, payload: Mapping[str, object], task: Mapping[str, object], now: datetime) -> bool:
    created = wire.moment(task, "created_at")
    sent = {name: payload[name] for name in ECHOED if name in payload and payload[name] not in CHOSEN_LATER}
    return (
        wire.integer(task, EXPIRY) == marked_expiry_seconds(call)
        # an endpoint id stands for a model of another name
        and (call.model.startswith("ep-") or wire.text(task, "model") in (None, call.model))
        and all(wire.member(task, name) in (None, value) for name, value in sent.items())
        and created is not None
        and abs(now - created) <= OLDEST
    )
