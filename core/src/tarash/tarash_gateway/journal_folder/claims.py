"""Locks for all processes of a machine; the operating system releases them when their holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

_held: dict[str, list[int]] = {}
"""By path, the file descriptor of each lock that this process holds; an empty list while it is taken or released.

Only operations that cannot be interrupted change it. A lock around them could be held by the code that the garbage collector or a
fork interrupts.
"""


def claim(path: Path) -> bool:
    """Lock a file, and create it if necessary; return False if it is already locked, by this or another process.

    Raises:
        OSError: the file cannot be created, or its file system does not support locks.
    """
    mine: list[int] = []
    if _held.setdefault(str(path), mine) is not mine:
        # asked here first: on network file systems, a process does not notice its own locks
        return False
    try:
        while not mine:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
            try:
                if not _lock(descriptor):
                    return False
                if sys.platform == "win32" or _is_still_at(path, descriptor):
                    mine.append(descriptor)
                # else its last holder removed it after we opened it and before we locked it; Windows removes no open file
            finally:
                if not mine:
                    os.close(descriptor)
    finally:
        if not mine:
            _held.pop(str(path), None)
    return True


def release(path: Path) -> None:
    """Unlock a file and remove it; do nothing if this process does not hold the lock."""
    try:
        # of several threads, one gets it
        descriptor = _held[str(path)].pop()
    except LookupError:
        return
    try:
        # removed while locked, so that no process locks a file that is about to be removed; Windows removes only closed files
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(descriptor)
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                path.unlink()
    finally:
        _held.pop(str(path), None)


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        # another holds it: the former elsewhere, the latter on Windows
        return False
    return True


def _is_still_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _let_go_after_fork() -> None:
    """Close the inherited descriptors in a forked child: the locks belong to its parent, and would outlive it."""
    for descriptors in _held.values():
        for descriptor in descriptors:
            os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_after_fork)
