"""Reads the result of a finished generation: a list of outputs, or an object of assets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.plugin import Asset, Flow, Generated, hookimpl, link_expiry, wire

KINDS: Mapping[str, Literal["video", "image"]] = {"video": "video", "image": "image"}


@hookimpl
def tarash_normalize(raw: object) -> Flow[Generated]:
    """List the media of a finished generation; its status carries them, so nothing is fetched."""
    yield from ()
    return Generated(assets=tuple(_outputs(raw) or _assets(raw)), raw=raw)


def _outputs(generation: object) -> list[Asset]:
    """Read `output` of the Agents API; its links last an hour, and the next status has fresh ones."""
    found = [
        Asset(
            kind=KINDS.get(wire.text(output, "type") or "", "other"),
            url=url,
            content_type="video/mp4" if wire.text(output, "type") == "video" else None,
            expires_at=link_expiry(url),
        )
        for output in wire.items(generation, "output")
        if (url := wire.text(output, "url"))
    ]
    # an EXR file next to a clip must not come first
    return sorted(found, key=lambda asset: asset.kind == "other")


def _assets(generation: object) -> list[Asset]:
    """Read `assets` of Dream Machine; an image next to a clip is its thumbnail."""
    video, image = wire.text(generation, "assets", "video"), wire.text(generation, "assets", "image")
    found: list[Asset] = []
    if video:
        found.append(Asset(kind="video", url=video, content_type="video/mp4"))
    if image:
        found.append(Asset(kind="thumbnail" if video else "image", url=image))
    return found
