"""The manifest: one line of JSON for each row that has ended, replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .results import RowResult
from .stores import local_path, place_of, write_whole

NAME = "manifest.jsonl"


def write_manifest(out: str | Path, results: Iterable[RowResult]) -> str:
    """Write the manifest of a batch, and return its path.

    Args:
        out: the folder of the outputs, or its URL of fsspec.
        results: the results, in any order; they are sorted by line.

    Raises:
        DownloadError: it cannot be written.
    """
    ordered = sorted(results, key=lambda item: (item.line, item.key))
    place = place_in(out, NAME)
    write_whole(place, "".join(f"{result.model_dump_json()}\n" for result in ordered).encode())
    return place


def place_in(out: str | Path, name: str) -> str:
    """Return where a file of the batch lies: a path, or the URL of a store."""
    folder = place_of(out)
    path = local_path(folder)
    return f"{folder.rstrip('/')}/{name}" if path is None else str(path / name)


__all__ = ["NAME", "place_in", "write_manifest"]
