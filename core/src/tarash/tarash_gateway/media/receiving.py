"""Receives a result in chunks: counts and checks them, and moves the file to its target when it is complete."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..exceptions import DownloadError
from ..steps import Flow, run_blocking
from .completeness import END_BYTES, is_cut_short, names_more_bytes, why_not_media
from .kinds import HEAD_BYTES, plain_content_type, sniff_content_type
from .part_file import PartFile, Target

DEFAULT_MAX_BYTES = 4 * 1024**3
SILENCE_SECONDS = 60.0
PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class SaveProgress:
    """The progress of a download.

    Attributes:
        received_bytes: bytes received so far.
        total_bytes: size of the file in bytes; None if the server does not report it.
    """

    received_bytes: int
    total_bytes: int | None


OnProgress = Callable[[SaveProgress], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveLimits:
    """The limits of a download.

    Attributes:
        max_bytes: size limit in bytes.
        allow_private_hosts: whether private networks, this machine and plain http are allowed.
        trusted_origin: scheme and host that are always allowed, and that alone receive the headers of the call.
        kind: expected kind of the file: "video", "image", "audio" or "thumbnail"; for other kinds, any file is accepted.
        size_bytes: size in bytes that the provider reports; used if the server reports no length. None if unknown.
        silence_seconds: longest silence of the server, in seconds; then the try has failed, and another one may begin.
    """

    max_bytes: int = DEFAULT_MAX_BYTES
    allow_private_hosts: bool = False
    trusted_origin: tuple[str, str] | None = None
    kind: str = "other"
    size_bytes: int | None = None
    silence_seconds: float = SILENCE_SECONDS


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A saved file.

    Attributes:
        path: where it was saved.
        size_bytes: size in bytes.
        content_type: media type that its bytes indicate, else the one that the server declares, or None.
    """

    path: Path
    size_bytes: int
    content_type: str | None


@dataclass(slots=True)
class Receiver:
    """A file that is being received and written."""

    target: Target
    limits: SaveLimits
    content_type: str | None
    total: int | None
    on_progress: OnProgress | None
    size_bytes: int = 0
    head: bytes = b""
    waiting: bytearray = field(default_factory=bytearray)

    def keep(self, next_piece: Callable[[], Flow[bytes | None]]) -> Flow[SavedFile]:
        """Write every chunk to a temporary file, check the file, and move it to the target when it is complete."""
        self._check_size(self.total or 0)
        part = PartFile(self.target)
        try:
            yield from run_blocking(part.open)
            while (piece := (yield from next_piece())) is not None:
                yield from self._take(part, piece)
            yield from self._write(part)
            yield from self._check_whole(part)
            path = self.target.path_for(self.head, self.content_type)
            yield from run_blocking(lambda: part.finish(path))
        except BaseException:
            part.discard()
            raise
        shown = sniff_content_type(self.head) or plain_content_type(self.content_type)
        return SavedFile(path, self.size_bytes, shown or None)

    def _take(self, part: PartFile, piece: bytes) -> Flow[None]:
        self.size_bytes += len(piece)
        self._check_size(self.size_bytes)
        if len(self.head) < HEAD_BYTES:
            self.head += piece[: HEAD_BYTES - len(self.head)]
            if len(self.head) == HEAD_BYTES:
                self._check_head()
        # a server may send single bytes, so chunks are collected before they are written
        self.waiting += piece
        if len(self.waiting) >= PIECE_BYTES:
            yield from self._write(part)
        if self.on_progress is not None:
            said = self.on_progress(SaveProgress(self.size_bytes, self.total))
            if inspect.iscoroutine(said):
                said.close()
                raise TypeError("on_progress is an async function; use a plain function to watch a download")

    def _write(self, part: PartFile) -> Flow[None]:
        waiting, self.waiting = self.waiting, bytearray()
        if waiting:
            yield from run_blocking(lambda: part.write(waiting))

    def _check_size(self, size_bytes: int) -> None:
        if size_bytes > self.limits.max_bytes:
            raise DownloadError(
                f"the file has {size_bytes} bytes or more; the limit is {self.limits.max_bytes}; raise max_bytes to allow it"
            )

    def _check_head(self) -> None:
        wrong = why_not_media(self.head, self.limits.kind, self.content_type)
        if wrong is not None:
            raise DownloadError(
                f"the downloaded file is not the result: {wrong}; try again, or check the URL",
                is_retryable=True,
            )

    def _check_whole(self, part: PartFile) -> Flow[None]:
        self._check_head()
        expected = self.limits.size_bytes if self.total is None else self.total
        if expected is not None and self.size_bytes < expected:
            raise DownloadError(
                f"the download ended after {self.size_bytes} of {expected} bytes; try again",
                is_retryable=True,
            )
        if self.limits.kind != "other" and (yield from self._is_cut(part)):
            raise DownloadError(
                f"the download ended after {self.size_bytes} bytes, in the middle of the file; try again",
                is_retryable=True,
            )

    def _is_cut(self, part: PartFile) -> Flow[bool]:
        if self.total is not None:
            # a proxy that lost the rest declares the length of what it has; some complete images have bytes after their end
            return names_more_bytes(self.head, self.size_bytes)
        # the end of the connection was the end of the file: only the format shows whether it is complete
        end = yield from run_blocking(lambda: part.read_end(END_BYTES))
        return is_cut_short(self.head, end, self.size_bytes)


def store_bytes(
    content: bytes,
    target: Target,
    limits: SaveLimits,
    content_type: str | None = None,
    on_progress: OnProgress | None = None,
) -> Flow[SavedFile]:
    """Check bytes and write them to `target` atomically.

    Raises:
        DownloadError: they are too large, not what is expected, or cannot be written.
    """
    pieces = iter((content, None))

    def next_piece() -> Flow[bytes | None]:
        yield from ()  # the bytes need no step
        return next(pieces)

    received = Receiver(target, limits, content_type, len(content), on_progress)
    return (yield from received.keep(next_piece))
