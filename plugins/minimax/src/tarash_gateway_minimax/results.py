"""Reads the outputs of a finished task, or of an image call."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    JobReference,
    UnexpectedResponseError,
    hookimpl,
    link_expiry,
    send,
    web_url,
    wire,
)

from .errors import checked_body
from .routes import address


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Read the outputs; fetch the clip of the first version by the file that the status named."""
    body = wire.mapping(raw)
    if call.modality == "image":
        return read_images(body)
    if job.get("version") != "v1":
        return read_task(body)
    return (yield from _fetch_file(call, body))


def read_task(task: Mapping[str, object]) -> Generated:
    """Read a finished task of the second version; its URL is signed and lives for a limited time."""
    url = wire.text(task, "content", "url")
    seconds = wire.number(task, "duration")
    asset = Asset(
        kind="video",
        url=url,
        content_type="video/mp4",
        duration_seconds=seconds,
        expires_at=link_expiry(url or ""),
    )
    ratio = wire.text(task, "ratio")
    return Generated(
        assets=(asset,) if url else (),
        duration_seconds=seconds,
        resolution=(wire.text(task, "resolution") or "").lower() or None,
        aspect_ratio=None if ratio == "adaptive" else ratio,
        raw=task,
    )


def _fetch_file(call: Call, body: Mapping[str, object]) -> Flow[Generated]:
    # a 64-bit number, sometimes as text: never through a float
    file_id = wire.identifier(body, "file_id")
    if file_id is None:
        raise UnexpectedResponseError("the finished task has no file_id", raw_response=body)
    retrieve = call.request("GET", address(call, "/v1/files/retrieve"), query={"file_id": file_id})
    reply = yield from send(retrieve)
    file = wire.mapping(checked_body(reply), "file")
    width, height = wire.integer(body, "video_width"), wire.integer(body, "video_height")
    url = wire.text(file, "download_url")
    asset = Asset(
        kind="video",
        url=url,
        content_type="video/mp4",
        size_bytes=wire.integer(file, "bytes"),
        width=width,
        height=height,
        expires_at=link_expiry(url or ""),
    )
    return Generated(
        assets=(asset,) if url else (),
        resolution=f"{width}x{height}" if width and height else None,
        raw={**body, "file": file},
    )


def read_images(body: Mapping[str, object]) -> Generated:
    """Read the images of either family; MiniMax leaves filtered ones out."""
    data = body.get("data")
    entries: list[object] = (
        [*wire.items(data, "image_urls"), *wire.items(data, "image_base64")]
        if isinstance(data, Mapping)
        else [wire.text(item, "url") or wire.text(item, "b64_json") for item in wire.items(body, "data")]
    )
    assets = tuple(
        asset for entry in entries if isinstance(entry, str) and (asset := _image(entry)) is not None
    )
    return Generated(assets=assets, raw=wire.without_base64(body))


def _image(text: str) -> Asset | None:
    """Return an image by its URL, or by its base64 where `response_format` asked for that."""
    url = web_url(text)
    if url is not None:
        return Asset(kind="image", url=url, expires_at=link_expiry(url))
    content = wire.base64_bytes(text)
    return None if content is None else Asset(kind="image", content=content)
