"""Decides which local files a request may name, and whether private networks may be reached: what a `Gateway` allows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TypeAlias

from ..exceptions import ValidationError
from .file_errors import os_reason

LocalFiles: TypeAlias = "bool | str | Path"
"""True: a string may name any file. False: no string names a file. A folder: a string may name the files in it."""

_WHAT_TO_DO = "pass an http(s) URL, a data: URL, base64 text or the bytes"


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a gateway allows.

    A `pathlib.Path`, bytes and a file object come from the program itself and are always allowed. A string may come from a
    stranger: JSON has nothing but texts.

    Attributes:
        local_files: which files a string may name: True allows any, False none, and a folder the files in it.
        why_no_files: why no string names a file, for the message.
        private_hosts: whether private networks, this machine and plain http may be reached for inputs, uploads and results.
    """

    local_files: bool | Path = True
    private_hosts: bool = False
    why_no_files: str = "local_files=False"

    @classmethod
    def of(cls, local_files: LocalFiles, *, private_hosts: bool) -> Permissions:
        """Return permissions from the options of a gateway.

        Raises:
            ValidationError: `local_files` is neither a bool nor the path of an existing folder, or `private_hosts` is no bool.
        """
        check_switch("allow_private_hosts", private_hosts)
        if isinstance(local_files, bool):
            return cls(local_files, private_hosts)
        if local_files == "":
            # an unset variable must not allow the working directory
            raise ValidationError("local_files='' is not allowed; pass True, False or the path of a folder")
        try:
            folder = Path(local_files).expanduser().resolve(strict=True)
            is_folder = folder.is_dir()
        except (OSError, RuntimeError, ValueError, TypeError) as error:
            raise ValidationError(
                f"local_files={str(local_files)!r} cannot be used: {os_reason(error)}; pass an existing folder"
            ) from error
        if not is_folder:
            raise ValidationError(
                f"local_files={str(local_files)!r} is not a folder; pass an existing folder"
            )
        return cls(folder, private_hosts)

    def require_named(self, text: str, path: Path) -> Path:
        """Return the path without symbolic links of the file that a string names.

        The message is the same whether the file exists or not.

        Args:
            text: the text, for the message.
            path: the path that it names.

        Raises:
            ValidationError: a string may not name this file.
            OSError, ValueError, RuntimeError: the path cannot be resolved.
        """
        if self.local_files is True:
            return path.expanduser().resolve()
        if self.local_files is False:
            raise ValidationError(
                f"media {shortened(text)} is neither a URL nor base64 of media, and a string may not name a local file here "
                f"({self.why_no_files}); {_WHAT_TO_DO}"
            )
        found = self.named(path)
        if found is None:
            raise ValidationError(
                f"media {shortened(text)} is neither a URL nor base64 of media, and a string may only name a file in the folder "
                f"that local_files allows; {_WHAT_TO_DO}"
            )
        return found

    def named(self, path: Path) -> Path | None:
        """Return the path without symbolic links; None if a string may not name it, or if it leads nowhere."""
        folder = self.local_files
        if folder is False or (isinstance(folder, Path) and is_elsewhere(path, folder)):
            return None
        try:
            found = path.expanduser().resolve()
        except (OSError, RuntimeError, ValueError):
            return None
        return found if folder is True or found.is_relative_to(folder) else None


OF_SAVED_JOBS = Permissions(local_files=False, why_no_files="saved jobs carry the content of their files")
"""What a saved job may name: no files, since a job from elsewhere is untrusted."""


def is_elsewhere(path: PurePath, folder: PurePath) -> bool:
    r"""Return whether a path names another machine than a folder does, or a device, as `\\nas\share` and `\\.\pipe` do on Windows.

    Only looking for such a file would make Windows log in there, and so give the user's password hash to a stranger's machine.
    """
    return path.drive.startswith("\\\\") and path.drive.lower() != folder.drive.lower()


def check_switch(name: str, given: object) -> None:
    """Check a switch: any text, also "false" as an environment variable has it, would count as True.

    Raises:
        ValidationError: it is neither True nor False.
    """
    if not isinstance(given, bool):
        raise ValidationError(f"{name}={given!r} is not allowed; use True or False")


def shortened(text: str) -> str:
    """Return a string in quotation marks; a long one is cut."""
    return repr(text) if len(text) <= 200 else f"{text[:150]!r}… ({len(text)} characters)"


__all__ = ["OF_SAVED_JOBS", "LocalFiles", "Permissions", "check_switch", "is_elsewhere", "shortened"]
