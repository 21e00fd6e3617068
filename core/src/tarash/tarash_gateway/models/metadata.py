"""The ledger of a generation: every attempt, what became of it, and what it may cost."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

import pydantic

YesNoUnknown: TypeAlias = Literal["yes", "no", "unknown"]


class Adjustment(pydantic.BaseModel):
    """One change made to a request so that a model could take it.

    Attributes:
        field: name of the request's field.
        requested: what was asked.
        used: what is sent; None when the field was left out.
        reason: why, in a sentence.
        provider, model: for whom.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    field: str
    requested: object
    used: object = None
    reason: str = ""
    provider: str = ""
    model: str = ""


class AttemptMetadata(pydantic.BaseModel):
    """One attempt at one provider.

    Attributes:
        attempt_number: 1 for the primary.
        started_at, ended_at: aware UTC times.
        status: "success", "failed" or "skipped" (never sent).
        error_type, error_message: class and text of the failure, or the reason for skipping.
        is_retryable: whether the failure was passing.
        request_id: the provider's id of the job.
        submitted: whether a job was created at the provider.
        billed: whether the provider charges for it, as far as it is known.
        cancelled: whether a job given up was cancelled: "yes", "no" (refused, or not offered), "unconfirmed"; None if no need.
        cost_usd: cost in US dollars; None is unknown, never free.
        polls: number of status requests.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    provider: str
    model: str
    attempt_number: int
    started_at: datetime
    ended_at: datetime | None = None
    status: Literal["success", "failed", "skipped", "running"] = "running"
    error_type: str | None = None
    error_message: str | None = None
    is_retryable: bool | None = None
    request_id: str | None = None
    elapsed_seconds: float | None = None
    submitted: YesNoUnknown = "no"
    billed: YesNoUnknown = "no"
    cancelled: Literal["yes", "no", "unconfirmed"] | None = None
    cost_usd: float | None = None
    polls: int = 0


class ExecutionMetadata(pydantic.BaseModel):
    """How a result came about.

    Attributes:
        total_attempts: attempts that were sent (skipped ones are listed but not counted).
        successful_attempt: number of the attempt that succeeded, or None.
        attempts: all of them, oldest first.
        fallback_triggered: whether a fallback was tried.
        configs_in_chain: primary and fallbacks together.
        total_elapsed_seconds: from the call to the result.
        adjustments: every change made to the request for the attempt that succeeded.
        warnings: what its owner should know: retired models, revoked keys.
        cost_usd: sum over all attempts; None as soon as one is unknown.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    total_attempts: int
    successful_attempt: int | None
    attempts: tuple[AttemptMetadata, ...]
    fallback_triggered: bool
    configs_in_chain: int
    total_elapsed_seconds: float
    adjustments: tuple[Adjustment, ...] = ()
    warnings: tuple[str, ...] = ()
    cost_usd: float | None = None
