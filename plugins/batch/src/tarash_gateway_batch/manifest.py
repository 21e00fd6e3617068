"""The manifest: one line of JSON for each row that has ended, replaced as a whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import fsspec

from .results import RowResult

NAME = "manifest.jsonl"


def write_manifest(out: str | Path, results: Iterable[RowResult]) -> str:
    """Write the manifest of a batch, and return its path.

    In a folder, it is moved into place when it is complete; object stores do the same with every upload.

    Args:
        out: the folder of the outputs, or its URL of fsspec.
        results: the results, in any order; they are sorted by line.

    Raises:
        OSError: it cannot be written.
    """
    lines = [
        f"{result.model_dump_json()}\n" for result in sorted(results, key=lambda item: (item.line, item.key))
    ]
    target = str(out)
    if target.startswith("file://"):
        target = url2pathname(urlsplit(target).path)
    if "://" in target:
        url = f"{target.rstrip('/')}/{NAME}"
        with fsspec.open(url, "w", encoding="utf-8") as stream:
            stream.writelines(lines)
        return url
    folder = Path(target).expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=folder, prefix=f".{NAME}.", delete=False
    ) as stream:
        try:
            stream.writelines(lines)
            stream.flush()
            os.fsync(stream.fileno())
        except BaseException:
            Path(stream.name).unlink(missing_ok=True)
            raise
    path = folder / NAME
    Path(stream.name).replace(path)
    return str(path)


__all__ = ["NAME", "write_manifest"]
