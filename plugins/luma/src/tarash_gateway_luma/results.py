"""Reads the result of a finished generation: a list of outputs, or an object of assets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from tarash.tarash_gateway.plugin import Asset, Flow, Generated, hookimpl, wire

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
            expires_at=signed_until(url),
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


def signed_until(url: str) -> datetime | None:
    """Return when a signed address ends, as its query says (AWS signature version 4), or None."""
    try:
        query = parse_qs(urlsplit(url).query)
        signed, seconds = query.get("X-Amz-Date", [""])[0], query.get("X-Amz-Expires", [""])[0]
        moment = datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return moment + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        return None
