"""Reads the local files among the inputs of a request; no other code does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias, cast

from ..exceptions import ValidationError
from .file_errors import os_reason
from .inputs import Media, from_bytes
from .permissions import Permissions, shortened
from .regular_files import open_regular

ReadPolicy: TypeAlias = Callable[[Path], bool]
"""Returns whether a file may be read, given its absolute path without symbolic links."""
_ALL_FILES = Permissions()


def read_file(
    media: Media, *, may_read: ReadPolicy | None = None, permissions: Permissions | None = None
) -> Media:
    """Return media with the content of its file; media that is not a file is returned unchanged.

    Args:
        media: any input.
        may_read: returns whether a file may be read; None allows all.
        permissions: which files a string may name; None allows all.

    Raises:
        ValidationError: the file may not be read, is missing, empty, not a regular file, or not of a known format.
    """
    if media.path is None:
        return media
    path = _resolved(media, permissions or _ALL_FILES)
    if may_read is not None and not may_read(path):
        raise ValidationError(f"media file {str(media.path)!r} may not be read here; pass a URL or the bytes")
    try:
        source, size_bytes = open_regular(path, follow_links=False)
        with source:
            # no more than its size: a file may grow while it is read
            content = source.read(size_bytes)
    except (OSError, ValueError) as error:
        # ValueError: no file has such a name
        raise _unreadable(media, error) from error
    return from_bytes(content, filename=media.filename)


def _resolved(media: Media, permissions: Permissions) -> Path:
    path = cast("Path", media.path)
    try:
        if media.is_named_by_text:
            return permissions.require_named(str(path), path)
        return path.expanduser().resolve()
    except ValidationError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        # RuntimeError: a link to itself, or the home directory of an unknown user
        raise _unreadable(media, error) from error


def _unreadable(media: Media, error: Exception) -> ValidationError:
    reason = os_reason(error)
    if media.is_named_by_text:
        return ValidationError(
            f"media {shortened(str(media.path))} is not a URL, an existing file or recognised base64: {reason}; check the path"
        )
    return ValidationError(f"media file {str(media.path)!r} cannot be read: {reason}; check the path")
