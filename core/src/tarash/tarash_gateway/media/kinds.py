"""Recognises the media type of bytes or of a file name, and names the usual extension of each type."""

from __future__ import annotations

from pathlib import PurePath

# First bytes of each format (offset, magic, media type), from the formats' own specifications; the first match counts.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
)
# An ISO base media file (ISO/IEC 14496-12) begins with a box "ftyp", whose first member is the major brand.
_ISO_BOX = b"ftyp"
_ISO_BRANDS = {b"avif": "image/avif", b"heic": "image/heic", b"qt  ": "video/quicktime"}
_OTHER_ISO_BRAND = "video/mp4"

_BY_SUFFIX = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
    ".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm", ".wav": "audio/wav", ".mp3": "audio/mpeg",
}  # fmt: skip
_EXTENSIONS = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp",
    "image/avif": ".avif", "image/heic": ".heic", "image/svg+xml": ".svg", "video/mp4": ".mp4",
    "video/quicktime": ".mov", "video/webm": ".webm", "audio/wav": ".wav", "audio/mpeg": ".mp3", "audio/ogg": ".ogg",
    "audio/flac": ".flac",
}  # fmt: skip


def sniff_content_type(content: bytes) -> str | None:
    """Return the media type that the first bytes indicate, or None."""
    if content[4:8] == _ISO_BOX:
        return _ISO_BRANDS.get(content[8:12], _OTHER_ISO_BRAND)
    for offset, magic, kind in _MAGIC:
        if content[offset : offset + len(magic)] == magic:
            return kind
    return None


def content_type_of_name(name: str) -> str:
    """Return the media type for the suffix of a file name; "" if unknown."""
    return _BY_SUFFIX.get(PurePath(name).suffix.lower(), "")


def extension_for(content_type: str) -> str:
    """Return the usual file extension of a media type, with its dot; `.bin` if unknown."""
    return _EXTENSIONS.get(content_type.split(";", maxsplit=1)[0].strip().lower(), ".bin")
