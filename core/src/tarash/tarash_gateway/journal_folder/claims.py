"""Locks for all processes of a machine; the operating system releases them when their holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path

_held: dict[Path, int] = {}
"""The file descriptors of the locks that this process holds."""
_guard = threading.Lock()


def claim(path: Path) -> bool:
    """Lock a file, and create it if necessary; return False if it is already locked, by this or another process.

    Raises:
        OSError: the file cannot be created, or its file system does not support locks.
    """
    with _guard:
        if path in _held:
            return False
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
            if not _lock(descriptor):
                os.close(descriptor)
                return False
            if _is_still_at(path, descriptor):
                _held[path] = descriptor
                return True
            # its last holder removed it after we opened it and before we locked it
            os.close(descriptor)


def release(path: Path) -> None:
    """Unlock a file and remove it; do nothing if this process does not hold the lock."""
    with _guard:
        descriptor = _held.pop(path, None)
        if descriptor is None:
            return
        # removed while locked, so that no process locks a file that is about to be removed; Windows removes only closed files
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(descriptor)
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                path.unlink()


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _let_go_after_fork() -> None:
    """Close the inherited descriptors in a forked child: the locks belong to its parent, and would outlive it."""
    global _guard
    _guard = threading.Lock()
    for descriptor in _held.values():
        os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_after_fork)
