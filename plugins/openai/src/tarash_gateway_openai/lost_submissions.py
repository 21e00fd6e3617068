"""Finds the video of a submission whose answer was lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

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

from .server import server_of

NEWEST = 20
WINDOW = timedelta(seconds=120)
"""How long ago the lost job may have begun: the wait for a submission's answer, and clocks that differ."""
COMPARED = ("model", "prompt", "seconds", "size")


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Return the one new video that looks like what was submitted.

    Raises:
        SubmissionUnknownError: it is an image, or no new video looks like it, or several do. The protocol has no
            idempotency key, so "not in the list" never proves that there is no job.
    """
    if call.modality != "video" or "operation" in payload:
        raise SubmissionUnknownError(
            "the answer was lost, and the API lists nothing of this kind; the job may exist and be billed"
        )
    query = {"limit": str(NEWEST), "order": "desc"}
    reply = yield from send(server_of(call).request("GET", "/videos", query=query))
    now = yield from read_clock()
    since = (now.wall - WINDOW).timestamp()
    found = [
        video
        for video in wire.items(reply.json_object(), "data")
        if (wire.number(video, "created_at") or 0.0) >= since and _looks_like(video, payload)
    ]
    ids = [video_id for video in found if (video_id := wire.text(video, "id"))]
    if len(found) != 1 or len(ids) != 1:
        raise SubmissionUnknownError(
            f"the answer was lost, and {len(found)} new videos look like it; the job may exist and be billed"
        )
    return Submission(job={"kind": "video", "id": ids[0]}, request_id=ids[0], raw=found[0])


def _looks_like(video: object, payload: Mapping[str, object]) -> bool:
    return all(wire.text(video, name) == payload[name] for name in COMPARED if name in payload)
