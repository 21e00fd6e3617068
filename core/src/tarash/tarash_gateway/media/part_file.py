"""Writes a file under a temporary name and moves it to its target when complete, so that no partial file is left."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from ..exceptions import DownloadError
from ..fork_safety import fork_safe_lock
from .file_errors import os_reason
from .kinds import extension_for, sniff_content_type
from .replace_file import replace_file

T = TypeVar("T")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_USUAL = {"video": ".mp4", "image": ".png", "audio": ".mp3"}
_LONGEST_STEM = 200
"""Most file systems take names of 255 bytes; a suffix and the temporary name need the rest."""


def file_stem(request_id: str) -> str:
    """Return the name of a request's result without a suffix: an id may contain slashes, or be long."""
    name = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in request_id)
    return name[:_LONGEST_STEM]


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a file.

    Attributes:
        folder: the folder, created if necessary.
        name: name of the file; without a suffix if `suffix_of_content` is True.
        suffix_of_content: whether to add the suffix of the content's media type.
        kind: "video", "image", "audio" or another kind; used for the suffix if the media type is unknown.
        content_type: declared media type; used if the bytes do not indicate one.
        overwrite: whether an existing file is replaced.
    """

    folder: Path
    name: str
    suffix_of_content: bool = False
    kind: str = "other"
    content_type: str = ""
    overwrite: bool = True

    @classmethod
    def of(cls, path: Path) -> Target:
        """Return the target for exactly this path."""
        return cls(path.parent, path.name)

    def path_for(self, head: bytes, content_type: str | None = None) -> Path:
        """Return the path of a file that begins with `head`.

        Args:
            head: the first bytes.
            content_type: media type that the server declares, or None.
        """
        if not self.suffix_of_content:
            return self.folder / self.name
        told = (sniff_content_type(head) or "", self.content_type, content_type or "")
        suffix = next((found for kind in told if (found := extension_for(kind)) != ".bin"), ".bin")
        if suffix == ".bin":
            suffix = _USUAL.get(self.kind, suffix)
        return self.folder / f"{self.name}{suffix}"


class PartFile:
    """A file that is being written. Nothing is on disk before `open` and after `discard`.

    It may be discarded while a worker thread still opens or writes it, as after a cancellation.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        # `tempfile` would make it private; the result should have the permissions of any new file. A letter may take four of the
        # 255 bytes of a name
        self._path = target.folder / f".{target.name[:50]}.{secrets.token_hex(4)}.part"
        self._file: BinaryIO | None = None
        self._lock = fork_safe_lock(self, "_lock")
        self._is_discarded = False

    def open(self) -> None:
        """Create the file.

        Raises:
            DownloadError: the folder cannot be created or written to.
        """

        def create() -> None:
            self._target.folder.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("xb")

        self._perform(create)

    def write(self, content: bytes | bytearray) -> None:
        """Append bytes.

        Raises:
            DownloadError: the disk is full, or writing failed.
        """
        self._perform(lambda: self._open_file().write(content))

    def read_end(self, size_bytes: int) -> bytes:
        """Return the last bytes written so far.

        Raises:
            DownloadError: reading failed.
        """

        def read() -> bytes:
            self._open_file().flush()
            with self._path.open("rb") as written:
                written.seek(max(self._path.stat().st_size - size_bytes, 0))
                return written.read(size_bytes)

        return self._perform(read)

    def finish(self, path: Path) -> None:
        """Move the file to `path`; whether an existing one is replaced, the target decides.

        Raises:
            DownloadError: the last bytes could not be written, the move failed, or the file exists and may not be replaced.
        """

        def move() -> None:
            # a failure to write may show only when the file is closed
            self._open_file().close()
            if self._target.overwrite or not self._is_linked(path):
                replace_file(self._path, path)
            self._file = None

        self._perform(move)

    def _is_linked(self, path: Path) -> bool:
        """Move the file in one step that fails if `path` exists; False if the file system has no links."""
        try:
            os.link(self._path, path)
        except FileExistsError as error:
            self._is_discarded = True
            raise exists_already(path) from error
        except OSError:
            if path.exists():
                self._is_discarded = True
                raise exists_already(path) from None
            return False
        # a virus scanner of Windows may hold it; the result is in its place all the same
        with contextlib.suppress(OSError):
            self._path.unlink()
        return True

    def discard(self) -> None:
        """Remove the file; do nothing if it is finished."""
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
                raise DownloadError(f"{self._target.name!r} is not a valid file name: {error}") from error
            finally:
                if self._is_discarded:
                    self._remove()

    def _open_file(self) -> BinaryIO:
        if self._file is None or self._is_discarded:
            raise OSError(errno.ECANCELED, "the file was discarded")
        return self._file

    def _remove(self) -> None:
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        self._file = None


def exists_already(path: Path | str) -> DownloadError:
    """Return the error for a file that exists and may not be replaced."""
    return DownloadError(f"{path} exists already; save it under another name, or pass overwrite=True")


def _failure(path: Path, error: OSError) -> DownloadError:
    if error.errno in _FULL:
        return DownloadError(
            f"cannot write {path}: the disk is full ({error.strerror}); free some space and save again"
        )
    return DownloadError(
        f"cannot write {path}: {os_reason(error)}; save it to a folder that you can write to"
    )
