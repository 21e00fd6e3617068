"""Judges what was downloaded: whether it is media of the expected kind, and whether its end is missing."""

from __future__ import annotations

from .kinds import document_in_place_of_media, plain_content_type, sniff_content_type

MEDIA_KINDS = frozenset({"video", "image", "audio", "thumbnail"})
END_BYTES = 4096
"""So many last bytes tell whether a picture is complete."""
_SHOWN_BYTES = 60
# pictures that move, and sound or pictures in a container of video, are what some models call a video
_MOVING = frozenset({"image/gif", "image/webp", "image/avif", "image/heic-sequence", "image/heif-sequence"})
_ENDS = {"image/png": b"IEND\xaeB`\x82", "image/jpeg": b"\xff\xd9"}


def why_not_media(head: bytes, kind: str, content_type: str | None) -> str | None:
    """Return what a file is in place of the expected media, or None where it may be that.

    Args:
        head: the first bytes; at least `kinds.HEAD_BYTES` of a longer file.
        kind: what is expected: "video", "image", "audio", "thumbnail"; anything passes under other words.
        content_type: as the server declares it.
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
        return f"it is a picture ({found}), not a video"
    if wanted == "image" and family == "audio":
        return f"it is sound ({found}), not a picture"
    return None


def is_cut_short(head: bytes, end: bytes, size_bytes: int) -> bool:
    """Return whether the format shows that bytes are missing at the end; False where it does not show.

    Args:
        head: the first bytes.
        end: the last `END_BYTES`.
        size_bytes: of the whole file.
    """
    found = sniff_content_type(head)
    if found in _ENDS:
        return _ENDS[found] not in end
    if head[:4] == b"RIFF":
        return int.from_bytes(head[4:8], "little") + 8 > size_bytes
    if head[4:8] == b"ftyp":
        return _boxes_are_cut(head, size_bytes)
    return False


def _boxes_are_cut(head: bytes, size_bytes: int) -> bool:
    """Return whether the boxes that begin within `head` (ISO/IEC 14496-12) reach beyond the end of the file."""
    at = 0
    while at + 16 <= len(head):
        size = int.from_bytes(head[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(head[at + 8 : at + 16], "big")
        if size < 8:
            # 0: to the end of the file, however long that is
            return False
        at += size
    return at > size_bytes


def _shown(head: bytes) -> str:
    return " ".join(head[:_SHOWN_BYTES].decode("utf-8", errors="replace").split())
