"""Batches: hundreds of requests on a durable engine, resumed after a crash without paying twice."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # what a type checker reads; loading all of it would make every `tarash --help` wait for the database library
    from .bad_media import OnBadMedia, Rejection
    from .changes import Cancelled
    from .media_facts import MediaFacts
    from .options import BatchOptions, Rate
    from .reading import Table, read_table
    from .results import OutputFile, RowResult, RowState
    from .rows import BadRow, BadRowsError, BatchRow
    from .runner import BatchRunner
    from .store import BatchProgress
    from .summary import BatchSummary
    from .tables import AlreadyRunningError, BatchDatabaseError
    from .worker import BatchWorker

_HOMES = {
    "bad_media": ("OnBadMedia", "Rejection"),
    "changes": ("Cancelled",),
    "media_facts": ("MediaFacts",),
    "options": ("BatchOptions", "Rate"),
    "reading": ("Table", "read_table"),
    "results": ("OutputFile", "RowResult", "RowState"),
    "rows": ("BadRow", "BadRowsError", "BatchRow"),
    "runner": ("BatchRunner",),
    "store": ("BatchProgress",),
    "summary": ("BatchSummary",),
    "tables": ("AlreadyRunningError", "BatchDatabaseError"),
    "worker": ("BatchWorker",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
"""The module of each public name."""


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "AlreadyRunningError",
    "BadRow",
    "BadRowsError",
    "BatchDatabaseError",
    "BatchOptions",
    "BatchProgress",
    "BatchRow",
    "BatchRunner",
    "BatchSummary",
    "BatchWorker",
    "Cancelled",
    "MediaFacts",
    "OnBadMedia",
    "OutputFile",
    "Rate",
    "Rejection",
    "RowResult",
    "RowState",
    "Table",
    "read_table",
]
