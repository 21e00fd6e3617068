"""Writes a file beside its target and moves it there when it is complete: it appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from ..exceptions import DownloadError
from .kinds import extension_for, sniff_content_type

T = TypeVar("T")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_USUAL = {"video": ".mp4", "image": ".png", "audio": ".mp3"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file is to appear.

    Attributes:
        folder: is made where it does not exist.
        name: of the file; without its suffix where `suffix_of_content` is set.
        suffix_of_content: whether the suffix is that of the content.
        kind: "video", "image", "audio" or another word; the last resort for a suffix.
        content_type: as declared; counts where the bytes do not tell.
    """

    folder: Path
    name: str
    suffix_of_content: bool = False
    kind: str = "other"
    content_type: str = ""

    @classmethod
    def of(cls, path: Path) -> Target:
        """Return the target that is this very path."""
        return cls(path.parent, path.name)

    def path_for(self, head: bytes, content_type: str | None = None) -> Path:
        """Return the path of a file that begins with `head`.

        Args:
            head: the first bytes.
            content_type: as the server declares it.
        """
        if not self.suffix_of_content:
            return self.folder / self.name
        told = (sniff_content_type(head) or "", self.content_type, content_type or "")
        suffix = next((found for kind in told if (found := extension_for(kind)) != ".bin"), ".bin")
        if suffix == ".bin":
            suffix = _USUAL.get(self.kind, suffix)
        return self.folder / f"{self.name}{suffix}"


class PartFile:
    """A file that is being written. Nothing is on disk before `open`, and nothing stays after `discard`.

    A caller that was cancelled may discard it while a worker thread still opens or writes it.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        # not a private temporary file: the result gets the permissions that any new file of the user has
        self._path = target.folder / f".{target.name[:100]}.{secrets.token_hex(4)}.part"
        self._file: BinaryIO | None = None
        self._lock = threading.Lock()
        self._is_discarded = False

    def open(self) -> None:
        """Create it.

        Raises:
            DownloadError: the folder cannot be made or written to.
        """

        def create() -> None:
            self._target.folder.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("xb")

        self._perform(create)

    def write(self, content: bytes | bytearray) -> None:
        """Append bytes.

        Raises:
            DownloadError: the disk is full or fails.
        """
        self._perform(lambda: self._open_file().write(content))

    def read_end(self, size_bytes: int) -> bytes:
        """Return the last bytes written so far.

        Raises:
            DownloadError: the disk fails.
        """

        def read() -> bytes:
            self._open_file().flush()
            with self._path.open("rb") as written:
                written.seek(max(self._path.stat().st_size - size_bytes, 0))
                return written.read(size_bytes)

        return self._perform(read)

    def finish(self, path: Path) -> None:
        """Move it to `path`, replacing what is there.

        Raises:
            DownloadError: the last bytes, or the move, fail.
        """

        def move() -> None:
            # what a disk could not take may show no earlier than here
            self._open_file().close()
            self._path.replace(path)
            self._file = None

        self._perform(move)

    def discard(self) -> None:
        """Remove it; does nothing once it is finished."""
        with self._lock:
            self._is_discarded = True
            self._remove()

    def _perform(self, work: Callable[[], T]) -> T:
        with self._lock:
            try:
                return work()
            except OSError as error:
                self._is_discarded = True
                raise _failure(self._target.folder / self._target.name, error) from error
            except ValueError as error:
                self._is_discarded = True
                raise DownloadError(f"{self._target.name!r} is not a name for a file: {error}") from error
            finally:
                if self._is_discarded:
                    self._remove()

    def _open_file(self) -> BinaryIO:
        if self._file is None or self._is_discarded:
            raise OSError(errno.ECANCELED, "the file was given up")
        return self._file

    def _remove(self) -> None:
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._file = None


def _failure(path: Path, error: OSError) -> DownloadError:
    if error.errno in _FULL:
        return DownloadError(
            f"{path} cannot be written: the disk is full ({error.strerror}); make room and save again"
        )
    return DownloadError(
        f"{path} cannot be written: {error.strerror or error}; save it to a folder that you may write to"
    )
