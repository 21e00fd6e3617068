"""The folder for outputs without a URL: private to the user, and checked before anything is paid for."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..exceptions import ValidationError
from .file_errors import os_reason
from .platform_folders import user_folder

_PRIVATE = 0o700
_FOLDER = "tarash-gateway"


def default_output_dir(
    environ: Mapping[str, str] | None = None, *, platform: str = sys.platform, temporary: Path | None = None
) -> Path:
    r"""Return the user's default folder for outputs, which may not exist yet.

    It follows the platform: `$XDG_STATE_HOME/tarash-gateway/outputs` (usually below `~/.local/state`),
    `~/Library/Application Support/tarash-gateway/outputs` on macOS, `%LOCALAPPDATA%\tarash-gateway\outputs` on Windows. A user
    without a writable home folder, as in many containers, gets a folder in the system's temporary folder, named after the user id.

    Args:
        environ: environment variables; None uses those of the process.
        platform: platform, as in `sys.platform`.
        temporary: the system's temporary folder; None asks the system.
    """
    home = user_folder("state", os.environ if environ is None else environ, platform=platform)
    if home is not None and is_writable(home):
        return home / _FOLDER / "outputs"
    return temporary_folder("outputs", temporary)


def temporary_folder(name: str, temporary: Path | None = None) -> Path:
    """Return the folder of a user without a home folder: in the system's temporary folder, named after the user id.

    Anyone may create a folder there, so `make_private` must check it.
    """
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return (temporary or Path(tempfile.gettempdir())) / f"{_FOLDER}-{user}" / name


def is_writable(folder: Path) -> bool:
    """Return whether the folder, or its nearest existing parent, is writable."""
    for candidate in (folder, *folder.parents):
        try:
            candidate.lstat()
        except FileNotFoundError:
            continue
        except OSError:
            return False
        return candidate.is_dir() and os.access(candidate, os.W_OK | os.X_OK)
    return False


def prepare_output_dir(path: Path) -> Path:
    """Create the folder, private to the user, check that a file can be written to it, and return its absolute path.

    Call it before anything is submitted, so that a paid result can be stored.

    Args:
        path: the folder; `~` is the user's home folder.

    Raises:
        ValidationError: it belongs to another user, is not a folder, or cannot be created or written to.
    """
    try:
        folder = path.expanduser().absolute()
        make_private(folder)
    except (OSError, RuntimeError, ValueError) as error:
        raise ValidationError(
            f"the output folder {path} cannot be used: {os_reason(error)}; pass Gateway(output_dir=…) with a folder of your own"
        ) from error
    return folder


def make_private(folder: Path) -> None:
    """Create a folder, private to the user, and check that a file can be written to it.

    Raises:
        OSError: it belongs to another user, is not a folder, or cannot be created or written to.
    """
    _make(folder)
    _refuse_foreign(folder)
    # only an attempt reveals missing permissions and read-only disks
    with tempfile.TemporaryFile(dir=folder):
        pass


def _make(folder: Path) -> None:
    missing = []
    for candidate in (folder, *folder.parents):
        if candidate.exists():
            break
        missing.append(candidate)
    for candidate in reversed(missing):
        candidate.mkdir(mode=_PRIVATE, exist_ok=True)


def _refuse_foreign(folder: Path) -> None:
    """Refuse a folder that another user has created in a shared place, such as the system's temporary folder."""
    if not hasattr(os, "getuid"):
        return
    for candidate in (folder, folder.parent):
        found = candidate.lstat()
        shared = candidate.parent.stat().st_mode & stat.S_ISVTX
        foreign = found.st_uid not in (os.getuid(), 0) or (found.st_uid != os.getuid() and shared)
        if foreign and (shared or not os.access(candidate, os.W_OK | os.X_OK)):
            raise PermissionError(None, f"{candidate} belongs to another user")


__all__ = ["default_output_dir", "is_writable", "make_private", "prepare_output_dir", "temporary_folder"]
