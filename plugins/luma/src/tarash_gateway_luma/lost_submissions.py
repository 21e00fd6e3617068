"""Finds the Dream Machine generation of a submit whose answer was lost, in the account's list.

Luma takes no id from the caller, so a generation is recognised by its request and its age. The Agents API has no list at all.
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

from .apis import serving_call
from .dream_body import dream_path
from .models import AGENTS
from .payload import submission_of

LISTED = 10
# the clocks of two computers differ
SLACK_SECONDS = 30.0


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None] | None:
    """Look for the generation in Dream Machine's list; None says that the Agents API has none."""
    call = serving_call(call)
    return None if call.row.route == AGENTS else _find(call, payload)


def _find(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Return the one generation that the submit may have made.

    Raises:
        SubmissionUnknownError: none fits (the list may lag behind), or several do.
    """
    reply = yield from send(call.request("GET", "/generations", query={"limit": str(LISTED)}))
    now = yield from read_clock()
    _, asked = dream_path(payload)
    oldest_seconds = call.timeout_seconds + SLACK_SECONDS
    found = [
        (generation_id, item)
        for item in wire.items(reply.json_object(), "generations")
        if (generation_id := wire.text(item, "id"))
        and _age_seconds(item, now.wall) <= oldest_seconds
        and _repeats(asked, wire.member(item, "request"))
    ]
    if len(found) != 1:
        count = f"{len(found)} generations" if found else "no generation"
        raise SubmissionUnknownError(f"{count} among the latest {LISTED} may come from this submit")
    return submission_of(call.row.route, *found[0])


def _repeats(asked: object, listed: object) -> bool:
    """Return whether `listed` has everything in `asked`; Luma may add defaults and empty members."""
    if isinstance(asked, Mapping):
        return isinstance(listed, Mapping) and all(
            _repeats(value, listed.get(name)) for name, value in asked.items()
        )
    if isinstance(asked, list):
        return (
            isinstance(listed, list)
            and len(listed) == len(asked)
            and all(_repeats(one, other) for one, other in zip(asked, listed, strict=True))
        )
    return asked == listed


def _age_seconds(generation: object, now: datetime) -> float:
    try:
        made = datetime.fromisoformat(wire.text(generation, "created_at") or "")
    except ValueError:
        return float("inf")
    return (now - made).total_seconds() if made.tzinfo else float("inf")
