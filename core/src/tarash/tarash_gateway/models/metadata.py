"""The ledger of a generation: every attempt, its outcome and its cost."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Literal, Self, TypeAlias

import pydantic

from .deferral import built_on_first_use

YesNoUnknown: TypeAlias = Literal["yes", "no", "unknown"]
Cancelled: TypeAlias = Literal["yes", "no", "unconfirmed"]


@built_on_first_use
class Adjustment(pydantic.BaseModel):
    """One change made to a request so that a model can take it.

    Attributes:
        field: name of the request field.
        requested: the value in the request.
        used: the value sent; None if the field was left out.
        reason: why, as a phrase about the value, such as "is not offered; use 4, 6 or 8".
        provider: provider id of the model it was changed for.
        model: name of the model it was changed for.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    field: str
    requested: object
    used: object = None
    reason: str = ""
    provider: str = ""
    model: str = ""

    def __str__(self) -> str:
        """Return the change as a sentence: "adjusted duration_seconds=7 to 8: it is not offered; use 4, 6 or 8"."""
        asked = self.field if self.requested is None else f"{self.field}={self.requested!r}"
        change = f"left out {asked}" if self.used is None else f"adjusted {asked} to {self.used!r}"
        return f"{change}: it {self.reason}" if self.reason else change


@built_on_first_use
class AttemptMetadata(pydantic.BaseModel):
    """One attempt at one provider.

    Attributes:
        provider: provider id.
        model: model name.
        attempt_number: 1 for the primary.
        started_at: start of the attempt, aware, in UTC.
        ended_at: end of the attempt, aware, in UTC.
        status: "success", "failed", "skipped" (never sent), or "running" for one that has not ended.
        error_type: class of the failure, "Skipped" if the attempt was skipped, or None.
        error_message: message of the failure, why the attempt was skipped, or None.
        is_retryable: whether the failure was temporary.
        request_id: the provider's id of the job.
        elapsed_seconds: duration of the attempt in seconds.
        submitted: whether a job was created at the provider: "yes", "no" or "unknown".
        billed: whether the provider charges for it: "yes", "no" or "unknown".
        cancelled: whether the job was cancelled after it was given up: "yes", "no" (refused or not supported) or
            "unconfirmed"; None if it was not given up.
        cost_usd: cost in US dollars, as the provider reports it; None is unknown, never free.
        estimated_cost_usd: cost in US dollars by the prices of the model table; None is unknown.
        polls: number of status requests.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    provider: str
    model: str
    attempt_number: int = 1
    started_at: datetime = pydantic.Field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime | None = None
    status: Literal["success", "failed", "skipped", "running"] = "running"
    error_type: str | None = None
    error_message: str | None = None
    is_retryable: bool | None = None
    request_id: str | None = None
    elapsed_seconds: float | None = None
    submitted: YesNoUnknown = "no"
    billed: YesNoUnknown = "no"
    cancelled: Cancelled | None = None
    cost_usd: float | None = None
    estimated_cost_usd: float | None = None
    polls: int = 0

    # no `model_post_init`: in pydantic 2.12 and older, a model with one cannot be pickled after `model_construct`
    @pydantic.model_validator(mode="after")
    def _fill_in_the_time(self) -> Self:
        """Fill in the duration of an attempt that was built from its start and end."""
        if self.elapsed_seconds is None and self.ended_at is not None:
            elapsed = (self.ended_at - self.started_at).total_seconds()
            object.__setattr__(self, "elapsed_seconds", elapsed)
        return self


@built_on_first_use
class ExecutionMetadata(pydantic.BaseModel):
    """The ledger of a generation: what was tried, what became of it and what it cost.

    Attributes:
        generation_id: the gateway's id of the generation, as in its events, logs and saved jobs.
        total_attempts: number of attempts sent; skipped ones do not count.
        successful_attempt: number of the attempt that succeeded, or None.
        attempts: all attempts, oldest first, including skipped ones.
        fallback_triggered: whether a fallback was tried.
        configs_in_chain: number of configurations in the chain.
        total_elapsed_seconds: time from the call to its end, in seconds.
        adjustments: every change made to the request for the attempt that succeeded.
        warnings: what the user should know, such as retired models and revoked keys.
        cost_usd: total cost of all attempts in US dollars, as the providers report it; None if any cost is unknown. See `total_cost_usd`.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    generation_id: str = ""
    total_attempts: int = 0
    successful_attempt: int | None = None
    attempts: tuple[AttemptMetadata, ...] = ()
    fallback_triggered: bool = False
    configs_in_chain: int = 1
    total_elapsed_seconds: float = 0.0
    adjustments: tuple[Adjustment, ...] = ()
    warnings: tuple[str, ...] = ()
    cost_usd: float | None = None

    @property
    def total_cost_usd(self) -> float | None:
        """What all attempts cost in US dollars: as reported by the provider, else as estimated; None if one has neither.

        An attempt that may have been billed counts in full.
        """
        costs = [
            attempt.estimated_cost_usd if attempt.cost_usd is None else attempt.cost_usd
            for attempt in self.attempts
            if attempt.status != "skipped" and attempt.billed != "no"
        ]
        return None if None in costs else math.fsum(cost for cost in costs if cost is not None)

    @property
    def estimated_cost_usd(self) -> float | None:
        """The estimated cost of the attempt that succeeded, in US dollars: that of the plan. None if it is unknown."""
        found = (item for item in self.attempts if item.attempt_number == self.successful_attempt)
        return next((attempt.estimated_cost_usd for attempt in found), None)

    # no `model_post_init`: in pydantic 2.12 and older, a model with one cannot be pickled after `model_construct`
    @pydantic.model_validator(mode="after")
    def _fill_in_the_time(self) -> Self:
        """Fill in the time that the attempts took, if it is not given."""
        if "total_elapsed_seconds" not in self.model_fields_set and self.attempts:
            ends = [attempt.ended_at for attempt in self.attempts if attempt.ended_at is not None]
            began = self.attempts[0].started_at
            elapsed = (max(ends, default=began) - began).total_seconds()
            object.__setattr__(self, "total_elapsed_seconds", elapsed)
        return self
