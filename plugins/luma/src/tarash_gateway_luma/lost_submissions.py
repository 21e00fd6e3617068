"""Finds the Dream Machine generation of a submit whose answer was lost, in the account's list.

Luma takes no id of the caller's, so a generation is recognised by what was asked and by its age. The Agents API
has no list at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    Submission,
    SubmissionUnknownError,
    read_clock,
    send,
    wire,
)

from .apis import serving_call
from .dream_body import dream_path
from .models import AGENTS
from .payload import read_submission

LISTED = 10
# the clocks of two computers differ
SLACK_SECONDS = 30.0


def find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None] | None:
    """Return the flow that looks, or None where there is nothing to look into."""
    call = serving_call(call)
    return None if call.row.route == AGENTS else _find(call, payload)


def _find(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Return the one generation that the submit can have made.

    Raises:
        SubmissionUnknownError: none is listed (yet: nobody promises that a list is up to date), or several are alike.
    """
    reply = yield from send(call.request("GET", f"/generations?limit={LISTED}"))
    now = yield from read_clock()
    _, asked = dream_path(payload)
    oldest_seconds = call.timeout_seconds + SLACK_SECONDS
    found = [
        item
        for entry in wire.items(reply.json_object(), "generations")
        if _age_seconds(item := wire.mapping(entry), now.wall) <= oldest_seconds
        and _repeats(asked, wire.member(item, "request"))
    ]
    if len(found) != 1:
        count = f"{len(found)} generations" if found else "no generation"
        raise SubmissionUnknownError(f"{count} among the latest {LISTED} can be this submit's")
    return read_submission(call.row.route, found[0])


def _repeats(asked: object, listed: object) -> bool:
    """Return whether `listed` has everything that was asked; Luma may add defaults and empty members."""
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


def _age_seconds(generation: Mapping[str, object], now: datetime) -> float:
    try:
        made = datetime.fromisoformat(wire.text(generation, "created_at") or "")
    except ValueError:
        return float("inf")
    return (now - made).total_seconds() if made.tzinfo else float("inf")
