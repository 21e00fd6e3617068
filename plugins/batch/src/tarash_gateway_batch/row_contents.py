"""A row as stored data: what it consists of, its queue, and whether a table still has the rows that are stored."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.job import saved_request
from tarash.tarash_gateway.models import GenerationConfig

from .chains import stored_chain
from .rows import BadRow, BatchRow


def queue_of(config: GenerationConfig) -> str:
    """Return the queue of a chain: that of the account at the provider which comes first."""
    return config.provider if config.account is None else f"{config.provider}/{config.account}"


def content_of(row: BatchRow, destination: str) -> dict[str, object]:
    """Return a row as JSON data.

    Args:
        row: the row.
        destination: path of its output without the suffix.
    """
    return {
        "line": row.line,
        "request": saved_request(row.request),
        "chain": stored_chain(row.config),
        "destination": destination,
    }


def check_unchanged(
    batch: str, known: Mapping[str, str], given: Mapping[str, str], lines: Mapping[str, int]
) -> None:
    """Check that a batch still has the rows with which it was started; there may be further ones.

    Args:
        batch: its name.
        known: hash of each stored row by key.
        given: hash of each row of the table by key.
        lines: line of each row of the table by key.

    Raises:
        ValidationError: a row is missing or was changed.
    """
    changed = [
        BadRow(lines[key], "it was changed")
        for key, hashed in given.items()
        if known.get(key, hashed) != hashed
    ]
    missing = len(known.keys() - given.keys())
    if not changed and not missing:
        return
    parts = [str(row) for row in changed[:5]]
    if missing:
        parts.append(f"{missing} of its {len(known)} rows are missing")
    raise ValidationError(
        f"the batch {batch!r} was started with other rows ({'; '.join(parts)}); nothing was sent: give the new table another "
        "name, or restore the old one"
    )


__all__ = ["check_unchanged", "content_of", "queue_of"]
