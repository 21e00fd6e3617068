"""Where the command line saves a result: checked before anything is paid for, and never overwritten."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from ..exceptions import ValidationError
from ..media.delivering import ends_as_folder
from ..media.file_errors import os_reason
from ..media.kinds import content_type_of_name


def checked_destination(out: str | None, kind: str | None = None) -> Path | None:
    """Return the path of `--out` after checking that it can be written; missing folders are created.

    Args:
        out: file, or folder, which exists or ends with a slash; None is the current folder.
        kind: what is saved, "video" or "image"; None does not check the suffix of a file.

    Raises:
        ValidationError: it cannot be written, or is named like a file of another kind. Nothing was sent.
    """
    if out == "":
        raise ValidationError("--out is empty; name a file or a folder, such as ./ for this one")
    if out is not None and "://" in out:
        raise ValidationError(f"--out {out!r} is a URL; use a path, or response.save in Python")
    path = Path(out or ".").expanduser()
    try:
        is_folder = path.is_dir() or ends_as_folder(out or "")
        folder = path if is_folder else path.parent
        folder.mkdir(parents=True, exist_ok=True)
        # only an attempt reveals missing permissions and read-only disks
        with tempfile.TemporaryFile(dir=folder):
            pass
        # since Python 3.14, `Path.is_dir` says False of a name that the system does not take
        with contextlib.suppress(FileNotFoundError):
            path.lstat()
    except (OSError, ValueError) as error:
        raise ValidationError(
            f"the result cannot be saved to {out or 'this folder'}: {os_reason(error)}; choose another --out"
        ) from error
    if kind is not None and not is_folder:
        _check_suffix(path, kind)
    return None if out is None else path


def _check_suffix(path: Path, kind: str) -> None:
    # a suffix of no media, or none, is the user's choice
    named = content_type_of_name(path.name).partition("/")[0]
    if named and named != kind:
        usual = path.with_suffix({"video": ".mp4", "image": ".png"}.get(kind, ""))
        article = "an" if kind == "image" else "a"
        raise ValidationError(
            f"--out {path.name} is not a name for {article} {kind}; use {usual.name}, or a folder"
        )


def free_name(path: Path) -> Path:
    """Return the path, or the first one with a number in its name that does not exist."""
    number, free = 2, path
    while free.exists():
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return free
