"""Reads the output of a finished prediction, in any shape that a model's schema may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import cast
from urllib.parse import urlsplit

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    GenerationFailedError,
    hookimpl,
    link_expiry,
    to_media,
    web_url,
    wire,
)

from .routes import api

KIND_BY_SUFFIX: Mapping[str, str] = {
    ".mp4": "video", ".webm": "video", ".mov": "video", ".mkv": "video",
    ".png": "image", ".jpg": "image", ".jpeg": "image", ".webp": "image", ".svg": "image", ".avif": "image",
    ".mp3": "audio", ".wav": "audio", ".flac": "audio", ".ogg": "audio", ".m4a": "audio",
    ".json": "other", ".txt": "other", ".srt": "other", ".zip": "other",
}  # fmt: skip
"""Suffix → kind. A file with any other suffix, `.gif`, or none counts as what was asked for."""
MOVING_SUFFIXES = frozenset({".webp", ".avif"})
MOVING_TYPES = frozenset({"image/webp", "image/avif", "image/gif"})
KIND_BY_MEMBER: Mapping[str, str] = {
    "video": "video",
    "image": "image",
    "audio": "audio",
    "thumbnail": "thumbnail",
    "cover": "thumbnail",
}
# of predictions made through the API (Replicate documentation, data retention)
LINK_LIFETIME = timedelta(hours=1)


@hookimpl
def tarash_normalize(call: Call, raw: object) -> Flow[Generated]:
    """List the files of a prediction, those of the modality first.

    Raises:
        GenerationFailedError: Replicate has deleted the output.
    """
    yield from ()  # the prediction carries its output: there is nothing to fetch
    if wire.member(raw, "data_removed") is True and wire.member(raw, "output") is None:
        raise GenerationFailedError(
            "the output was deleted: Replicate keeps it for about an hour; save results at once",
            request_id=wire.identifier(raw, "id"),
            raw_response=raw,
        )
    ended = wire.moment(raw, "completed_at")
    assets = [
        asset
        for member, text in _texts(wire.member(raw, "output"))
        if (asset := _asset(call, member, text, ended)) is not None
    ]
    if call.modality == "video" and not any(asset.kind == "video" for asset in assets):
        # models for animated images return a WebP and no other clip
        assets = [replace(asset, kind="video") if _may_move(asset) else asset for asset in assets]
    assets.sort(key=lambda asset: asset.kind != call.modality)
    return Generated(assets=tuple(assets), raw=raw)


def _texts(output: object, member: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in an output (a string, a list, an object, nested) with the name of its member."""
    if isinstance(output, str):
        yield member, output
    elif isinstance(output, list):
        for item in cast("list[object]", output):
            yield from _texts(item, member)
    elif isinstance(output, Mapping):
        for name, value in cast("Mapping[str, object]", output).items():
            yield from _texts(value, name)


def _asset(call: Call, member: str, text: str, ended: datetime | None) -> Asset | None:
    """Return one file; None for a string that does not name one, such as the answer of a language model."""
    if text.startswith("data:"):
        return _inline(call, text)
    url = web_url(text)
    if url is None:
        return None
    try:
        suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    except ValueError:
        return None
    kind = KIND_BY_MEMBER.get(member) or KIND_BY_SUFFIX.get(suffix, call.modality)
    expires_at = link_expiry(url, made_at=ended, lifetime=LINK_LIFETIME)
    own = api(call)
    if url.startswith(f"{own.base_url}/files/"):
        # files of the files API can be read with the owner's key only
        return Asset(kind=kind, download=own.request("GET", url), expires_at=expires_at)
    return Asset(kind=kind, url=url, expires_at=expires_at)


def _inline(call: Call, text: str) -> Asset | None:
    try:
        media = to_media(text)
    except ValueError:
        return None
    family = media.content_type.partition("/")[0]
    kind = family if family in ("video", "image", "audio") else call.modality
    return Asset(kind=kind, content=media.content, content_type=media.content_type)


def _may_move(asset: Asset) -> bool:
    """Return whether a picture is in a format that holds animations, too."""
    if asset.kind != "image":
        return False
    if asset.content_type is not None:
        return asset.content_type in MOVING_TYPES
    address = asset.url or (asset.download.url if asset.download is not None else "")
    return PurePosixPath(urlsplit(address).path).suffix.lower() in MOVING_SUFFIXES
