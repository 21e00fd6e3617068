"""Opens regular local files for reading; reading a device or a pipe may never end, or ignore a deadline."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: Path, *, follow_links: bool = True) -> tuple[BinaryIO, int]:
    """Open a regular file, and return it with its size in bytes.

    Args:
        path: the file.
        follow_links: False refuses a symbolic link in place of the file; for a path without links, which was checked.

    Raises:
        OSError: it cannot be opened, or is a folder, a device, a pipe or a socket.
    """
    # checked before opening: opening some devices has effects
    _require_regular(path.stat().st_mode)
    no_links = 0 if follow_links else getattr(os, "O_NOFOLLOW", 0)
    # opening must not wait if a pipe has replaced the file meanwhile
    descriptor = os.open(
        path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | no_links
    )
    try:
        found = os.fstat(descriptor)
        _require_regular(found.st_mode)
        return os.fdopen(descriptor, "rb"), found.st_size
    except BaseException:
        os.close(descriptor)
        raise


def _require_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(None, "it is not a regular file")
