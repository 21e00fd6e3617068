"""A row of a batch: what to generate, with what, under which key, and the rows that cannot be generated."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models import GenerationConfig, GenerationRequest

from .wording import counted

REASONS_SHOWN = 20
"""Number of reasons that the message of `BadRowsError` lists; its attribute has every bad row."""
MOST_BYTES_OF_A_KEY = 2000
"""PostgreSQL indexes texts of about 2,700 bytes, and the name of the batch comes on top."""
_LINES_SHOWN = 5
"""Number of lines that are listed with one reason."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One row, ready to be generated.

    Attributes:
        key: identity of the row within its batch: the text of the key column, or a hash of the content.
        line: line in the file, counted from 1; for requests, their position.
        request: what to generate.
        config: with what, its fallbacks included.
        values: the columns, as texts, for the names of the files.
    """

    key: str
    line: int
    request: GenerationRequest
    config: GenerationConfig
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that cannot be generated.

    Attributes:
        line: line in the file, counted from 1; for requests, their position.
        reason: what is wrong, and what to do.
    """

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def reasons_of(bad_rows: Iterable[BadRow]) -> list[str]:
    """Return each reason once, with the lines that have it, in the order of the file."""
    lines: dict[str, list[int]] = {}
    for row in sorted(bad_rows, key=lambda row: row.line):
        lines.setdefault(row.reason, []).append(row.line)
    return [f"{_lines(found)}: {reason}" for reason, found in lines.items()]


def _lines(found: Sequence[int]) -> str:
    shown = ", ".join(map(str, found[:_LINES_SHOWN]))
    more = f" and {len(found) - _LINES_SHOWN} more" if len(found) > _LINES_SHOWN else ""
    return f"line {shown}" if len(found) == 1 else f"lines {shown}{more}"


def in_short(bad_rows: Iterable[BadRow]) -> str:
    """Return the first reasons as one text."""
    reasons = reasons_of(bad_rows)
    more = f"; and {len(reasons) - REASONS_SHOWN} more reasons" if len(reasons) > REASONS_SHOWN else ""
    return "; ".join(reasons[:REASONS_SHOWN]) + more


class BadRowsError(ValidationError):
    """Rows of a batch cannot be generated. Nothing was sent.

    Attributes:
        bad_rows: every bad row, in the order of the file.
        is_every_row: whether there is no good one, so that skipping the bad ones would not help.
    """

    code = "bad_rows"

    def __init__(self, bad_rows: Sequence[BadRow], *, is_every_row: bool = False) -> None:
        count = counted(len(bad_rows), "bad row")
        super().__init__(
            f"the batch has no rows that can be generated: {in_short(bad_rows)}"
            if is_every_row
            else f"{count}, so nothing was sent: {in_short(bad_rows)}; correct them, or skip them with skip_bad=True"
        )
        self.bad_rows = tuple(bad_rows)
        self.is_every_row = is_every_row


def _content_hash(content: object) -> str:
    """Return 16 hexadecimal digits that stand for JSON data, independent of the order of its members."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def check_key(key: str) -> None:
    """Check that a key can be stored: a server takes no NUL, and indexes only short texts.

    Raises:
        ValidationError: it cannot.
    """
    # what is no text becomes a sign, so that its length can be taken
    if "\0" in key or len(key.encode(errors="replace")) > MOST_BYTES_OF_A_KEY or not _is_text(key):
        raise ValidationError(
            f"the key {key[:40]!r} cannot be stored; use text of up to {MOST_BYTES_OF_A_KEY} bytes without NUL"
        )


def _is_text(value: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


class Keys:
    """Gives each row its key, and keeps them apart."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def of_content(self, content: object) -> str:
        """Return the key of a row without a key column; equal rows are numbered, so each is generated."""
        found = _content_hash(content)
        count = self._counts[found] = self._counts.get(found, 0) + 1
        return found if count == 1 else f"{found}-{count}"

    def of_column(self, column: str, text: str) -> str:
        """Return the text of a key column.

        Raises:
            ValidationError: it is empty, or another row has it.
        """
        if not text:
            raise ValidationError(f"the key column {column!r} is empty; give each row a key of its own")
        if text in self._counts:
            raise ValidationError(
                f"the key {text!r} stands in an earlier row; give each row a key of its own"
            )
        self._counts[text] = 1
        return text


__all__ = ["BadRow", "BadRowsError", "BatchRow", "Keys", "check_key", "in_short", "reasons_of"]
