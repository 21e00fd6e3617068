"""Writes the report into the folder of the outputs, to which its links are relative."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..manifest import place_in
from ..results import RowResult
from ..store import BatchProgress
from ..stores import place_of, write_whole
from .page import NAME, report_bytes


def write_report(name: str, ordered: Sequence[RowResult], progress: BatchProgress, out: str | Path) -> str:
    """Write the report of a batch, and return its path.

    Args:
        name: name of the batch.
        ordered: the results in the order of the table.
        progress: how the batch stands.
        out: the folder of the outputs, or its URL of fsspec.

    Raises:
        DownloadError: it cannot be written.
    """
    place = place_in(out, NAME)
    write_whole(place, report_bytes(name, ordered, progress, place_of(out)))
    return place


__all__ = ["write_report"]
