"""The folder of the command line's own files: stored keys and settings."""

from __future__ import annotations

import json
from pathlib import Path

from ..exceptions import ValidationError
from ..journal_folder.files import make_folder, write_whole
from ..media.file_errors import os_reason
from ..media.platform_folders import own_folder


def config_folder() -> Path:
    r"""Return the folder for configuration of this user, which may not exist yet.

    It follows the platform: `$XDG_CONFIG_HOME/tarash-gateway` (usually `~/.config/tarash-gateway`), `~/Library/Application
    Support/tarash-gateway` on macOS, `%LOCALAPPDATA%\tarash-gateway` on Windows.

    Raises:
        ValidationError: the user has no home folder.
    """
    try:
        return own_folder("config") / "tarash-gateway"
    except RuntimeError as error:
        raise ValidationError("there is no home folder for keys and settings; set HOME") from error


def find_in_config(name: str) -> Path | None:
    """Return the path of a file in this folder; None if the user has no home folder, and so has stored nothing."""
    try:
        return config_folder() / name
    except ValidationError:
        return None


def write_json(path: Path, values: object, *, what: str) -> None:
    """Write a file of this folder, for the eyes of its user only, and as a whole.

    Args:
        path: where to.
        values: JSON data.
        what: names what is written, for the error.

    Raises:
        ValidationError: it cannot be written.
    """
    try:
        make_folder(path.parent)
        write_whole(path, json.dumps(values, indent=2).encode())
    except OSError as error:
        raise ValidationError(f"{what} cannot be stored in {path}: {os_reason(error)}") from error
