"""Turns every accepted form of an input image, video or sound into `Media`."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast
from urllib.parse import unquote, urlsplit

from ..exceptions import ValidationError
from .base64_text import base64_beginning, decode_base64, decode_data_url, is_data_url
from .kinds import (
    content_type_of_name,
    document_in_place_of_media,
    extension_for,
    plain_content_type,
    sniff_content_type,
)

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+._-]{1,20}://")
_HEAD_CHARACTERS = 2048
"""So much of a text is decoded to see whether it is base64 of media at all."""
_LONGEST_PATH = 4096
"""In characters; a longer text is never looked up on disk."""


class ReadableBinary(Protocol):
    """A file object opened for reading bytes."""

    def read(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Media:
    """An image, video or sound: a URL that the provider can fetch, bytes, or a local file that is not read yet.

    Attributes:
        url: http(s) URL, or a provider's own URI such as `gs://…`; None when given otherwise.
        content: the bytes; None when given otherwise.
        content_type: media type such as `image/png`, as it is registered (`image/jpg` becomes `image/jpeg`); for a URL or a file a
            guess from its suffix, else "".
        filename: a name for uploads, with an extension.
        path: a local file that nobody has read yet; None when given otherwise. `read_media` replaces it by its content before
            anything is sent.
    """

    url: str | None = None
    content: bytes | None = field(default=None, repr=False)
    content_type: str = ""
    filename: str = "media"
    path: Path | None = None

    def __post_init__(self) -> None:
        plain = plain_content_type(self.content_type)
        if plain != self.content_type:
            object.__setattr__(self, "content_type", plain)

    @property
    def is_url(self) -> bool:
        """Whether it is a URL rather than bytes or a file."""
        return self.url is not None

    def as_base64(self) -> str:
        """Return the bytes as base64, without a prefix; only for media with `content`.

        Raises:
            ValidationError: the file has not been read.
        """
        if self.path is not None:
            raise ValidationError(
                f"media file {str(self.path)!r} has not been read; pass the request through read_media first"
            )
        return base64.b64encode(self.content or b"").decode("ascii")

    def as_data_uri(self) -> str:
        """Return a `data:` URI; only for media with `content`.

        Raises:
            ValidationError: the file has not been read.
        """
        return f"data:{self.content_type};base64,{self.as_base64()}"

    def as_text(self) -> str:
        """Return a text that `to_media` accepts: the URL, a `data:` URI of the bytes, or a `file:` URL."""
        if self.url is not None:
            return self.url
        return self.as_data_uri() if self.path is None else self.path.absolute().as_uri()

    def summary(self) -> str:
        """Return a short text for plans, messages and logs, without the content, or what signs a URL."""
        if self.url is not None:
            return _without_credentials(self.url)
        if self.path is not None:
            return f"<{self.content_type or 'media'}, file {self.filename}>"
        return f"<{self.content_type or 'media'}, {len(self.content or b'')} bytes>"


def _without_credentials(url: str) -> str:
    """Return the URL without its query, which may be a signature, and without a user's name and password."""
    address, mark, _ = url.partition("?")
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}{'?…' if mark else ''}"


def to_media(value: object) -> Media:
    """Turn any accepted form into `Media`; bytes and file objects are read now, paths later, by `read_media`.

    Args:
        value: `Media`, URL, `data:` URL, base64 text, path (`pathlib.Path`, `file:` URL, or the text of an existing path), bytes,
            a binary file object, or a mapping `{"content": bytes, "content_type": str}`.

    Raises:
        ValidationError: the value has another form, is empty, or is not of a known format.
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
    if callable(getattr(value, "read", None)):
        content = _read_object(cast("ReadableBinary", value))
        if isinstance(content, bytes):
            name = getattr(value, "name", None)
            return from_bytes(content, filename=Path(name).name if isinstance(name, str) else "media")
    raise ValidationError(
        f"media cannot be {type(value).__name__}; pass a URL, a path, bytes, base64 text, a data: URL or a binary file object"
    )


def from_bytes(content: bytes, *, content_type: str = "", filename: str = "media") -> Media:
    """Make `Media` of bytes; their first bytes tell the media type, then what was declared, then the file's suffix.

    Raises:
        ValidationError: there are no bytes, or their format is unknown.
    """
    if not content:
        raise ValidationError("media is empty (0 bytes); give the image or video itself")
    document = document_in_place_of_media(content)
    if document is not None:
        raise ValidationError(
            f"{filename!r} ({len(content)} bytes) is {document}, not media; give the image or video itself"
        )
    kind = sniff_content_type(content) or plain_content_type(content_type) or content_type_of_name(filename)
    if not kind:
        raise ValidationError(
            f"the format of {filename!r} ({len(content)} bytes) is not recognised; use PNG, JPEG, WebP, GIF, MP4, MOV or WebM"
        )
    name = filename if Path(filename).suffix else filename + extension_for(kind)
    return Media(content=content, content_type=kind, filename=name)


def _read_object(value: ReadableBinary) -> object:
    try:
        return value.read()
    except (OSError, ValueError) as error:
        raise ValidationError(
            f"media given as {type(value).__name__} cannot be read: {error}; open it in binary mode for reading"
        ) from error


def _from_text(text: str) -> Media:
    # a text that was copied or read from a file ends with a line break
    trimmed = text.strip() if len(text) <= _LONGEST_PATH else text
    if is_data_url(trimmed):
        return _from_data_uri(trimmed)
    if _SCHEME.match(trimmed):
        return _from_url(trimmed)
    path = _existing_file(text)
    if path is not None:
        return _from_path(path)
    content = _base64_media(text)
    if content is not None:
        return from_bytes(content)
    shown = text if len(text) <= 80 else f"{text[:60]}… ({len(text)} characters)"
    raise ValidationError(
        f"media {shown!r} is not a URL, an existing file or recognised base64; check the path"
    )


def _from_url(text: str) -> Media:
    try:
        text.encode()  # a lone surrogate cannot be sent
        parts = urlsplit(text)
    except ValueError as error:
        raise ValidationError(f"media {text[:80]!r} is not a valid URL: {error}") from error
    if parts.scheme.lower() == "file":
        # a home directory is written as a host: file://~/lake.png
        home = parts.netloc if parts.netloc.startswith("~") else ""
        return _from_path(Path(home + unquote(parts.path)))
    name = Path(parts.path).name or "media"
    return Media(url=text, content_type=content_type_of_name(name), filename=name)


def _existing_file(text: str) -> Path | None:
    """Return the path that a text names, if such a file exists: only that distinguishes a path from base64."""
    if not 0 < len(text) <= _LONGEST_PATH:
        return None
    try:
        path = Path(text).expanduser()
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError):
        # no file has such a name: it is too long, or has a NUL, a lone surrogate or an unknown user's home
        return None


def _base64_media(text: str) -> bytes | None:
    """Return the bytes behind base64 text, however it is written; None unless they are media."""
    if len(text) < 16:
        return None
    # a long text that is something else is not decoded whole
    if sniff_content_type(base64_beginning(text, _HEAD_CHARACTERS)) is None:
        return None
    try:
        return decode_base64(text)
    except ValueError:
        return None


def _from_data_uri(text: str) -> Media:
    try:
        content, declared = decode_data_url(text)
    except (UnicodeError, binascii.Error) as error:
        raise ValidationError(
            "data: URL has content that is not valid base64 or percent-encoding; encode the bytes again"
        ) from error
    except ValueError as error:
        raise ValidationError(str(error)) from error
    return from_bytes(content, content_type=declared)


def _from_path(path: Path) -> Media:
    # the home directory of an unknown user: `read_file` reports it
    with contextlib.suppress(RuntimeError):
        path = path.expanduser()
    return Media(path=path, content_type=content_type_of_name(path.name), filename=path.name or "media")
