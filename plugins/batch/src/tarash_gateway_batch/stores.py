"""Reads and writes whole files, in a folder or in a store of fsspec; a place has "/" between its parts on every system."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath, PurePosixPath

import fsspec.core

from tarash.tarash_gateway.exceptions import DownloadError, ValidationError
from tarash.tarash_gateway.media.file_urls import path_of_file_url
from tarash.tarash_gateway.media.replace_file import replace_file

_CHUNK_BYTES = 1 << 20
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, errno.EDQUOT})
"""What the system says when the disk, or the user's part of it, is full."""
_PACKAGES = {"s3": "s3fs", "s3a": "s3fs"}


def place_of(out: str | Path) -> str:
    """Return a folder as an absolute path or a URL, without a slash at its end.

    Raises:
        ValidationError: it is empty: as the text of an unset variable, it would be the working directory.
    """
    if out == "":
        raise ValidationError("out='' is not a folder; name one, such as '.' for the working directory")
    text = str(out)
    return (text if "://" in text else Path(text).expanduser().absolute().as_posix()).rstrip("/") or "/"


def local_path(place: str) -> Path | None:
    """Return the path of a file or a folder on this machine; None if it lies in another store."""
    if place[:5].lower() == "file:":
        return path_of_file_url(place)
    return None if "://" in place else Path(place)


def check_store(place: str) -> None:
    """Check that the package of a store is installed, before anything is paid for.

    Raises:
        ValidationError: it is not, or fsspec does not know the store.
    """
    if local_path(place) is not None:
        return
    scheme = place.partition("://")[0]
    try:
        fsspec.core.get_filesystem_class(scheme)
    except ImportError as error:
        package = _PACKAGES.get(scheme)
        remedy = f"; install the extra s3, or pip install {package}" if package else ""
        raise ValidationError(f"{scheme}:// cannot be used: {error}{remedy}") from error
    except ValueError as error:
        raise ValidationError(
            f"{place!r} cannot be used: {error}; use a folder, or a URL such as s3://bucket/folder"
        ) from error


def is_there(place: str) -> bool:
    """Return whether a file exists; one of which a store cannot tell does not."""
    path = local_path(place)
    if path is not None:
        return path.exists()
    try:
        system, name = fsspec.core.url_to_fs(place)
        return bool(system.exists(name))
    except Exception:  # noqa: BLE001 - whatever the package of the store raises; writing to the store says what is wrong
        return False


def write_whole(place: str, content: bytes) -> None:
    """Write a file: readers see the old one or the new one, and never a part.

    In a folder, it is moved into place when it is complete; object stores do the same with every upload.

    Raises:
        DownloadError: it cannot be written.
    """
    path = local_path(place)
    try:
        if path is not None:
            _replace(path, content)
            return
        system, name = fsspec.core.url_to_fs(place)
        with tempfile.TemporaryDirectory(prefix="tarash-gateway-") as folder:
            copy = Path(folder) / PurePosixPath(place).name
            copy.write_bytes(content)
            # s3fs gives a file that is put the content type of its name, so that browsers show a page
            system.put_file(str(copy), name)
    except Exception as error:
        # whatever the package of the store raises
        is_full = isinstance(error, OSError) and error.errno in _FULL
        remedy = "free space on its disk" if is_full else "check that the folder or the bucket exists"
        raise DownloadError(f"cannot write {place}: {error}; {remedy}") from error


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # `tempfile` would make it private; the file should have the permissions of any new one
    part = path.with_name(f".{path.name[:50]}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        replace_file(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def hidden_place(place: str) -> str:
    """Return where a file lies until `show` gives it its name: beside its place in a folder, and at its place in another store."""
    path = local_path(place)
    return place if path is None else hidden_beside(path)


def hidden_beside(path: PurePath) -> str:
    """Return a hidden place in the folder of a file, with its suffix."""
    # a letter may take four of the 255 bytes of a name
    return path.with_name(f".{path.stem[:50]}.{secrets.token_hex(4)}{path.suffix}").as_posix()


def show(hidden: str, place: str) -> None:
    """Move a file from its `hidden_place` to its place, and replace one that is there.

    Raises:
        DownloadError: it cannot be moved.
    """
    path = local_path(place)
    if path is None:
        return
    try:
        replace_file(Path(hidden), path)
    except OSError as error:
        raise DownloadError(
            f"cannot write {place}: {error.strerror}; check that the folder exists"
        ) from error


def forget_hidden(hidden: str, place: str) -> None:
    """Delete a file that was not moved to its place, if there is one."""
    if hidden != place:
        with suppress(OSError):
            Path(hidden).unlink(missing_ok=True)


@contextmanager
def local_copy(place: str) -> Iterator[Path]:
    """Provide a stored file as a file on this machine: the file itself, or a copy for as long as the context lasts.

    Raises:
        DownloadError: it cannot be read.
    """
    path = local_path(place)
    if path is not None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="tarash-gateway-") as folder:
        copy = Path(folder) / PurePosixPath(place).name
        try:
            system, name = fsspec.core.url_to_fs(place)
            with system.open(name, "rb") as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK_BYTES)
        except Exception as error:
            # whatever the package of the store raises
            raise DownloadError(f"{place} cannot be read back: {error}") from error
        yield copy


__all__ = [
    "check_store",
    "forget_hidden",
    "hidden_beside",
    "hidden_place",
    "is_there",
    "local_copy",
    "local_path",
    "place_of",
    "show",
    "write_whole",
]
