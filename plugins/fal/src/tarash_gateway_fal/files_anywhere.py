"""Finds the files of an output whose members have no usual names: workflows, graphs, and models that have no row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import cast
from urllib.parse import urlsplit

from tarash.tarash_gateway.plugin import Asset, wire

ADDRESSES = ("https://", "http://", "data:")
"""How the address of a file begins; a model asked to answer synchronously gives the file itself."""

KINDS = ("thumbnail", "video", "image", "audio")
"""What a member's name may contain: "generated_image", "video_url"; the first match counts."""
SUFFIXES: Mapping[str, str] = {
    ".mp4": "video", ".webm": "video", ".mov": "video", ".mkv": "video", ".gif": "video",
    ".png": "image", ".jpg": "image", ".jpeg": "image", ".webp": "image", ".avif": "image", ".svg": "image",
    ".mp3": "audio", ".wav": "audio", ".flac": "audio", ".ogg": "audio", ".m4a": "audio",
}  # fmt: skip
PLAIN_NAMES = re.compile(
    r"(?:(?:url|output|result|file|generated|content|data|media|asset|download)s?(?:_urls?)?|[0-9]*)$"
)
"""Names that say nothing of a file's kind: it counts as what was asked for."""
NOT_OUTPUTS = re.compile(
    r"^(?:inputs?|request|logs?|prompt|debug.*|webhook.*|(?:response|status|cancel|queue)_url)$"
)
"""Members that repeat what was sent, or lead elsewhere."""


def files_anywhere(body: Mapping[str, object], modality: str) -> list[Asset]:
    """Return every file in an output, at any depth, those of the modality first."""
    found: dict[str | None, Asset] = {}
    for asset in _files(body, "", modality):
        found.setdefault(asset.url, asset)
    return sorted(found.values(), key=lambda asset: asset.kind != modality)


def _files(value: object, name: str, modality: str) -> Iterator[Asset]:
    if isinstance(value, str):
        asset = _file(value, name, {}, modality)
        if asset is not None:
            yield asset
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _files(item, name, modality)
    elif isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        own = None if (url := wire.text(members, "url")) is None else _file(url, name, members, modality)
        if own is not None:
            yield own
        for inner, item in members.items():
            if not NOT_OUTPUTS.match(inner) and not (inner == "url" and own is not None):
                # a plain name says less than the one above it: images → 0 → url
                yield from _files(item, name if name and PLAIN_NAMES.match(inner) else inner, modality)


def _file(url: str, name: str, entry: Mapping[str, object], modality: str) -> Asset | None:
    if not url.startswith(ADDRESSES):
        return None
    kind = _kind(url, name.lower(), wire.text(entry, "content_type") or "", modality)
    if kind is None:
        return None
    return Asset(
        kind=kind,
        url=url,
        content_type=wire.text(entry, "content_type"),
        size_bytes=wire.integer(entry, "file_size"),
        width=wire.integer(entry, "width"),
        height=wire.integer(entry, "height"),
        duration_seconds=wire.number(entry, "duration"),
    )


def _kind(url: str, name: str, content_type: str, modality: str) -> str | None:
    """Return what a file is, or None for an address that leads to no output, such as a page of terms."""
    told = url[len("data:") :] if url.startswith("data:") else content_type
    family = told.partition("/")[0]
    named = next((kind for kind in KINDS if kind in name), None)
    if named == "thumbnail" or family not in KINDS:
        family = ""
    try:
        suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    except ValueError:
        return None
    known = named if named == "thumbnail" else family or named or SUFFIXES.get(suffix)
    return known or (modality if PLAIN_NAMES.match(name) else None)
