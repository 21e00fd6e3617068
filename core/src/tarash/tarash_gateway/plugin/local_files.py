"""Reads a file that a configuration names, such as a workflow, if the gateway allows it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..exceptions import ValidationError
from ..media.file_errors import os_reason
from ..media.permissions import Permissions, shortened
from ..media.regular_files import open_regular
from ..steps import Flow, run_blocking
from .call import Call

MAX_FILE_BYTES = 16 * 1024 * 1024
"""Size limit of a file, in bytes, unless the plugin sets another; a workflow has some kilobytes."""


def read_local_file(call: Call, name: str, *, max_bytes: int = MAX_FILE_BYTES) -> Flow[bytes]:
    """Return the content of a file that the model name or a setting names, as `call.local_files` allows.

    A saved job may come from anywhere, so its strings name no file unless its configuration is passed to `resume`. A plugin that
    opens files itself would read whatever a forged job names.

    Args:
        call: the call of the hook.
        name: path of the file, relative to the working directory, or beginning with `~`.
        max_bytes: size limit in bytes.

    Raises:
        ValidationError: the file may not be named here, is missing, is not a regular file, or is too large.
    """
    return (yield from run_blocking(partial(_read, name, call.local_files, max_bytes)))


def _read(name: str, local_files: bool | Path, max_bytes: int) -> bytes:
    path = Permissions(local_files).named(Path(name))
    if path is None:
        raise ValidationError(
            f"the file {shortened(name)} may not be read here; use a file that local_files of the gateway allows, or, for a saved "
            "job, pass config=… to resume"
        )
    try:
        source, size_bytes = open_regular(path, follow_links=False)
        with source:
            content = source.read(min(size_bytes, max_bytes + 1))
    except (OSError, ValueError) as error:
        raise ValidationError(
            f"the file {shortened(name)} cannot be read: {os_reason(error)}; check the path"
        ) from error
    if len(content) > max_bytes:
        raise ValidationError(
            f"the file {shortened(name)} has more than {max_bytes} bytes; is it the right one?"
        )
    return content


__all__ = ["read_local_file"]
