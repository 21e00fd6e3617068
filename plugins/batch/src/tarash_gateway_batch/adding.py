"""Stores the rows of a batch, and compares a table that is run again with the rows that are stored."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import ValidationError

from .chains import queue_of
from .outputs import folded
from .results import RowResult
from .row_contents import Content, changes_between, content_of
from .rows import BadRow, BatchRow
from .tables import rows

_ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Stored:
    """A row that is stored.

    Attributes:
        content: the row, as the text that `content_of` makes.
        position: its place in the table.
        result: its result so far, or None.
    """

    content: str
    position: int
    result: str | None


def add_rows(
    connection: sa.Connection,
    batch: str,
    found: Sequence[BatchRow],
    destinations: Mapping[str, str],
    *,
    is_moved: bool,
    state: str,
) -> None:
    """Store the rows that a batch does not have yet; the others take over the lines and the limits of the table.

    Args:
        connection: a transaction that has locked the batch.
        batch: its name.
        found: the rows of the table.
        destinations: where the output of each row goes, without the suffix, by key.
        is_moved: whether the rows that are stored get new destinations, too.
        state: state of a new row.

    Raises:
        ValidationError: a row is missing or was changed, or a new one would replace the output of another.
    """
    columns = (rows.c.key, rows.c.content, rows.c.position, rows.c.result)
    query = sa.select(*columns).where(rows.c.batch == batch)
    known = {row[0]: _Stored(*row[1:]) for row in connection.execute(query)}
    given = {row.key: content_of(row, destinations[row.key]) for row in found}
    before = {key: cast("Content", json.loads(stored.content)) for key, stored in known.items()}
    _check_unchanged(batch, before, given)
    if not is_moved:
        _keep_destinations(before, given)
    fresh: list[dict[str, object]] = []
    changed: list[dict[str, object]] = []
    for position, row in enumerate(found):
        text = json.dumps(given[row.key], ensure_ascii=False)
        stored = known.get(row.key)
        if stored is None:
            fresh.append(
                {
                    "batch": batch, "key": row.key, "position": position, "run": 1, "state": state,
                    "queue": queue_of(row.config), "content": text,
                }
            )  # fmt: skip
        elif (stored.content, stored.position) != (text, position):
            result = _with_line(stored.result, row.line)
            changed.append({"at": row.key, "content": text, "position": position, "result": result})
    if fresh:
        connection.execute(rows.insert(), fresh)
    if changed:
        names = ("content", "position", "result")
        chosen = sa.and_(rows.c.batch == batch, rows.c.key == sa.bindparam("at"))
        values: dict[str, sa.BindParameter[object]] = {name: sa.bindparam(name) for name in names}
        connection.execute(rows.update().where(chosen).values(**values), changed)


def _with_line(result: str | None, line: int) -> str | None:
    if result is None:
        return None
    return RowResult.model_validate_json(result).model_copy(update={"line": line}).model_dump_json()


def _keep_destinations(before: Mapping[str, Content], given: Mapping[str, dict[str, object]]) -> None:
    """Let each stored row keep the destination under which it may have an output, also if its line has changed."""
    taken = {folded(str(content["destination"])): content["line"] for content in before.values()}
    for key, content in given.items():
        if key in before:
            content["destination"] = before[key]["destination"]
            continue
        place = str(content["destination"])
        if folded(place) in taken:
            raise ValidationError(
                f"line {content['line']} is new, and its output {place!r} is that of the row which was in line "
                f"{taken[folded(place)]}; nothing was sent: put new rows at the end of the table"
            )


def _check_unchanged(
    batch: str, before: Mapping[str, Content], given: Mapping[str, dict[str, object]]
) -> None:
    changes = {key: changes_between(before[key], given[key]) for key in before.keys() & given.keys()}
    changed = [
        BadRow(int(str(content["line"])), what)
        for key, content in given.items()
        if (what := changes.get(key)) is not None
    ]
    missing = [content for key, content in before.items() if key not in given]
    if not changed and not missing:
        return
    parts = [str(row) for row in changed[:_ROWS_SHOWN]]
    if len(changed) > _ROWS_SHOWN:
        parts.append(f"{len(changed) - _ROWS_SHOWN} more were changed")
    if missing:
        first = min(missing, key=lambda content: int(str(content["line"])))
        prompt = str(cast("Content", first["request"])["prompt"])[:60]
        parts.append(
            f"{len(missing)} of its {len(before)} rows are missing, such as {prompt!r}, which was in line {first['line']}"
        )
    raise ValidationError(
        f"the batch {batch!r} was started with other rows ({'; '.join(parts)}); nothing was sent: restore the old table and options, "
        "and put new rows at its end. Under another name, every row would be generated and paid for again"
    )


__all__ = ["add_rows"]
