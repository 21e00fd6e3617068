"""Where the files of a user belong on each platform; every default folder of the gateway is below one of these."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias

FolderKind: TypeAlias = Literal["config", "state", "cache"]

_XDG: Mapping[FolderKind, tuple[str, str]] = {
    "config": ("XDG_CONFIG_HOME", ".config"),
    "state": ("XDG_STATE_HOME", ".local/state"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
}
"""The variable that names a folder, and the usual folder below the home folder (XDG Base Directory Specification 0.8)."""
_MACOS: Mapping[FolderKind, str] = {
    "config": "Library/Application Support",
    "state": "Library/Application Support",
    "cache": "Library/Caches",
}


def own_folder(kind: FolderKind, *, platform: str = sys.platform) -> Path:
    """Return a folder of the user who runs this process, also if no variable names the home folder.

    Raises:
        RuntimeError: the user has no home folder.
    """
    named = _named(kind, os.environ, platform)
    return _usual(kind, Path.home(), platform) if named is None else named


def user_folder(kind: FolderKind, environ: Mapping[str, str], *, platform: str = sys.platform) -> Path | None:
    """Return a folder of a user, by environment variables only; None if they name no home folder."""
    named = _named(kind, environ, platform)
    home = environ.get("HOME", "")
    if named is not None or platform == "win32" or not home.startswith("/") or home == "/":
        return named
    return _usual(kind, Path(home), platform)


def _named(kind: FolderKind, environ: Mapping[str, str], platform: str) -> Path | None:
    if platform == "darwin":
        return None
    given = environ.get("LOCALAPPDATA" if platform == "win32" else _XDG[kind][0], "")
    # the specification says to ignore relative paths: there would be another folder in each working directory
    return Path(given) if given and (platform == "win32" or given.startswith("/")) else None


def _usual(kind: FolderKind, home: Path, platform: str) -> Path:
    if platform == "win32":
        return home / "AppData" / "Local"
    return home / (_MACOS[kind] if platform == "darwin" else _XDG[kind][1])


__all__ = ["FolderKind", "own_folder", "user_folder"]
