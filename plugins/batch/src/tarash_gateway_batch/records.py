"""Reads the records of a table from its file: CSV, JSON lines or Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TextIO, TypeAlias, cast

from tarash.tarash_gateway.exceptions import ValidationError

from .parquet import SUFFIXES, parquet_records

Record: TypeAlias = Mapping[str, object] | str
"""The cells of a row by column; or, for a row that cannot be read, a string that says why."""

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}


def records(file: Path) -> Iterator[tuple[int, Record]]:
    """Yield each row of a table with its line.

    Raises:
        ValidationError: the file has another format, or cannot be read.
    """
    suffix = file.suffix.lower()
    try:
        if suffix == ".csv":
            with file.open(encoding="utf-8-sig", newline="") as stream:
                yield from _csv_records(file, stream)
        elif suffix in {".jsonl", ".ndjson"}:
            with file.open(encoding="utf-8-sig") as stream:
                yield from _json_records(stream)
        elif suffix in SUFFIXES:
            yield from parquet_records(file)
        else:
            raise ValidationError(
                f"{file.name!r} is not a table; use a file that ends with .csv, .jsonl or .parquet"
            )
    except OSError as error:
        raise ValidationError(f"{file} cannot be read: {error.strerror or error}; check the path") from error
    except UnicodeDecodeError as error:
        raise ValidationError(
            f"{file} cannot be read: {error}; pass a CSV or JSON lines file in UTF-8"
        ) from error


def _csv_records(file: Path, stream: TextIO) -> Iterator[tuple[int, Record]]:
    header = stream.readline()
    separator = _separator(header)
    reader = csv.reader(chain((header,), stream), delimiter=separator, strict=True)
    last_line = 0
    try:
        names = [name.strip() for name in next(reader, ())]
        if doubled := sorted({name for name in names if name and names.count(name) > 1}):
            raise ValidationError(
                f"the column {doubled[0]!r} occurs twice; give each column a name of its own"
            )
        last_line = reader.line_num
        for cells in reader:
            if cells:
                yield reader.line_num, _csv_record(names, cells, separator)
            last_line = reader.line_num
    except csv.Error as error:
        if "field larger than" in str(error) and reader.line_num <= last_line + 1:
            raise ValidationError(
                f"{file} cannot be read: line {reader.line_num} has a cell of more than {csv.field_size_limit()} characters; write the "
                "table as JSON lines, or put the path of a file into the cell"
            ) from error
        raise ValidationError(
            f"{file} cannot be read: {_quoting(error)}, in the row that begins in line {last_line + 1}; close each quoted text "
            'with ", and write "" for a quote within it'
        ) from error


def _csv_record(names: Sequence[str], cells: Sequence[str], separator: str) -> Record:
    """Return the cells by column. Spreadsheets write empty columns without a name, which are left out."""
    if len(cells) > len(names):
        return f"it has more cells than the header's {len(names)}; put texts with {_SEPARATORS[separator]} in quotes"
    if len(cells) < len(names):
        return f"it has fewer cells than the header's {len(names)}"
    columns = list(zip(names, cells, strict=True))
    for number, (name, cell) in enumerate(columns, start=1):
        if not name and cell.strip():
            return (
                f"column {number} has a value, and no name in the header; give it a name, or empty its cells"
            )
    return {name: cell for name, cell in columns if name}


def _separator(header: str) -> str:
    """Return what separates the cells: a comma, unless only a semicolon or only a tab makes more than one column.

    Spreadsheets write semicolons where the comma is the decimal point.
    """
    if _columns(header, ",") > 1:
        return ","
    found = [separator for separator in (";", "\t") if _columns(header, separator) > 1]
    return found[0] if len(found) == 1 else ","


def _columns(header: str, separator: str) -> int:
    try:
        return len(next(csv.reader((header,), delimiter=separator, strict=True), ()))
    except csv.Error:
        return 0


def _quoting(error: csv.Error) -> str:
    """Return what is wrong: an open quote takes in all the lines that follow, until the file ends or the cell is too long."""
    told = str(error)
    is_open = told.startswith(("unexpected end of data", "field larger than"))
    return 'a quote (") is opened and never closed' if is_open else told


def _json_records(lines: Iterator[str]) -> Iterator[tuple[int, Record]]:
    for line, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            record: object = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield line, f"it is not JSON: {error}"
            continue
        yield (
            line,
            cast("dict[str, object]", record) if isinstance(record, dict) else "it is not a JSON object",
        )


__all__ = ["Record", "records"]
