"""Recognises the media type of bytes or of a file name, and names the usual extension of each type."""

from __future__ import annotations

import re
from pathlib import PurePath

HEAD_BYTES = 1024
"""Number of first bytes that are enough to recognise a media type."""

# First bytes of each format (offset, magic, media type), from the formats' own specifications; the first match counts.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xfa", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
    # QuickTime files from before 2001 have no "ftyp"
    (4, b"moov", "video/quicktime"),
    (4, b"mdat", "video/quicktime"),
    (4, b"wide", "video/quicktime"),
)
_RIFF_FORMS = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_EBML = b"\x1a\x45\xdf\xa3"
# An ISO base media file (ISO/IEC 14496-12) begins with a box "ftyp": its size, major brand, version, and compatible brands.
_ISO_BOX = b"ftyp"
_ISO_BRANDS = {
    # ISO/IEC 23008-12 (HEIF), Annex B: an image, or a sequence, coded with HEVC
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), "image/heic"),
    **dict.fromkeys((b"hevc", b"hevx", b"hevm", b"hevs"), "image/heic-sequence"),
    # AV1 Image File Format: one media type for images and sequences
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    b"mif1": "image/heif", b"mif2": "image/heif", b"msf1": "image/heif-sequence",
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "), "audio/mp4"),
    b"qt  ": "video/quicktime", b"crx ": "image/x-canon-cr3",
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"), "video/mp4"),
}  # fmt: skip
# brands that do not name the codec: an AVIF reader looks for its own among the compatible brands
_STRUCTURAL_BRANDS = frozenset({b"mif1", b"mif2", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_OTHER_ISO_BRAND = "video/mp4"

_BY_SUFFIX = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
    ".bmp": "image/bmp", ".avif": "image/avif", ".heic": "image/heic", ".heif": "image/heif", ".tif": "image/tiff",
    ".tiff": "image/tiff", ".svg": "image/svg+xml", ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime",
    ".webm": "video/webm", ".mkv": "video/x-matroska", ".avi": "video/x-msvideo", ".wav": "audio/wav", ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4", ".aac": "audio/aac", ".ogg": "audio/ogg", ".flac": "audio/flac",
}  # fmt: skip
_EXTENSIONS = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp",
    "image/avif": ".avif", "image/heic": ".heic", "image/heic-sequence": ".heics", "image/heif": ".heif",
    "image/heif-sequence": ".heifs", "image/tiff": ".tiff", "image/svg+xml": ".svg", "image/x-canon-cr3": ".cr3",
    "video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm", "video/x-matroska": ".mkv",
    "video/x-msvideo": ".avi", "video/3gpp": ".3gp", "video/3gpp2": ".3g2", "audio/wav": ".wav", "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/ogg": ".ogg", "audio/flac": ".flac",
}  # fmt: skip
_OTHER_NAMES = {
    "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "image/x-ms-bmp": "image/bmp",
    "image/x-bmp": "image/bmp", "image/svg": "image/svg+xml", "video/x-m4v": "video/mp4", "video/mov": "video/quicktime",
    "video/avi": "video/x-msvideo", "video/mkv": "video/x-matroska", "audio/mp3": "audio/mpeg", "audio/x-mp3": "audio/mpeg",
    "audio/wave": "audio/wav", "audio/x-wav": "audio/wav", "audio/vnd.wave": "audio/wav", "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4", "audio/x-aac": "audio/aac", "audio/x-flac": "audio/flac",
}  # fmt: skip
# types that servers send for unknown files
_SAYS_NOTHING = frozenset({"application/octet-stream", "binary/octet-stream", "application/binary"})
_SVG = re.compile(rb"(?:<\?xml[^>]*>|<!DOCTYPE svg[^>]*>|<!--.*?-->|\s)*<svg[\s>]", re.DOTALL | re.IGNORECASE)


def sniff_content_type(content: bytes) -> str | None:
    """Return the media type that the first bytes indicate, or None; `HEAD_BYTES` bytes are enough."""
    if content[4:8] == _ISO_BOX:
        return _iso_content_type(content)
    if content[:4] == b"RIFF":
        return _RIFF_FORMS.get(content[8:12])
    if content[:4] == _EBML:
        return "video/x-matroska" if b"matroska" in content[4:64] else "video/webm"
    # a text file may begin with "BM", too, but the four reserved bytes of a bitmap are zero
    if content[:2] == b"BM" and content[6:10] == bytes(4):
        return "image/bmp"
    for offset, magic, kind in _MAGIC:
        if content[offset : offset + len(magic)] == magic:
            return kind
    return "image/svg+xml" if _SVG.match(_text_start(content)) else None


def _iso_content_type(content: bytes) -> str:
    major = content[8:12]
    end = min(int.from_bytes(content[:4], "big"), len(content), HEAD_BYTES)
    compatible = [content[at : at + 4] for at in range(16, end - 3, 4)]
    if major in _STRUCTURAL_BRANDS and not _AVIF_BRANDS.isdisjoint(compatible):
        return "image/avif"
    for brand in (major, *compatible):
        if brand in _ISO_BRANDS:
            return _ISO_BRANDS[brand]
        if brand[:3] in (b"3gp", b"3g2"):
            return "video/3gpp" if brand[:3] == b"3gp" else "video/3gpp2"
    return _OTHER_ISO_BRAND


def document_in_place_of_media(content: bytes) -> str | None:
    """Return "HTML", "XML" or "JSON" if the content is such a document, which servers may send instead of a file; else None."""
    start = _text_start(content)
    if sniff_content_type(content) is not None:
        return None
    if start[:1] in (b"{", b"["):
        # no image or video format in use begins with a bracket
        return "JSON"
    if start[:5].lower() == b"<?xml":
        return "XML"
    if start[:1] == b"<" and re.match(rb"<[!?/A-Za-z]", start):
        return (
            "HTML"
            if re.match(rb"<(?:!doctype html|html|head|body|script)\b", start, re.IGNORECASE)
            else "XML"
        )
    return None


def _text_start(content: bytes) -> bytes:
    return content[:HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()


def plain_content_type(declared: str | None) -> str:
    """Return the registered form of a declared media type: lower case, without parameters, `image/jpg` as `image/jpeg`.

    Types that say nothing, such as `application/octet-stream`, become "".
    """
    plain = (declared or "").partition(";")[0].strip().lower()
    return "" if plain in _SAYS_NOTHING else _OTHER_NAMES.get(plain, plain)


def content_type_of_name(name: str) -> str:
    """Return the media type for the suffix of a file name; "" if unknown."""
    return _BY_SUFFIX.get(PurePath(name).suffix.lower(), "")


def extension_for(content_type: str) -> str:
    """Return the usual file extension of a media type, with its dot; `.bin` if unknown."""
    return _EXTENSIONS.get(plain_content_type(content_type), ".bin")
