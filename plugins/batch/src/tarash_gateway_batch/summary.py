"""How a batch stands when a call that runs it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """How a batch stands.

    Attributes:
        name: name of the batch.
        counts: number of rows by state: "completed", "bad_media", "failed", "unsaved", "over_budget", "cancelled" or "waiting".
        spent_usd: what all attempts cost or may cost, in US dollars.
        manifest: where the manifest lies.
        report: where the report lies, a page to look at the outputs.
        unknown: number of failed rows whose job may exist and be paid for: they are tried again only with `retry_unknown`.
        collectable: number of failed rows whose job was given up or left running, and may still give its result: `retry_failed` asks
            for it, which does not pay again.
        missing: number of stored outputs that are no longer in their folder; their rows count as completed and are not generated again.
    """

    name: str
    counts: Mapping[str, int]
    spent_usd: float
    manifest: str
    report: str
    unknown: int = 0
    collectable: int = 0
    missing: int = 0


__all__ = ["BatchSummary"]
