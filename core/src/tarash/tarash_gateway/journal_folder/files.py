"""Writes private files atomically and durably, and reads regular files without blocking."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import sys
import tempfile
from pathlib import Path

from ..exceptions import ValidationError
from ..media.file_errors import os_reason
from ..media.replace_file import replace_file

PART_SUFFIX = ".part"
PART_NAME = re.compile(r"\.[0-9a-z_]{8,16}\.part")
"""The names that unfinished files have here."""


def make_folder(path: Path) -> Path:
    """Create a folder that only its owner can open, unless it exists."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync_folder(path.parent)
    return path


def write_whole(target: Path, content: bytes, *, is_durable: bool = True) -> None:
    """Write a file and replace an earlier one; a crash or a power cut leaves either the earlier one or the new one.

    Args:
        target: the file.
        content: what to write.
        is_durable: whether to wait until it is on the disk; without, a power cut may leave an empty file.

    Raises:
        OSError: the folder cannot be written to, or the disk is full; the earlier file is unchanged.
    """
    # mkstemp creates it with mode 0600: prompts and input media are private
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=PART_SUFFIX)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if is_durable:
                file.flush()
                _sync(file.fileno())
        replace_file(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if is_durable:
        _sync_folder(target.parent)


def write_first(target: Path, content: bytes) -> None:
    """Write a file unless it exists; if several processes try, one succeeds."""
    made = target.with_name(f".{secrets.token_hex(8)}{PART_SUFFIX}")
    write_whole(made, content)
    try:
        # unlike renaming, linking fails if another process was first
        os.link(made, target)
    except FileExistsError:
        return
    except OSError:
        # a file system without links
        if not target.exists():
            made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def move(source: Path, target: Path) -> None:
    """Move a file within the same file system."""
    replace_file(source, target)
    _sync_folder(target.parent)
    _sync_folder(source.parent)


def read_regular(path: Path, *, max_bytes: int) -> bytes:
    """Return the content of a file.

    Raises:
        FileNotFoundError: there is none.
        ValidationError: it is a link, a pipe or a device, is too long, or cannot be read.
    """
    # O_NONBLOCK: opening a pipe must not wait for a writer
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValidationError(f"{path}: it cannot be read: {os_reason(error)}") from error
    try:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise ValidationError(f"{path}: it is not a regular file")
        if about.st_size > max_bytes:
            raise ValidationError(f"{path}: it has {about.st_size} bytes; at most {max_bytes} are read")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


def _sync(descriptor: int) -> None:
    """Wait until a file is on the disk."""
    if sys.platform == "darwin":
        import fcntl

        # on macOS, `fsync` leaves the file in the cache of the disk (fsync(2)); network file systems have nothing better
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def _sync_folder(path: Path) -> None:
    """Make a new name in a folder survive a power cut."""
    # Windows cannot open folders; NTFS journals its names
    if sys.platform != "win32":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            # some network file systems do not support it
            with contextlib.suppress(OSError):
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
