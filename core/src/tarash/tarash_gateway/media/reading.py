"""Reads the local files among the inputs of a request; no other code does."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from ..exceptions import ValidationError
from .inputs import Media, from_bytes

ReadPolicy: TypeAlias = Callable[[Path], bool]
"""Returns whether a file may be read, given its absolute path without symbolic links."""


def read_file(media: Media, *, may_read: ReadPolicy | None = None) -> Media:
    """Return media with the content of its file; media that is not a file is returned unchanged.

    Args:
        media: any input.
        may_read: returns whether a file may be read; None allows all.

    Raises:
        ValidationError: the file may not be read, is missing, empty, not a regular file, or not of a known format.
    """
    if media.path is None:
        return media
    path = _resolved(media.path)
    if may_read is not None and not may_read(path):
        raise ValidationError(f"media file {str(media.path)!r} may not be read here; pass a URL or the bytes")
    try:
        # reading a device or a pipe may never end
        if not stat.S_ISREG(path.stat().st_mode):
            raise _unreadable(media.path, "it is not a regular file")
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(media.path, error.strerror or str(error)) from error
    return from_bytes(content, filename=media.filename)


def _resolved(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except (OSError, ValueError, RuntimeError) as error:
        # RuntimeError: a link to itself, or the home directory of an unknown user
        raise _unreadable(path, getattr(error, "strerror", None) or str(error)) from error


def _unreadable(path: Path, reason: str) -> ValidationError:
    return ValidationError(f"media file {str(path)!r} cannot be read: {reason}; check the path")
