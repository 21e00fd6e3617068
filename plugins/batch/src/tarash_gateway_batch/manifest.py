"""The manifest: one entry for each row that has ended, as JSON lines and as Parquet, replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from . import parquet
from .results import RowResult
from .stores import local_path, place_of, write_whole

NAME = "manifest.jsonl"


def in_order(results: Iterable[RowResult]) -> list[RowResult]:
    """Return results in the order of their table."""
    return sorted(results, key=lambda item: (item.line, item.key))


def write_manifest(out: str | Path, ordered: Sequence[RowResult]) -> str:
    """Write the manifest of a batch as JSON lines, and return its path.

    Args:
        out: the folder of the outputs, or its URL of fsspec.
        ordered: the results in order.

    Raises:
        DownloadError: it cannot be written.
    """
    place = place_in(out, NAME)
    write_whole(place, "".join(f"{result.model_dump_json()}\n" for result in ordered).encode())
    return place


def write_parquet(out: str | Path, ordered: Sequence[RowResult]) -> str | None:
    """Write the manifest of a batch as Parquet, and return its path; None if pyarrow is not installed.

    Raises:
        DownloadError: it cannot be written.
    """
    if not parquet.is_parquet_installed():
        return None
    place = place_in(out, parquet.NAME)
    write_whole(place, parquet.manifest_bytes(ordered))
    return place


def missing_outputs(results: Iterable[RowResult]) -> list[str]:
    """Return the paths of stored outputs that are no longer there; those in another store are not looked for."""
    places = (file.path for result in results for file in result.files)
    return [place for place in places if (path := local_path(place)) is not None and not path.exists()]


def place_in(out: str | Path, name: str) -> str:
    """Return where a file of the batch lies: a path, or the URL of a store."""
    folder = place_of(out)
    path = local_path(folder)
    return f"{folder.rstrip('/')}/{name}" if path is None else (path / name).as_posix()


__all__ = ["NAME", "in_order", "missing_outputs", "place_in", "write_manifest", "write_parquet"]
