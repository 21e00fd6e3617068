"""How the outputs of a finished task are read."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import urlsplit

from tarash.tarash_gateway.plugin import Asset, Call, Flow, Generated, JobReference, send, wire

from .calls import request
from .status import cost_usd, task_path

CONTENT_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".zip": "application/zip",
}


def fetch_result(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """List the outputs of a completed task; its last status carries them already."""
    task = wire.mapping(raw)
    if not wire.items(task, "output"):
        reply = yield from send(request(call, "GET", task_path(job)))
        task = reply.json_object()
    urls = [url for url in wire.items(task, "output") if isinstance(url, str) and url]
    assets = tuple(_asset(url, call.modality) for url in urls)
    return Generated(assets=_with_main(assets, call.modality), raw=task, cost_usd=cost_usd(task))


def _asset(url: str, modality: str) -> Asset:
    # the query is a signature; the path keeps the real suffix
    content_type = CONTENT_TYPES.get(PurePosixPath(urlsplit(url).path).suffix.lower())
    return Asset(kind=_kind(content_type, modality), url=url, content_type=content_type)


def _kind(content_type: str | None, modality: str) -> Literal["video", "image", "audio", "other"]:
    match (content_type or modality).partition("/")[0]:
        case "video":
            return "video"
        case "image":
            return "image"
        case "audio":
            return "audio"
        case _:
            return "other"


def _with_main(assets: tuple[Asset, ...], modality: str) -> tuple[Asset, ...]:
    """Let an archive of frames (`png_sequence`, EXR) stand for the clip when there is no clip."""
    if not assets or any(asset.kind == modality for asset in assets):
        return assets
    first = assets[0]
    return (Asset(kind=_kind(None, modality), url=first.url, content_type=first.content_type), *assets[1:])
