"""The file with keys for the command line: private to its owner, and refused if it is not."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from ..exceptions import ValidationError
from ..journal_folder.files import read_regular
from ..media.file_errors import os_reason
from .user_folder import config_folder, find_in_config, write_json

FILE = "keys.json"
MAX_BYTES = 1_000_000
DEFAULT_ACCOUNT = "default"
"""The name that the file has for a configuration without an account."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH

Keys: TypeAlias = dict[str, dict[str, dict[str, str]]]
"""Keys by provider, account and part."""


def key_file() -> Path:
    """Return the path of the file, which may not exist yet."""
    return config_folder() / FILE


def keys_of(provider: str, account: str | None) -> Mapping[str, str]:
    """Return the key of an account by part: "api_key", or the names that the provider gives them; empty if there is none.

    Raises:
        ValidationError: the file is damaged, or is not private to its owner.
    """
    return read_keys().get(provider, {}).get(account or DEFAULT_ACCOUNT, {})


def store_in_file(provider: str, part: str, key: str, *, account: str | None) -> None:
    """Store one part of a key; it replaces an earlier one.

    Raises:
        ValidationError: the file is damaged, is not private to its owner, or cannot be written.
    """
    keys = read_keys()
    keys.setdefault(provider, {}).setdefault(account or DEFAULT_ACCOUNT, {})[part] = key
    write_json(key_file(), keys, what="the key")


def delete_in_file(provider: str, part: str, *, account: str | None) -> bool:
    """Delete one part of a key; return whether there was one.

    Raises:
        ValidationError: the file is damaged, is not private to its owner, or cannot be written.
    """
    keys, name = read_keys(), account or DEFAULT_ACCOUNT
    parts = keys.get(provider, {}).get(name, {})
    if parts.pop(part, None) is None:
        return False
    if not parts:
        del keys[provider][name]
    if not keys[provider]:
        del keys[provider]
    write_json(key_file(), keys, what="the key")
    return True


def read_keys() -> Keys:
    """Return every key in the file; empty if there is no file.

    Raises:
        ValidationError: the file is damaged, or is not private to its owner.
    """
    path = find_in_config(FILE)
    if path is None:
        return {}
    try:
        _require_private(path)
        content = read_regular(path, max_bytes=MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ValidationError(f"{path} cannot be read: {os_reason(error)}") from error
    try:
        return _checked(json.loads(content))
    except ValueError:
        # not `from error`: its text may show a part of a key
        raise ValidationError(
            f"{path} is damaged; delete it, and store the keys again with 'tarash keys set'"
        ) from None


def _checked(found: object) -> Keys:
    """Return the content of the file after checking its shape.

    Raises:
        ValueError: it has another shape.
    """
    keys: Keys = {}
    for provider, accounts in _entries(found):
        for account, parts in _entries(accounts):
            texts = {part: key for part, key in _entries(parts) if isinstance(key, str)}
            keys.setdefault(provider, {})[account] = texts
    return keys


def _entries(found: object) -> list[tuple[str, object]]:
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004 - as json.loads reports other damage
    return [(str(name), value) for name, value in found.items()]


def _require_private(path: Path) -> None:
    """Refuse a file that others can read, or could have put there.

    Raises:
        ValidationError: it is a link, belongs to another user, or other users can read or replace it.
        OSError: there is no such file, or it cannot be examined.
    """
    about = path.lstat()
    if stat.S_ISLNK(about.st_mode):
        raise ValidationError(f"{path} is a symbolic link; put the file itself there")
    if not hasattr(os, "getuid"):
        # on Windows, the folder's access list protects it
        return
    folder = path.parent.stat()
    for where, owner in ((path, about.st_uid), (path.parent, folder.st_uid)):
        if owner != os.getuid():
            raise ValidationError(f"{where} belongs to another user; keys are not read from it")
    if about.st_mode & OTHERS:
        raise ValidationError(f"{path} can be read by other users; run: chmod 600 '{path}'")
    if folder.st_mode & OTHERS_WRITE:
        raise ValidationError(f"{path.parent} can be changed by other users; run: chmod 700 '{path.parent}'")
