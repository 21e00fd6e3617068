"""Finds the video whose submission was answered into a broken connection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    Submission,
    SubmissionUnknownError,
    read_clock,
    send,
    wire,
)

from .server import server_of

NEWEST = 20
WINDOW = timedelta(seconds=120)
"""How long ago the lost job may have begun: the wait for a submission's answer, and clocks that differ."""
COMPARED = ("model", "prompt", "seconds", "size")


def find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Return the one new video that looks like what was submitted.

    Raises:
        SubmissionUnknownError: it is an image, or a video of which no or several new ones look alike. The
            protocol knows no idempotency key, so that "not in the list" never proves that there is none.
    """
    if call.modality != "video" or "operation" in payload:
        raise SubmissionUnknownError(
            "the answer was lost, and the API lists nothing of this kind; it may be rendered and billed"
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
    if len(ids) != 1:
        raise SubmissionUnknownError(
            f"the answer was lost, and {len(ids)} new videos look like it; it may be rendered and billed"
        )
    return Submission(job={"kind": "video", "id": ids[0]}, request_id=ids[0], raw=found[0])


def _looks_like(video: object, payload: Mapping[str, object]) -> bool:
    return all(wire.text(video, name) == payload[name] for name in COMPARED if name in payload)
