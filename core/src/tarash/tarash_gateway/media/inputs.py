"""Media that a caller hands in: whatever form it has, it becomes one `Media`."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from ..exceptions import ValidationError

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+._-]{1,20}://")
_BASE64 = re.compile(r"^[A-Za-z0-9+/_-]+={0,2}$")

# First bytes of each format (offset, magic, media type), from the formats' own specifications.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"fLaC", "audio/flac"),
)
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


class ReadableBinary(Protocol):
    """A file object opened for reading bytes."""

    def read(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Media:
    """An image, video or sound: either a URL the provider can fetch, or the bytes themselves.

    Attributes:
        url: http(s) URL, or a provider's own URI such as `gs://…`; None when `content` is given.
        content: the bytes; None when `url` is given.
        content_type: media type such as `image/png`; for a URL a guess from its suffix, else "".
        filename: a name for uploads, with an extension.
    """

    url: str | None = None
    content: bytes | None = field(default=None, repr=False)
    content_type: str = ""
    filename: str = "media"

    @property
    def is_url(self) -> bool:
        """Whether it is a URL rather than bytes."""
        return self.url is not None

    def as_base64(self) -> str:
        """Return the bytes as base64 without prefix; only for media with `content`."""
        return base64.b64encode(self.content or b"").decode("ascii")

    def as_data_uri(self) -> str:
        """Return a `data:` URI; only for media with `content`."""
        return f"data:{self.content_type};base64,{self.as_base64()}"

    def as_text(self) -> str:
        """Return the URL, or a `data:` URI of the bytes: what a saved job holds."""
        return self.url if self.url is not None else self.as_data_uri()

    def summary(self) -> str:
        """Return a short text for plans and logs, without the content."""
        if self.url is not None:
            return self.url
        return f"<{self.content_type or 'media'}, {len(self.content or b'')} bytes>"


def to_media(value: object) -> Media:
    """Turn any accepted form into `Media`; paths and file objects are read now, so that a wrong one fails before anything is sent.

    Args:
        value: `Media`, URL, `data:` URL, base64 text, path (str or `pathlib.Path`), bytes, a binary file object, or a mapping
            `{"content": bytes, "content_type": str}`.

    Raises:
        ValidationError: the value is none of these, or the file cannot be read.
    """
    if isinstance(value, Media):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return from_bytes(bytes(value))
    if isinstance(value, Path):
        return _from_path(value)
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        content = members.get("content")
        if isinstance(content, bytes):
            return from_bytes(content, content_type=str(members.get("content_type") or ""))
    read = getattr(value, "read", None)
    if callable(read):
        content = cast("ReadableBinary", value).read()
        if isinstance(content, bytes):
            name = getattr(value, "name", None)
            return from_bytes(content, filename=Path(name).name if isinstance(name, str) else "media")
    raise ValidationError(
        f"media given as {type(value).__name__}; use a URL, a path, bytes, base64 text, a data: URL or a binary file object"
    )


def from_bytes(content: bytes, *, content_type: str = "", filename: str = "media") -> Media:
    """Make `Media` of bytes; the media type is read from the first bytes unless given."""
    if not content:
        raise ValidationError("media is empty (0 bytes); give the image or video itself")
    kind = content_type or sniff_content_type(content) or _BY_SUFFIX.get(Path(filename).suffix.lower(), "")
    if not kind:
        raise ValidationError(
            f"the format of {filename!r} ({len(content)} bytes) is not recognised; use PNG, JPEG, WebP, GIF, MP4, MOV or WebM"
        )
    name = filename if Path(filename).suffix else filename + extension_for(kind)
    return Media(content=content, content_type=kind, filename=name)


def sniff_content_type(content: bytes) -> str | None:
    """Return the media type that the first bytes show, or None."""
    for offset, magic, kind in _MAGIC:
        if content[offset : offset + len(magic)] == magic:
            return kind
    return None


def extension_for(content_type: str) -> str:
    """Return the usual file extension, dot included, of a media type; `.bin` when unknown."""
    return _EXTENSIONS.get(content_type.split(";", maxsplit=1)[0].strip().lower(), ".bin")


def _from_text(text: str) -> Media:
    if text.startswith("data:"):
        return _from_data_uri(text)
    if text.startswith("file://"):
        return _from_path(Path(unquote(urlsplit(text).path)))
    if _SCHEME.match(text):
        name = Path(urlsplit(text).path).name or "media"
        return Media(url=text, content_type=_BY_SUFFIX.get(Path(name).suffix.lower(), ""), filename=name)
    if len(text) < 1024 and Path(text).is_file():
        return _from_path(Path(text))
    if len(text) >= 16 and _BASE64.match(text):
        try:
            content = base64.b64decode(
                text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True
            )
        except (ValueError, binascii.Error):
            content = b""
        if sniff_content_type(content):
            return from_bytes(content)
    shown = text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"
    raise ValidationError(
        f"media {shown!r} is no URL, no existing file and no base64 of a known format; check the path"
    )


def _from_data_uri(text: str) -> Media:
    head, comma, body = text[5:].partition(",")
    if not comma:
        raise ValidationError("data: URL without a comma; the form is data:<media type>;base64,<content>")
    kind = head.split(";")[0]
    if not head.endswith(";base64"):
        return from_bytes(unquote_to_bytes(body), content_type=kind)
    try:
        return from_bytes(base64.b64decode(body, validate=True), content_type=kind)
    except binascii.Error as error:
        raise ValidationError(
            "data: URL whose content is not valid base64; encode the bytes again"
        ) from error


def _from_path(path: Path) -> Media:
    try:
        content = path.expanduser().read_bytes()
    except OSError as error:
        raise ValidationError(
            f"media file {str(path)!r} cannot be read: {error.strerror or error}"
        ) from error
    return from_bytes(content, filename=path.name)
