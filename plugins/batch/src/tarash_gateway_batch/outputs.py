"""Where the outputs of a batch go: names from a template, whole files or none, and their hashes."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import fsspec

from tarash.tarash_gateway.exceptions import DownloadError, ValidationError
from tarash.tarash_gateway.models import GenerationResponse

from .reading import filled
from .results import OutputFile
from .rows import BadRow, BatchRow

DEFAULT_NAME = "{key}"
_UNSAFE = re.compile(r"[^\w.+@=,()\- ]+")
_MOST_LETTERS = 120
_CHUNK_BYTES = 1 << 20


def destinations(
    rows: Sequence[BatchRow], out: str | Path, template: str
) -> tuple[dict[str, str], tuple[BadRow, ...]]:
    """Return where the output of each row goes, without the suffix, by key; and the rows that have no place of their own.

    Args:
        rows: the rows.
        out: the folder, or its URL of fsspec.
        template: name with placeholders for columns, and for `key`, `line`, `provider` and `model`. "/" makes folders.
    """
    folder = str(out) if "://" in str(out) else str(Path(out).expanduser().absolute())
    found: dict[str, str] = {}
    lines: dict[str, int] = {}
    bad_rows: list[BadRow] = []
    for row in rows:
        try:
            name = _name(row, template)
        except ValidationError as error:
            bad_rows.append(BadRow(row.line, error.message))
            continue
        if name.casefold() in lines:
            reason = f"its file {name!r} is that of line {lines[name.casefold()]}; add {{key}} or {{line}} to the name"
            bad_rows.append(BadRow(row.line, reason))
            continue
        lines[name.casefold()] = row.line
        found[row.key] = f"{folder.rstrip('/')}/{name}"
    return found, tuple(bad_rows)


def _name(row: BatchRow, template: str) -> str:
    own = {"key": row.key, "line": str(row.line), "provider": row.config.provider, "model": row.config.model}
    values: Mapping[str, str] = {name: _safe(text) for name, text in {**row.values, **own}.items()}
    parts = [part for part in filled(template, values).split("/") if part.strip(". ")]
    if not parts:
        raise ValidationError(f"the template {template!r} gives it no name; add {{key}} to it")
    return "/".join(parts)


def _safe(text: str) -> str:
    """Return a text as a part of a file name: a cell must not lead to another folder."""
    return _UNSAFE.sub("_", text).strip(". ")[:_MOST_LETTERS] or "_"


async def save_outputs(response: GenerationResponse, destination: str) -> tuple[OutputFile, ...]:
    """Store every output of a response.

    An existing file is replaced: it is the row's own, from a run that ended before it was noted.

    Raises:
        DownloadError: an output cannot be fetched or stored.
    """
    saved: list[OutputFile] = []
    for index, asset in enumerate(response.assets):
        suffix = mimetypes.guess_extension((asset.content_type or "").partition(";")[0]) or _SUFFIXES.get(
            asset.kind, ""
        )
        path = f"{destination}-{index + 1}{suffix}" if index else f"{destination}{suffix}"
        await response.save_async(path, index=index, overwrite=True)
        digest, size = _read_back(path)
        saved.append(OutputFile(path=path, sha256=digest, size_bytes=size, kind=asset.kind))
    return tuple(saved)


_SUFFIXES = {"video": ".mp4", "image": ".png", "audio": ".mp3"}


def _read_back(path: str) -> tuple[str, int]:
    """Return the hash and the size of what was stored, read from where it was stored."""
    digest, size = hashlib.sha256(), 0
    try:
        with fsspec.open(path, "rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise DownloadError(f"{path} cannot be read back: {error}") from error
    return digest.hexdigest(), size


__all__ = ["DEFAULT_NAME", "destinations", "save_outputs"]
