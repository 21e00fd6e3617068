"""Gives older SQLite libraries the clock that the engine's tables use under Python 3.12 and later."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from types import MappingProxyType

_FIRST_WITH_FRACTIONS = (3, 42)
"""The first SQLite whose `unixepoch('subsec')` is a time; before, it is NULL, and no row can be stored (SQLite release notes)."""


class Connection(sqlite3.Connection):
    """A connection in which `unixepoch('subsec')` is the time in seconds, whatever the version of SQLite.

    DBOS 3.4 stores that as the time of each row under Python 3.12 and later. Debian 12, and so the images of Python on Docker Hub that are
    built on it, have SQLite 3.40.
    """

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]  # as `sqlite3.connect` calls it
        if sqlite3.sqlite_version_info < _FIRST_WITH_FRACTIONS:
            self.create_function("unixepoch", 1, _seconds)


def _seconds(modifier: object) -> float | None:
    return time.time() if modifier == "subsec" else None


SQLITE: Mapping[str, object] = MappingProxyType(
    {"factory": Connection, "isolation_level": "IMMEDIATE", "timeout": 30.0}
)
"""How the engine connects to a file: writers come one after another, as DBOS has it, and wait this long in seconds for their turn."""

__all__ = ["SQLITE", "Connection"]
