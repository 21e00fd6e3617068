"""How a finished job's result is read: its media, or the failure that stands in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    ContentModerationError,
    Flow,
    Generated,
    JobReference,
    send,
    wire,
)

from .errors import read_job_error

OUTPUTS: Mapping[str, Literal["video", "image", "audio", "thumbnail", "other"]] = {
    "video": "video",
    "videos": "video",
    "images": "image",
    "image": "image",
    "audio": "audio",
    "thumbnail": "thumbnail",
    "spritesheet": "other",
}
"""Member of a model's output → what its files are, the main ones first."""

FAILED_RESULTS = frozenset({400, 404, 422, 499, 500, 502, 503, 504})
"""Statuses with which the result of a job tells of its failure."""


def fetch_result(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Fetch the result of a completed job, unless `raw` is a webhook delivery, which brings it along."""
    if announced := wire.mapping(raw, "payload"):
        return read_result(announced)
    reply = yield from send(call.request("GET", str(job["response_url"]), accept_statuses=FAILED_RESULTS))
    if not reply.is_success:
        raise read_job_error(reply)
    return read_result(reply.json_object())


def read_result(body: Mapping[str, object]) -> Generated:
    """List the media of a model's output, without the pictures that the safety checker flagged (and blanked).

    Raises:
        ContentModerationError: every picture was flagged.
    """
    flagged = [index for index, value in enumerate(wire.items(body, "has_nsfw_concepts")) if value is True]
    assets = [
        asset
        for name in OUTPUTS
        for index, entry in enumerate(_entries(body.get(name)))
        if not (name == "images" and index in flagged) and (asset := _asset(name, entry)) is not None
    ]
    if flagged and not assets:
        raise ContentModerationError(
            "every image was flagged by the safety checker; change the prompt",
            stage="output",
            billed="yes",
            raw_response=body,
        )
    return Generated(
        assets=tuple(assets),
        duration_seconds=wire.number(body, "video", "duration"),
        seed=wire.integer(body, "seed"),
        raw=body,
    )


def _entries(value: object) -> list[object]:
    if isinstance(value, list):
        return list(value)
    return [] if value is None else [value]


def _asset(name: str, entry: object) -> Asset | None:
    """Return one file of the output, given as an object or as a bare URL."""
    url = entry if isinstance(entry, str) else wire.text(entry, "url")
    if not url:
        return None
    kind = OUTPUTS[name]
    content_type = wire.text(entry, "content_type")
    if kind == "video" and content_type == "image/png":
        # a placeholder in the output of some video models
        content_type = None
    return Asset(
        kind=kind,
        url=url,
        content_type=content_type,
        size_bytes=wire.integer(entry, "file_size"),
        width=wire.integer(entry, "width"),
        height=wire.integer(entry, "height"),
        duration_seconds=wire.number(entry, "duration"),
    )
