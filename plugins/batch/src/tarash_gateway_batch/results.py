"""The result of a row: what was made, where it lies, what it cost, or why it failed."""

from __future__ import annotations

from typing import Literal, TypeAlias

import pydantic

from tarash.tarash_gateway.models import Adjustment, AttemptMetadata, ExecutionMetadata

from .bad_media import Rejection
from .media_facts import MediaFacts

RowState: TypeAlias = Literal[
    "completed", "bad_media", "rejected", "failed", "unsaved", "over_budget", "cancelled"
]
"""How a row ended; "unsaved" is generated and paid, but not stored, and "cancelled" was taken out before it was sent.

"rejected" is in the database only: the output failed its checks, and the row is being generated again.
"""


class OutputFile(pydantic.BaseModel):
    """One stored output.

    Attributes:
        path: where it lies: a path, or a URL of fsspec.
        sha256: hash of its content, in hexadecimal digits.
        size_bytes: its size in bytes.
        kind: "video", "image" or "audio".
        media: what it is, as decoded; None if it was not checked or cannot be decoded.
        problems: what is wrong with it; empty if it passed the checks, or was not checked.
        poster: where a still of the video lies, as `path`; None if there is none.
    """

    model_config = pydantic.ConfigDict(frozen=True)

    path: str
    sha256: str
    size_bytes: int
    kind: str
    media: MediaFacts | None = None
    problems: tuple[str, ...] = ()
    poster: str | None = None


class RowResult(pydantic.BaseModel):
    """The result of one row, and one line of the manifest.

    Attributes:
        batch: name of the batch.
        key: identity of the row.
        line: line of the row in its table.
        state: "completed"; "bad_media" if it is stored but failed the checks; "failed"; "unsaved" if the result could not be
            stored, so that the next run stores it without paying again; "over_budget" if the budget did not suffice, so that a later
            run with a larger one generates it; "cancelled" if the batch was cancelled before the row was sent.
        prompt: what was asked for.
        provider, model: who made it, or who failed last.
        request_id: the provider's id of the job.
        files: the stored outputs.
        attempts: every attempt, with what is known of its job and its money; those of earlier runs come first.
        rejections: outputs that failed their checks and were generated again; they were paid for.
        earlier_attempts: number of `attempts` that belong to earlier generations of the row.
        generation_id: the gateway's id of the generation, or None if nothing was sent.
        adjustments: every change that was made to the request.
        total_cost_usd: what all attempts cost in US dollars, as reported or else as estimated; None if a price is unknown.
        is_cost_certain: whether it is known of each attempt if it was billed; otherwise `total_cost_usd` is the most that it can be.
        estimated_cost_usd: estimate for the attempt that succeeded, in US dollars; None if the model has no price.
        elapsed_seconds: how long it took, in seconds.
        error_code: code of the error, or None.
        error_message: what went wrong, or None.
        warnings: what you should know, such as retired models.
    """

    model_config = pydantic.ConfigDict(frozen=True)

    batch: str
    key: str
    line: int
    state: RowState
    prompt: str
    provider: str | None = None
    model: str | None = None
    request_id: str | None = None
    files: tuple[OutputFile, ...] = ()
    attempts: tuple[AttemptMetadata, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    earlier_attempts: int = 0
    generation_id: str | None = None
    adjustments: tuple[Adjustment, ...] = ()
    total_cost_usd: float | None = None
    is_cost_certain: bool = True
    estimated_cost_usd: float | None = None
    elapsed_seconds: float = 0.0
    error_code: str | None = None
    error_message: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def path(self) -> str | None:
        """Where the main output lies, or None."""
        return self.files[0].path if self.files else None

    @property
    def last_attempts(self) -> tuple[AttemptMetadata, ...]:
        """The attempts of the last generation."""
        return self.attempts[self.earlier_attempts :]

    @property
    def may_be_paid(self) -> bool:
        """Whether the last generation may have left a job: its submission is unknown, or it was given up and may be running."""
        return any(
            attempt.submitted == "unknown" or attempt.cancelled in ("no", "unconfirmed")
            for attempt in self.last_attempts
        )


def ledger_fields(metadata: ExecutionMetadata | None) -> dict[str, object]:
    """Return the fields of a result that the ledger of its generation fills."""
    if metadata is None:
        return _money(())
    return {
        **_money(metadata.attempts),
        "adjustments": metadata.adjustments,
        "estimated_cost_usd": metadata.estimated_cost_usd,
        "elapsed_seconds": metadata.total_elapsed_seconds,
        "warnings": metadata.warnings,
    }


def after(earlier: RowResult, result: RowResult) -> RowResult:
    """Return the result of a row that was tried before, with the attempts of all its generations.

    A resumed job tells its own attempts again, and none that came after it.
    """
    is_same = result.generation_id is not None and result.generation_id == earlier.generation_id
    before = earlier.attempts[: earlier.earlier_attempts] if is_same else earlier.attempts
    told = {attempt.attempt_number for attempt in result.attempts}
    later = [item for item in earlier.last_attempts if is_same and item.attempt_number not in told]
    attempts = sorted((*result.attempts, *later), key=lambda item: item.attempt_number)
    fields = {**_money((*before, *attempts)), "earlier_attempts": len(before)}
    return result.model_copy(update=fields)


def _money(attempts: tuple[AttemptMetadata, ...]) -> dict[str, object]:
    ledger = ExecutionMetadata(attempts=attempts)
    return {
        "attempts": attempts,
        "total_cost_usd": ledger.total_cost_usd,
        "is_cost_certain": all(attempt.billed != "unknown" for attempt in attempts),
    }


__all__ = ["OutputFile", "RowResult", "RowState", "after", "ledger_fields"]
