"""The folder of the command line's own files: stored keys and settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ..exceptions import ValidationError


def config_folder() -> Path:
    r"""Return the folder for configuration of this user, which may not exist yet.

    It follows the platform: `$XDG_CONFIG_HOME/tarash-gateway` (usually `~/.config/tarash-gateway`), `~/Library/Application
    Support/tarash-gateway` on macOS, `%LOCALAPPDATA%\tarash-gateway` on Windows.

    Raises:
        ValidationError: the user has no home folder.
    """
    try:
        return _base() / "tarash-gateway"
    except RuntimeError as error:
        raise ValidationError("there is no home folder for keys and settings; set HOME") from error


def _base() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    # the XDG Base Directory Specification 0.8 says to ignore relative paths
    given = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(given) if given.startswith("/") else Path.home() / ".config"
