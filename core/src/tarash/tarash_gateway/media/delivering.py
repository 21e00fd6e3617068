"""Delivers a result to where the user wants it: a file, a folder, a file object, or a URL of fsspec."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ..exceptions import DownloadError, ValidationError
from ..steps import Flow, run_blocking
from .file_errors import os_reason
from .file_urls import is_file_url, path_text
from .part_file import Target, exists_already
from .permissions import check_switch
from .receiving import OnProgress, SavedFile, SaveLimits
from .saving import save_url

T = TypeVar("T")
_BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss"})
"""Schemes of the stores that have buckets and no folders: to make a folder would create a bucket of a misspelt name."""
_REMOTE = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]+://")


class WritableBinary(Protocol):
    """A file object opened for writing bytes."""

    def write(self, data: bytes, /) -> object: ...


def deliver(
    url: str,
    destination: str | os.PathLike[str] | WritableBinary,
    named: Target,
    limits: SaveLimits,
    *,
    overwrite: bool = False,
    timeout_seconds: float | None = None,
    on_progress: OnProgress | None = None,
) -> Flow[Path | None]:
    """Save a result by its URL, and return its path; None for a file object.

    Args:
        url: https, `file:` or `data:` URL of the result.
        destination: file, folder, file object, or a URL of fsspec.
        named: name of the file in a folder; its own folder does not count.
        limits: limits of the download.
        overwrite: whether an existing file is replaced.
        timeout_seconds, on_progress: as for `save_url`.

    Raises:
        DownloadError: the result cannot be fetched or written, or the file exists and `overwrite` is False.
        ValidationError: the destination is none of these, a limit is not a positive number, a switch no bool, or fsspec not installed.
    """
    for name, given in (("max_bytes", limits.max_bytes), ("timeout_seconds", timeout_seconds)):
        _check_limit(name, given)
    check_switch("overwrite", overwrite)
    check_switch("allow_private_hosts", limits.allow_private_hosts)
    if not isinstance(destination, str | os.PathLike) and not hasattr(destination, "write"):
        raise ValidationError(
            f"cannot save to {_named(destination)}; pass a path, such as 'clip.mp4', a folder, such as 'clips/', or a file opened for "
            "writing bytes"
        )
    if destination == "":
        # as the text of an unset variable, it would be the working directory
        raise ValidationError("cannot save to an empty path; pass a file, or a folder such as './'")

    def fetched(target: Target) -> Flow[SavedFile]:
        return save_url(url, target, limits, timeout_seconds=timeout_seconds, on_progress=on_progress)

    if not isinstance(destination, str | os.PathLike):
        stream = destination
        yield from _staged(fetched, named, lambda saved: _copy(saved, stream))
        return None
    if isinstance(destination, str) and _REMOTE.match(destination):
        place = yield from run_blocking(lambda: _Remote.at(str(destination), overwrite=overwrite))
        return (yield from _staged(fetched, named, place.put))
    saved = yield from fetched(local_target(destination, named, overwrite=overwrite))
    return saved.path


def _named(destination: object) -> str:
    """Return what a destination is, for a message, without showing it."""
    if isinstance(destination, type):
        return f"the class {destination.__name__}"
    kind = type(destination).__name__
    return "None" if destination is None else f"an object of type {kind}"


def _check_limit(name: str, given: object) -> None:
    if given is None:
        return
    if not isinstance(given, int | float) or isinstance(given, bool) or not given > 0:
        raise ValidationError(f"{name}={given!r} is not allowed; use a number above 0, or leave it out")


def local_target(destination: str | os.PathLike[str], named: Target, *, overwrite: bool) -> Target:
    """Return the target for a file or a folder: a folder exists, or is written with a slash at its end.

    Raises:
        DownloadError: the file exists, and `overwrite` is False; or a device or a pipe is in its place.
    """
    text = os.fspath(destination)
    if is_file_url(text):
        text = path_text(text)
    try:
        path = Path(text).expanduser()
        if ends_as_folder(text) or path.is_dir():
            return replace(named, folder=path, overwrite=overwrite)
        if path.exists():
            if not path.is_file():
                # the file is moved to its place: that would remove /dev/stdout
                raise DownloadError(f"{path} is a device or a pipe; open it, and pass the file object")
            if not overwrite:
                raise exists_already(path)
    except (OSError, ValueError, RuntimeError) as error:
        # a RuntimeError means that the user in "~user" is not known
        raise DownloadError(f"cannot write {text}: {os_reason(error)}") from error
    return replace(Target.of(path), overwrite=overwrite)


def ends_as_folder(text: str, *, separator: str = os.sep) -> bool:
    r"""Return whether a path is written as a folder: with "/" at its end, or with "\\" on Windows."""
    return text.endswith(("/", separator))


def _staged(
    fetched: Callable[[Target], Flow[SavedFile]], named: Target, pass_on: Callable[[SavedFile], T]
) -> Flow[T]:
    """Fetch a result into a temporary folder, so that nothing incomplete is passed on."""
    folder = yield from run_blocking(lambda: Path(tempfile.mkdtemp(prefix="tarash-gateway-")))
    try:
        saved = yield from fetched(replace(named, folder=folder))
        return (yield from run_blocking(lambda: pass_on(saved)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(saved: SavedFile, stream: WritableBinary) -> None:
    try:
        with saved.path.open("rb") as source:
            while piece := source.read(1024 * 1024):
                stream.write(piece)
    except (OSError, ValueError, TypeError) as error:
        raise DownloadError(
            f"cannot write to the {type(stream).__name__}: {error}; open it in binary mode for writing"
        ) from error


class _Remote:
    """A place in a store that fsspec can write to."""

    def __init__(
        self, system: Any, path: str, *, has_folders: bool, is_folder: bool, overwrite: bool
    ) -> None:
        self._system = system
        self._has_folders = has_folders
        self._path = path
        self._is_folder = is_folder
        self._overwrite = overwrite

    @classmethod
    def at(cls, url: str, *, overwrite: bool) -> _Remote:
        """Return the place of a URL, after checking that nothing is overwritten."""
        scheme = url.partition(":")[0]
        try:
            # it has no types
            core: Any = importlib.import_module("fsspec.core")
        except ImportError as error:
            raise ValidationError(
                f"saving to {scheme}:// needs fsspec; install it and the package of the store, such as s3fs for s3://"
            ) from error
        try:
            system, path = core.url_to_fs(url)
            is_folder = url.endswith("/") or system.isdir(path)
            exists = not is_folder and system.exists(path)
        except Exception as error:
            # whatever the package of the store raises
            raise DownloadError(f"cannot write to {scheme}://: {error}") from error
        if exists and not overwrite:
            raise exists_already(url)
        has_folders = scheme.lower() not in _BUCKETS
        return cls(system, path, has_folders=has_folders, is_folder=is_folder, overwrite=overwrite)

    def put(self, saved: SavedFile) -> Path:
        """Write a file, and return its path in the store."""
        path = f"{self._path.rstrip('/')}/{saved.path.name}" if self._is_folder else self._path
        try:
            if self._is_folder and not self._overwrite and self._system.exists(path):
                raise exists_already(path)
            if self._has_folders:
                with contextlib.suppress(OSError, NotImplementedError):
                    self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
            # unlike a file that is opened there, it gets its media type in S3, by its suffix, so that browsers play it
            self._system.put_file(str(saved.path), path)
        except DownloadError:
            raise
        except Exception as error:
            raise DownloadError(f"cannot write {path}: {error}") from error
        return Path(path)


__all__ = ["WritableBinary", "deliver", "ends_as_folder", "local_target"]
