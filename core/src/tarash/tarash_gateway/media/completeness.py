"""Checks a downloaded file: whether it is media of the expected kind, and whether its end is missing."""

from __future__ import annotations

from .kinds import document_in_place_of_media, plain_content_type, sniff_content_type

MEDIA_KINDS = frozenset({"video", "image", "audio", "thumbnail"})
END_BYTES = 4096
"""Number of last bytes that are enough to see whether an image is complete."""
_SHOWN_BYTES = 60
# some models return animated images as videos
_MOVING = frozenset({"image/gif", "image/webp", "image/avif", "image/heic-sequence", "image/heif-sequence"})
_ENDS = {"image/png": b"IEND\xaeB`\x82", "image/jpeg": b"\xff\xd9"}


def why_not_media(head: bytes, kind: str, content_type: str | None) -> str | None:
    """Return why a file is not the expected media, or None if it may be.

    Args:
        head: the first bytes; at least `kinds.HEAD_BYTES` of a longer file.
        kind: the expected kind: "video", "image", "audio" or "thumbnail"; for other kinds, any file is accepted.
        content_type: media type that the server declares, or None.
    """
    if not head:
        return "it is empty (0 bytes)"
    if kind not in MEDIA_KINDS:
        return None
    document = document_in_place_of_media(head)
    if document is not None:
        return f"it is {document} ({_shown(head)!r})"
    found = sniff_content_type(head)
    if found is None:
        declared = plain_content_type(content_type)
        is_text = declared.startswith("text/") or declared in ("application/json", "application/xml")
        return f"it is {declared} ({_shown(head)!r})" if is_text else None
    family = found.partition("/")[0]
    wanted = "image" if kind == "thumbnail" else kind
    if wanted == "video" and family == "image" and found not in _MOVING:
        return f"it is an image ({found}), not a video"
    if wanted == "image" and family == "audio":
        return f"it is sound ({found}), not an image"
    return None


def is_cut_short(head: bytes, end: bytes, size_bytes: int) -> bool:
    """Return whether the format shows that bytes are missing at the end; False if it cannot show that.

    Args:
        head: the first bytes.
        end: the last `END_BYTES` bytes.
        size_bytes: size of the whole file in bytes.
    """
    found = sniff_content_type(head)
    if found in _ENDS:
        return _ENDS[found] not in end
    return names_more_bytes(head, size_bytes)


def names_more_bytes(head: bytes, size_bytes: int) -> bool:
    """Return whether the lengths that the format itself names extend past the end of the file.

    Args:
        head: the first bytes.
        size_bytes: size of the whole file in bytes.
    """
    if head[:4] == b"RIFF":
        return int.from_bytes(head[4:8], "little") + 8 > size_bytes
    if head[4:8] == b"ftyp":
        return _boxes_are_cut(head, size_bytes)
    return False


def _boxes_are_cut(head: bytes, size_bytes: int) -> bool:
    """Return whether the boxes that begin in `head` (ISO/IEC 14496-12) extend past the end of the file."""
    at = 0
    while at + 16 <= len(head):
        size = int.from_bytes(head[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(head[at + 8 : at + 16], "big")
        if size < 8:
            # 0 means to the end of the file
            return False
        at += size
    return at > size_bytes


def _shown(head: bytes) -> str:
    return " ".join(head[:_SHOWN_BYTES].decode("utf-8", errors="replace").split())
