"""Reads the result of a finished job: its media, or the failure in their place."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    ContentModerationError,
    Flow,
    Generated,
    JobReference,
    hookimpl,
    send,
    wire,
)

from .errors import job_failure, read_error_body, read_job_error
from .files_anywhere import ADDRESSES, files_anywhere
from .payload import response_url

OUTPUTS: Mapping[str, str] = {
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
"""Statuses that answer in place of the result of a job that failed."""


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Fetch the result of a completed job, unless `raw` is a webhook delivery, which carries it."""
    if delivered := wire.mapping(raw, "payload"):
        return read_result(delivered, call.modality)
    reply = yield from send(call.request("GET", response_url(call, job), accept_statuses=FAILED_RESULTS))
    if not reply.is_success:
        raise read_job_error(reply)
    return read_result(reply.json_object(), call.modality)


def read_result(body: Mapping[str, object], modality: str) -> Generated:
    """List the media of a model's output, leaving out the pictures that the safety checker flagged (and blanked).

    Args:
        body: the output.
        modality: what was asked for; files under unusual names are searched for where none of that kind has a usual one.

    Raises:
        ContentModerationError: every picture was flagged, or the output says so.
        GenerationFailedError: the output has a reason for failure instead of files.
    """
    flagged = [index for index, value in enumerate(wire.items(body, "has_nsfw_concepts")) if value is True]
    assets = [
        asset
        for name in OUTPUTS
        for index, entry in enumerate(wire.one_or_more(body, name))
        if not (name == "images" and index in flagged) and (asset := _asset(name, entry)) is not None
    ]
    if flagged and not assets:
        raise ContentModerationError(
            "every image was flagged by the safety checker; change the prompt",
            stage="output",
            billed="yes",
            raw_response=body,
        )
    if not flagged and not any(asset.kind == modality for asset in assets):
        known = {asset.url for asset in assets}
        assets += [asset for asset in files_anywhere(body, modality) if asset.url not in known]
    if not assets and read_error_body(body).words:
        raise job_failure(body, status_code=None)
    return Generated(
        assets=tuple(assets),
        duration_seconds=wire.number(body, "video", "duration"),
        seed=wire.integer(body, "seed"),
        raw=body,
        # most models only repeat the prompt, under `prompt`
        revised_prompt=wire.text(body, "revised_prompt") or wire.text(body, "actual_prompt") or None,
    )


def _asset(name: str, entry: object) -> Asset | None:
    """Return one file of the output, given as an object or as a bare URL."""
    url = wire.text(entry) or wire.text(entry, "url")
    if url is None or not url.startswith(ADDRESSES):
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
