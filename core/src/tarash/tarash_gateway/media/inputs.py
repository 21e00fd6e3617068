"""Turns every accepted form of an input image, video or sound into `Media`."""

from __future__ import annotations

import binascii
import contextlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol, cast
from urllib.parse import urlsplit

from ..exceptions import ValidationError
from .base64_text import base64_beginning, decode_base64, decode_data_url, encode_base64, is_data_url
from .file_urls import path_of_file_url
from .kinds import (
    content_type_of_name,
    document_in_place_of_media,
    extension_for,
    plain_content_type,
    sniff_content_type,
)
from .permissions import shortened

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+._-]{1,20}://")
_HEAD_CHARACTERS = 2048
"""Characters of a string that are decoded to see whether it is base64 of media."""
_LONGEST_PATH = 4096
"""In characters; a longer text is never looked up on disk."""


class ReadableBinary(Protocol):
    """A file object opened for reading bytes."""

    def read(self) -> bytes: ...


class Picture(Protocol):
    """A picture in memory that can write itself to a file, such as a Pillow image."""

    @property
    def size(self) -> tuple[int, int]: ...
    def save(self, fp: IO[bytes], format: str | None = None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """An image, video or sound: a URL that the provider can fetch, bytes, or a local file that is not read yet.

    Attributes:
        url: http(s) URL, or a provider's own URI such as `gs://…`; else None.
        content: the bytes; else None.
        content_type: registered media type such as `image/png` (`image/jpg` becomes `image/jpeg`); guessed from the suffix for a
            URL or a file, "" if unknown.
        filename: name for uploads, with an extension.
        path: local file that is not read yet; else None. `read_media` replaces it with its content before anything is sent.
        is_named_by_text: whether the path was given as a string, which may come from a stranger; `Gateway(local_files=…)` decides
            whether such a file is read.
    """

    url: str | None = None
    content: bytes | None = field(default=None, repr=False)
    content_type: str = ""
    filename: str = "media"
    path: Path | None = None
    is_named_by_text: bool = False

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
        return encode_base64(self.content or b"")

    def as_data_uri(self) -> str:
        """Return a `data:` URI; only for media with `content`.

        Raises:
            ValidationError: the file has not been read.
        """
        return f"data:{self.content_type};base64,{self.as_base64()}"

    def as_text(self) -> str:
        """Return a string that `to_media` accepts: the URL, a `data:` URI of the bytes, or a `file:` URL."""
        if self.url is not None:
            return self.url
        return self.as_data_uri() if self.path is None else _expanded(self.path).absolute().as_uri()

    def summary(self) -> str:
        """Return a short text for plans, messages and logs, without the content and without the signature of a URL."""
        if self.url is not None:
            return _without_credentials(self.url)
        if self.path is not None:
            return f"<{self.content_type or 'media'}, file {self.filename}>"
        return f"<{self.content_type or 'media'}, {len(self.content or b'')} bytes>"


def _without_credentials(url: str) -> str:
    """Return the URL without its query, which may be a signature, and without a user name and password."""
    address, mark, _ = url.partition("?")
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}{'?…' if mark else ''}"


def to_media(value: object) -> Media:
    """Turn any accepted form into `Media`; bytes and file objects are read now, paths later, by `read_media`.

    Args:
        value: `Media`, URL, `data:` URL, base64 text, path (`pathlib.Path`, `file:` URL, or any other text), bytes, a binary file
            object, a Pillow image, or a mapping `{"content": bytes, "content_type": str}`.

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
    if callable(getattr(value, "save", None)) and hasattr(value, "size"):
        return from_bytes(_encoded(cast("Picture", value)), filename="picture.png")
    raise ValidationError(
        f"media cannot be {type(value).__name__}; pass a URL, a path, bytes, base64 text, a data: URL, a binary file object or a "
        "Pillow image"
    )


def from_bytes(content: bytes, *, content_type: str = "", filename: str = "media") -> Media:
    """Turn bytes into `Media`; the media type comes from the first bytes, else from `content_type`, else from the file's suffix.

    Raises:
        ValidationError: there are no bytes, or their format is unknown.
    """
    if not content:
        raise ValidationError(f"{filename!r} is empty (0 bytes); pass the image or video itself")
    document = document_in_place_of_media(content)
    if document is not None:
        raise ValidationError(
            f"{filename!r} ({len(content)} bytes) is {document}, not media; pass the image or video itself"
        )
    kind = sniff_content_type(content) or plain_content_type(content_type) or content_type_of_name(filename)
    if not kind:
        raise ValidationError(
            f"the format of {filename!r} ({len(content)} bytes) is not recognised; use PNG, JPEG, WebP, GIF, MP4, MOV or WebM"
        )
    name = filename if Path(filename).suffix else filename + extension_for(kind)
    return Media(content=content, content_type=kind, filename=name)


def _encoded(picture: Picture) -> bytes:
    """Return a picture as PNG, which loses nothing."""
    written = io.BytesIO()
    try:
        picture.save(written, format="PNG")
    except (OSError, ValueError, TypeError) as error:
        raise ValidationError(
            f"the picture given as {type(picture).__name__} cannot be written as PNG: {error}; convert it to RGB first"
        ) from error
    return written.getvalue()


def _read_object(value: ReadableBinary) -> object:
    try:
        return value.read()
    except (OSError, ValueError) as error:
        raise ValidationError(
            f"media given as {type(value).__name__} cannot be read: {error}; open it in binary mode for reading"
        ) from error


def _from_text(text: str) -> Media:
    # a string that was copied, or read from a file, may end with a line break
    trimmed = text.strip() if len(text) <= _LONGEST_PATH else text
    if is_data_url(trimmed):
        return _from_data_uri(trimmed)
    if _SCHEME.match(trimmed):
        return _from_url(trimmed)
    content = _base64_media(text)
    if content is not None:
        return from_bytes(content)
    if _may_be_path(text):
        # whether the file exists is not checked here: only the gateway knows whether the text may name one
        return _from_path(Path(text), is_named_by_text=True)
    raise ValidationError(
        f"media {shortened(text)} is not a URL, an existing file or recognised base64; check the path"
    )


def _from_url(text: str) -> Media:
    try:
        text.encode()  # a lone surrogate cannot be sent
        parts = urlsplit(text)
    except ValueError as error:
        raise ValidationError(f"media {text[:80]!r} is not a valid URL: {error}") from error
    if parts.scheme.lower() == "file":
        return _from_path(path_of_file_url(text), is_named_by_text=True)
    name = Path(parts.path).name or "media"
    return Media(url=text, content_type=content_type_of_name(name), filename=name)


def _may_be_path(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_PATH and "\x00" not in text


def _base64_media(text: str) -> bytes | None:
    """Decode base64 in any common form; None unless the bytes are media."""
    if len(text) < 16:
        return None
    # do not decode the whole of a long text that is something else
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


def _expanded(path: Path) -> Path:
    # the home directory of an unknown user: `read_file` reports it
    with contextlib.suppress(RuntimeError):
        return path.expanduser()
    return path


def _from_path(path: Path, *, is_named_by_text: bool = False) -> Media:
    return Media(
        path=path,
        content_type=content_type_of_name(path.name),
        filename=path.name or "media",
        is_named_by_text=is_named_by_text,
    )
