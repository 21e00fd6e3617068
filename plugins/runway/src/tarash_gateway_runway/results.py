"""Reads the outputs of a finished task."""

from __future__ import annotations

from dataclasses import replace

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    JobReference,
    content_type_of_name,
    hookimpl,
    link_expiry,
    send,
    wire,
)

from .api_version import versioned
from .status import cost_usd, task_path

KINDS = frozenset({"video", "image", "audio"})


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Return the outputs. The last status usually carries them; where it does not, the task is read again."""
    task = wire.mapping(raw)
    if not wire.items(task, "output"):
        reply = yield from send(versioned(call).request("GET", task_path(job)))
        task = reply.json_object()
    urls = [url for url in wire.items(task, "output") if isinstance(url, str) and url]
    assets = tuple(_asset(url, call.modality) for url in urls)
    return Generated(assets=_with_main(assets, call.modality), raw=task, cost_usd=cost_usd(task))


def _asset(url: str, modality: str) -> Asset:
    # the query is a signature; the path keeps the real suffix
    path = url.partition("?")[0]
    content_type = "application/zip" if path.lower().endswith(".zip") else content_type_of_name(path) or None
    kind = (content_type or modality).partition("/")[0]
    return Asset(
        kind=kind if kind in KINDS else "other",
        url=url,
        content_type=content_type,
        expires_at=link_expiry(url),
    )


def _with_main(assets: tuple[Asset, ...], modality: str) -> tuple[Asset, ...]:
    """Let an archive of frames (`png_sequence`, EXR) count as the video when there is no other."""
    if not assets or any(asset.kind == modality for asset in assets):
        return assets
    return (replace(assets[0], kind=modality), *assets[1:])
