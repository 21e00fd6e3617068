"""Media as fields of pydantic models, and the reading of the files that a request names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias, TypeVar, cast

import pydantic

from ..media.file_urls import is_file_url
from ..media.inputs import Media, to_media
from ..media.permissions import Permissions
from ..media.reading import ReadPolicy, read_file

RequestT = TypeVar("RequestT", bound=pydantic.BaseModel)

_AS_TEXT = pydantic.PlainSerializer(
    lambda media: media.as_text() if isinstance(media, Media) else media, return_type=str
)

MediaField: TypeAlias = Annotated[Media, pydantic.PlainValidator(to_media), _AS_TEXT]
"""Media in any accepted form; a file is not read yet. In JSON it is a URL: the given one, `data:` or `file:`."""

ReadMediaField: TypeAlias = Annotated[
    Media, pydantic.PlainValidator(lambda value: read_file(to_media(value))), _AS_TEXT
]
"""Media in any accepted form; a file is read at once."""


_LARGE_BYTES = 256 * 1024


def is_large(request: object) -> bool:
    """Return whether a request, or its JSON form, holds media whose preparation would hold up an event loop.

    Files count whatever their size: the disk may be slow, too.
    """
    if isinstance(request, str):
        return len(request) > _LARGE_BYTES or is_file_url(request)
    if isinstance(request, Media):
        return request.path is not None or len(request.content or b"") > _LARGE_BYTES
    if isinstance(request, pydantic.BaseModel):
        # most fields of a request are empty
        return any(is_large(value) for value in vars(request).values() if value)
    if isinstance(request, Mapping):
        return any(map(is_large, cast("Mapping[str, object]", request).values()))
    return isinstance(request, tuple | list) and any(map(is_large, cast("list[object]", request)))


def read_media(
    request: RequestT, *, may_read: ReadPolicy | None = None, permissions: Permissions | None = None
) -> RequestT:
    """Return the request with the content of every file that it names; unchanged if it names none.

    Args:
        request: a request of any modality.
        may_read: returns whether a file may be read; given its absolute path without symbolic links. None allows all files.
        permissions: which files a string may name; None allows all.

    Raises:
        ValidationError: a file may not be read, is missing, empty, not a regular file, or not of a known format.
    """
    changes: dict[str, object] = {}
    for name, given in vars(request).items():
        if not given or isinstance(given, str | int | float):
            continue
        read = _with_content(given, may_read, permissions)
        if read is not given:
            changes[name] = read
    return request.model_copy(update=changes) if changes else request


def _with_content(value: object, may_read: ReadPolicy | None, permissions: Permissions | None) -> object:
    if isinstance(value, Media):
        return read_file(value, may_read=may_read, permissions=permissions)
    if isinstance(value, pydantic.BaseModel):
        return read_media(value, may_read=may_read, permissions=permissions)
    if isinstance(value, tuple):
        items = tuple(_with_content(item, may_read, permissions) for item in value)
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value
