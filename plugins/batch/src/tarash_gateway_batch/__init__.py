"""Batches: hundreds of requests on a durable engine, resumed after a crash without paying twice."""

from __future__ import annotations

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
