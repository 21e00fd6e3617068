"""Owns a look at every moment at which a process could die while it writes files, and lets any single operation fail."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

OWNERS = frozenset({"posix", "nt", "io", "_io", "BufferedWriter", "FileIO"})
OPERATIONS = frozenset(
    ["open", "fsync", "rename", "replace", "link", "unlink", "remove", "mkdir", "rmdir", "write", "flush"]
)


class WatchedDisk:
    """Calls a function before each operation that may change a file, and counts them.

    Args:
        before: called with the number of the operation, from 0; what it raises, the operation raises, and is watched no more.
    """

    def __init__(self, before: Callable[[int], object]) -> None:
        self._before = before
        self.names: list[str] = []

    @contextmanager
    def watched(self) -> Iterator[None]:
        earlier = sys.getprofile()
        sys.setprofile(self._look)
        try:
            yield
        finally:
            sys.setprofile(earlier)

    def _look(self, _frame: FrameType, event: str, function: Any) -> None:
        if event != "c_call" or getattr(function, "__name__", "") not in OPERATIONS:
            return
        owner = function.__module__ or type(getattr(function, "__self__", None)).__name__
        if owner in OWNERS:
            self.names.append(function.__name__)
            self._before(len(self.names) - 1)


def copy_of(folder: Path, target: Path) -> Path:
    """Copy a folder as it is on the disk; what the process has not handed to the system yet is missing, as after its death."""
    if folder.exists():
        shutil.copytree(folder, target)
    else:
        target.mkdir()
    return target
