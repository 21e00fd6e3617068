"""Where the outputs of a batch go: names from a template, and whole files or none."""

from __future__ import annotations

import asyncio
import mimetypes
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models import GenerationResponse

from .inspecting import Inspector, poster_of
from .results import OutputFile
from .rows import BadRow, BatchRow
from .stores import forget_hidden, hidden_place, place_of, show
from .templates import filled

OWN_PLACEHOLDERS = ("key", "line", "provider", "model")
"""What the name of a file may have besides the columns."""
_SAFE_SIGNS = frozenset("_.+@=,()- ")
_UNSAFE = "/"
_FURTHER = "~"
"""Stands before the number of a further output. No cell or key has it, so that the second output of the row "a" is not the first one of
the row "a-2": equal rows have such keys."""
_MOST_LETTERS = 120
_MOST_BYTES = 200
"""File systems take names of 255 bytes; the suffix and the number of an output need the rest."""
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
"""Names that mean a device on Windows, with any suffix (Microsoft, "Naming Files, Paths, and Namespaces")."""


def destinations(
    rows: Sequence[BatchRow], out: str | Path, template: str
) -> tuple[dict[str, str], tuple[BadRow, ...]]:
    """Return where the output of each row goes, without the suffix, by key; and the rows that have no place of their own.

    Args:
        rows: the rows.
        out: the folder, or its URL of fsspec.
        template: name with placeholders for columns, and for `key`, `line`, `provider` and `model`. "/" makes folders.
    """
    folder = place_of(out)
    found: dict[str, str] = {}
    lines: dict[str, int] = {}
    bad_rows: list[BadRow] = []
    for row in rows:
        try:
            name = _name(row, template)
        except ValidationError as error:
            bad_rows.append(BadRow(row.line, error.message))
            continue
        same = folded(name)
        if same in lines:
            reason = f"its file {name!r} is that of line {lines[same]}; add {{key}} or {{line}} to the name"
            bad_rows.append(BadRow(row.line, reason))
            continue
        lines[same] = row.line
        found[row.key] = f"{folder}/{name}"
    return found, tuple(bad_rows)


def folded(name: str) -> str:
    """Return what two names have in common that some system takes for one: macOS and Windows ignore the case."""
    # the letters of a small "ΐ" and of a capital one are put together in different ways
    return unicodedata.normalize("NFC", name.casefold())


def _name(row: BatchRow, template: str) -> str:
    facts = (row.key, str(row.line), row.config.provider, row.config.model)
    own = dict(zip(OWN_PLACEHOLDERS, facts, strict=True))
    values: Mapping[str, str] = {name: _safe(text) for name, text in {**row.values, **own}.items()}
    parts = [part for part in filled(template, values).split("/") if part.strip(". ")]
    if not parts:
        raise ValidationError(f"the template {template!r} gives it no name; add {{key}} to it")
    # the same on every system, so that a batch can be carried on and copied elsewhere
    return "/".join(_short(f"_{part}" if _DEVICE.fullmatch(part) else part) for part in parts)


def _safe(text: str) -> str:
    """Return a string as a part of a file name, in the script that it is written in: a cell must not lead to another folder."""
    kept = ""
    # macOS takes the two ways to write "é" for one name
    for letter in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(letter)[0]
        # the vowels of Hindi and Thai are marks on the letter before them
        is_kept = kind in "LN" or letter in _SAFE_SIGNS or (kind == "M" and kept[-1:] not in ("", _UNSAFE))
        kept += letter if is_kept else _UNSAFE
    return re.sub(f"{_UNSAFE}+", "_", kept).strip(". ")[:_MOST_LETTERS] or "_"


def _short(name: str) -> str:
    # Windows drops dots and spaces at the end of a name
    return name.encode()[:_MOST_BYTES].decode(errors="ignore").rstrip(". ")


async def save_outputs(
    response: GenerationResponse, destination: str, inspector: Inspector, may_replace: Callable[[], bool]
) -> tuple[OutputFile, ...] | None:
    """Store every output of a response, and look at what was stored.

    An existing file is replaced: it is the row's own, from a run that ended before it was noted, or one that failed its checks.
    In a folder, an output has a hidden name until it is complete and known: the row may belong to another worker by then.

    Args:
        response: the response.
        destination: path of the main output without the suffix.
        inspector: looks at each output.
        may_replace: called in a thread, right before the outputs get their names; whether they may replace what is there.

    Returns:
        The outputs, or None if they may not replace what is there; then nothing has changed.

    Raises:
        DownloadError: an output cannot be fetched or stored.
    """
    stored: list[tuple[OutputFile, str]] = []
    try:
        for index, asset in enumerate(response.assets):
            suffix = mimetypes.guess_extension((asset.content_type or "").partition(";")[0]) or _SUFFIXES.get(
                asset.kind, ""
            )
            path = f"{destination}{_FURTHER}{index + 1}{suffix}" if index else f"{destination}{suffix}"
            hidden = hidden_place(path)
            stored.append((OutputFile(path=hidden, sha256="", size_bytes=0, kind=asset.kind), path))
            await response.save_async(hidden, index=index, overwrite=True)
            stored[-1] = await inspector.inspect(hidden, asset.kind), path
        return await asyncio.to_thread(_shown, stored, may_replace)
    finally:
        _forget(stored)


def _shown(
    stored: Sequence[tuple[OutputFile, str]], may_replace: Callable[[], bool]
) -> tuple[OutputFile, ...] | None:
    if not may_replace():
        return None
    found: list[OutputFile] = []
    for output, path in stored:
        show(output.path, path)
        poster = None if output.poster is None else poster_of(path)
        if output.poster is not None and poster is not None:
            show(output.poster, poster)
        found.append(output.model_copy(update={"path": path, "poster": poster}))
    return tuple(found)


def _forget(stored: Sequence[tuple[OutputFile, str]]) -> None:
    """Delete what has not got its name."""
    for output, path in stored:
        forget_hidden(output.path, path)
        if output.poster is not None:
            forget_hidden(output.poster, poster_of(path))


_SUFFIXES = {"video": ".mp4", "image": ".png", "audio": ".mp3"}


__all__ = ["OWN_PLACEHOLDERS", "destinations", "folded", "save_outputs"]
