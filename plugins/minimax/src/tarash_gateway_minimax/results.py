"""How the outputs of a finished task, or of an image call, are read."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    JobReference,
    UnexpectedResponseError,
    send,
    sniff_content_type,
    wire,
)

from .errors import checked_body
from .routes import address


def fetch_result(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Return the outputs; the clip of the first version is asked for by the file that the status named."""
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
    asset = Asset(kind="video", url=url, content_type="video/mp4", duration_seconds=seconds)
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
    file_id = body.get("file_id")
    if not isinstance(file_id, str | int) or not str(file_id):
        raise UnexpectedResponseError("the finished task names no file_id", raw_response=body)
    path = f"/v1/files/retrieve?file_id={quote(str(file_id), safe='')}"
    reply = yield from send(call.request("GET", address(call, path)))
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
    )
    return Generated(
        assets=(asset,) if url else (),
        resolution=f"{width}x{height}" if width and height else None,
        raw={**body, "file": file},
    )


def read_images(body: Mapping[str, object]) -> Generated:
    """Read images of either family; filtered ones are simply missing."""
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
    """Return an image by URL, or (when `response_format` was changed) by its base64."""
    if text.startswith(("https://", "http://")):
        return Asset(kind="image", url=text)
    content = wire.base64_bytes(text)
    return (
        None
        if content is None
        else Asset(kind="image", content=content, content_type=sniff_content_type(content))
    )
