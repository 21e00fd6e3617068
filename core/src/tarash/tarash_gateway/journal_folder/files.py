"""Writes private files atomically and durably, and reads regular files without blocking."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ..exceptions import ValidationError
from ..media.file_errors import os_reason
from ..media.replace_file import replace_file

PART_SUFFIX = ".part"
PART_NAME = re.compile(r"\.[0-9a-z_]{8,16}\.part")
"""The names that unfinished files have here."""


def make_folder(path: Path) -> Path:
    """Create a folder that only its owner can open, unless it exists; missing parents are created as usual."""
    if not path.is_dir():
        # each by itself, so that each name survives a power cut
        missing = [parent for parent in path.parents if not parent.exists()]
        for folder in reversed(missing):
            with _synced(folder.parent):
                folder.mkdir(exist_ok=True)
        with _synced(path.parent):
            path.mkdir(exist_ok=True, mode=0o700)
    return path


def write_whole(target: Path, content: bytes, *, is_durable: bool = True) -> None:
    """Write a file and replace an earlier one; a crash or a power cut leaves either the earlier one or the new one.

    Args:
        target: the file.
        content: what to write.
        is_durable: whether to wait until it is on the disk; without, a power cut may leave an empty file.

    Raises:
        OSError: the folder cannot be written to, or the disk is full; the earlier file is unchanged, and the error names the file.
    """
    try:
        with _synced(target.parent) if is_durable else contextlib.nullcontext():
            _write_and_replace(target, content, is_durable=is_durable)
    except OSError as error:
        # of a full disk, the system tells no name
        error.filename = error.filename or str(target)
        raise


def _write_and_replace(target: Path, content: bytes, *, is_durable: bool) -> None:
    # created with mode 0600: prompts and input media are private
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", suffix=PART_SUFFIX, delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(content)
            if is_durable:
                file.flush()
                _sync(file.fileno())
            # Windows moves no open file; closing may fail, too
            file.close()
            replace_file(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                # tries to write the rest once more
                file.close()
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise


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
    """Move a file within the same file system; do nothing if another process has just done so."""
    with _synced(source.parent), _synced(target.parent):
        try:
            replace_file(source, target)
        except FileNotFoundError:
            if not target.exists():
                raise


def json_files(folder: Path) -> list[Path]:
    """Return the files of a folder whose names end with `.json`, sorted; none if there is no folder.

    Raises:
        ValidationError: the folder cannot be read, so that nobody takes it for an empty one, as `Path.glob` does.
    """
    try:
        with os.scandir(folder) as found:
            return sorted(folder / entry.name for entry in found if entry.name.endswith(".json"))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ValidationError(
            f"the folder of jobs {folder} cannot be read: {os_reason(error)}; make it readable, or name another one"
        ) from error


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


@contextlib.contextmanager
def _synced(folder: Path) -> Iterator[None]:
    """Make the new names that a block gives in a folder survive a power cut.

    Whatever can fail fails before the block: an error after it would say that nothing was written.
    """
    # Windows cannot open folders; NTFS journals its names
    descriptor = None if sys.platform == "win32" else os.open(folder, os.O_RDONLY)
    try:
        yield
        if descriptor is not None:
            # some network file systems do not support it
            with contextlib.suppress(OSError):
                os.fsync(descriptor)
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)
