"""Reads tables, and writes the manifest, as Parquet: both need pyarrow."""

from __future__ import annotations

import datetime as dt
import decimal
import importlib.util
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tarash.tarash_gateway.exceptions import ValidationError

from .results import RowResult

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES = frozenset({".parquet", ".pq"})
NAME = "manifest.parquet"
_INDEX = "__index_level_"
"""How pandas names the columns of an index, which is not part of the data."""
_EXACT = 2.0**53
"""Up to here, a float has every whole number."""


def is_parquet_installed() -> bool:
    """Return whether pyarrow is installed."""
    return importlib.util.find_spec("pyarrow") is not None


def parquet_records(file: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield each row of a table with its number, counted from 1.

    Raises:
        ValidationError: pyarrow is not installed, or the file is not Parquet.
    """
    if not is_parquet_installed():
        raise ValidationError(
            f"reading {file.name!r} needs pyarrow; install the extra parquet, or pip install 'pyarrow>=17'"
        )
    import pyarrow as pa
    from pyarrow import parquet

    number = 0
    try:
        with parquet.ParquetFile(file) as table:
            for batch in table.iter_batches():
                for record in batch.to_pylist():
                    number += 1
                    yield number, _cells(record)
    except pa.ArrowException as error:
        raise ValidationError(f"{file} cannot be read: {error}; pass a Parquet file") from error


def _cells(record: Mapping[str, object]) -> dict[str, object]:
    return {name: _plain(value) for name, value in record.items() if not name.startswith(_INDEX)}


def _plain(value: object) -> object:
    """Return a value as JSON has it; a missing number, which pandas stores as NaN, is an absent one."""
    if isinstance(value, decimal.Decimal):
        value = float(value)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        # a column of whole numbers in which one is missing comes as floats
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        members = {name: _plain(item) for name, item in cast("dict[str, object]", value).items()}
        return {name: item for name, item in members.items() if item is not None}
    return value


def manifest_bytes(results: Iterable[RowResult]) -> bytes:
    """Return the manifest as a Parquet file; a row has the facts of its main output, and `files` has all of them."""
    import pyarrow as pa
    from pyarrow import parquet

    rows = [_row(result) for result in results]
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_pylist(rows, schema=manifest_schema()), sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _row(result: RowResult) -> dict[str, object]:
    told = result.model_dump(mode="python")
    main: dict[str, Any] = told["files"][0] if told["files"] else {}
    media = main.get("media") or {}
    adjustments = [
        {**change, "requested": _as_json(change["requested"]), "used": _as_json(change["used"])}
        for change in told["adjustments"]
    ]
    facts = {name: main.get(name) for name in ("path", "sha256", "size_bytes", "kind", "problems", "poster")}
    return {**told, **facts, **media, "adjustments": adjustments}


def _as_json(value: object) -> str | None:
    """Return a value of any type as text: a column has one type."""
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def manifest_schema() -> pa.Schema:
    """Return the columns of the manifest."""
    import pyarrow as pa

    text, number, whole, yes = pa.string(), pa.float64(), pa.int64(), pa.bool_()
    texts, moment = pa.list_(text), pa.timestamp("us", tz="UTC")
    media = {
        "width": whole, "height": whole, "duration_seconds": number, "frames_per_second": number,
        "video_codec": text, "audio_codec": text,
    }  # fmt: skip
    file = {
        "path": text,
        "sha256": text,
        "size_bytes": whole,
        "kind": text,
        "problems": texts,
        "poster": text,
    }
    attempt = {
        "provider": text, "model": text, "attempt_number": whole, "started_at": moment, "ended_at": moment, "status": text,
        "error_type": text, "error_message": text, "is_retryable": yes, "request_id": text, "elapsed_seconds": number,
        "submitted": text, "billed": text, "cancelled": text, "cost_usd": number, "estimated_cost_usd": number, "polls": whole,
    }  # fmt: skip
    rejection = {
        "provider": text, "model": text, "request_id": text, "generation_id": text, "link": whole, "next_link": whole,
        "problems": texts,
    }  # fmt: skip
    change = {
        "field": text, "requested": text, "used": text, "reason": text, "provider": text, "model": text,
    }  # fmt: skip
    row = {
        "batch": text, "key": text, "line": whole, "state": text, "prompt": text, "provider": text, "model": text,
        "request_id": text, **file, **media, "total_cost_usd": number, "is_cost_certain": yes, "estimated_cost_usd": number,
        "elapsed_seconds": number, "error_code": text, "error_message": text, "warnings": texts, "generation_id": text,
        "earlier_attempts": whole, "attempts": _list(attempt), "rejections": _list(rejection), "adjustments": _list(change),
        "files": _list({**file, "media": pa.struct(list(media.items()))}),
    }  # fmt: skip
    return pa.schema(list(row.items()))


def _list(members: Mapping[str, pa.DataType]) -> pa.DataType:
    import pyarrow as pa

    return pa.list_(pa.struct(list(members.items())))


__all__ = ["NAME", "SUFFIXES", "is_parquet_installed", "manifest_bytes", "manifest_schema", "parquet_records"]
