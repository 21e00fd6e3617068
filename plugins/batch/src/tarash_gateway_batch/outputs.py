"""Where the outputs of a batch go: names from a template, and whole files or none."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models import GenerationResponse

from .inspecting import Inspector
from .reading import filled
from .results import OutputFile
from .rows import BadRow, BatchRow
from .stores import place_of

DEFAULT_NAME = "{key}"
_UNSAFE = re.compile(r"[^\w.+@=,()\- ]+")
_MOST_LETTERS = 120


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
        if name.casefold() in lines:
            reason = f"its file {name!r} is that of line {lines[name.casefold()]}; add {{key}} or {{line}} to the name"
            bad_rows.append(BadRow(row.line, reason))
            continue
        lines[name.casefold()] = row.line
        found[row.key] = f"{folder}/{name}"
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


async def save_outputs(
    response: GenerationResponse, destination: str, inspector: Inspector
) -> tuple[OutputFile, ...]:
    """Store every output of a response, and look at what was stored.

    An existing file is replaced: it is the row's own, from a run that ended before it was noted, or one that failed its checks.

    Args:
        response: the response.
        destination: path of the main output without the suffix.
        inspector: looks at each output.

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
        saved.append(await inspector.inspect(path, asset.kind))
    return tuple(saved)


_SUFFIXES = {"video": ".mp4", "image": ".png", "audio": ".mp3"}


__all__ = ["DEFAULT_NAME", "destinations", "save_outputs"]
