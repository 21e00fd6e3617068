"""Keeps the unfinished renders of this process. A render that another process began is started again from its description."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from .spec import VideoSpec
from .video_render import VideoRender


@dataclass(slots=True)
class _Entry:
    render: VideoRender
    # an abandoned worker thread may still be drawing when the cancel comes
    lock: threading.Lock = field(default_factory=threading.Lock)
    abandoned: bool = False


class Renders:
    """Every unfinished render by the path of its video."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[Path, _Entry] = {}
        self._cancelled: set[Path] = set()
        self._of_parent: list[_Entry] = []

    def advance(self, path: Path, spec: VideoSpec, budget_seconds: float) -> float | None:
        """Draw for about `budget_seconds` and return the fraction done, 0.0–1.0; at 1.0, the video is at `path`.

        Returns:
            None if the render was cancelled: a poll must not begin it again.
        """
        with self._lock:
            if path in self._cancelled:
                return None
            entry = self._entries.get(path)
            if entry is None:
                if path.exists():
                    return 1.0
                # the folder was there at the start, but may have been cleaned since
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                entry = self._entries[path] = _Entry(VideoRender(spec, path))
        with entry.lock:
            if entry.abandoned:
                return 1.0 if path.exists() else None
            try:
                fraction = entry.render.advance(budget_seconds)
            except BaseException:
                self._forget(path)
                raise
        if fraction >= 1.0:
            self._forget(path)
        return fraction

    def abandon(self, path: Path) -> bool:
        """Stop a render and delete what it wrote; return whether it had finished, and so stays."""
        with self._lock:
            entry = self._entries.pop(path, None)
            self._cancelled.add(path)
        if entry is not None:
            with entry.lock:
                entry.abandoned = True
                entry.render.abandon()
        is_finished = path.exists()
        if is_finished:
            with self._lock:
                self._cancelled.discard(path)
        return is_finished

    def start_anew(self) -> None:
        """In a forked child, leave the renders to the parent, whose threads may be drawing them."""
        self._lock = threading.Lock()
        # kept, because their destruction would close the parent's encoders
        self._of_parent += self._entries.values()
        self._entries = {}

    def _forget(self, path: Path) -> None:
        with self._lock:
            self._entries.pop(path, None)


RENDERS = Renders()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=RENDERS.start_anew)
