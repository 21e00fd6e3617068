"""Forgets ended jobs that are too old or too many, and deletes what crashes left behind in a journal's folder."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from .files import PART_NAME

ENDED_SECONDS = 30 * 24 * 3600.0
"""How long ended jobs are kept, in seconds: 30 days."""
LEFTOVER_SECONDS = 24 * 3600.0
"""Age in seconds from which unfinished files count as left behind by a crash."""

JOB_ID = re.compile(r"[0-9a-f]{32}")
_ENTRY = re.compile(rf"{JOB_ID.pattern}\.json")


def prune(journal: Path, *, ended_kept: int) -> None:
    """Delete ended jobs that are too old or too many, and files that crashes left behind.

    Args:
        journal: the folder of the journal.
        ended_kept: number of ended jobs to keep; the latest ones.
    """
    # by their names: the user may keep files of their own in the folder
    now = time.time()
    ended = journal / "ended"
    # a clock that was set back left files of the future, which must not crowd out those of today
    latest = sorted(_times(ended, _ENTRY), key=lambda found: (found[0] <= now + 60.0, found), reverse=True)
    for position, (modified, path) in enumerate(latest):
        if position >= ended_kept or modified < now - ENDED_SECONDS:
            path.unlink(missing_ok=True)
    for modified, path in (*_times(journal, PART_NAME), *_times(ended, PART_NAME)):
        if modified < now - LEFTOVER_SECONDS:
            path.unlink(missing_ok=True)
    for modified, path in _times(journal / "media", JOB_ID):
        if modified < now - LEFTOVER_SECONDS and not (journal / f"{path.name}.json").exists():
            shutil.rmtree(path, ignore_errors=True)


def _times(folder: Path, name: re.Pattern[str]) -> Iterator[tuple[float, Path]]:
    """Yield the entries of a folder that have such a name, each with the time of its last change in seconds."""
    try:
        found = [entry for entry in os.scandir(folder) if name.fullmatch(entry.name)]
    except OSError:
        return
    for entry in found:
        with contextlib.suppress(OSError):
            yield entry.stat(follow_symlinks=False).st_mtime, Path(entry.path)


__all__ = ["ENDED_SECONDS", "JOB_ID", "LEFTOVER_SECONDS", "prune"]
