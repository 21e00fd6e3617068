"""The options of a batch as stored data, so that it can be resumed without its table and its command."""

from __future__ import annotations

import json

import pydantic

from .bad_media import OnBadMedia
from .options import DEFAULT_CONCURRENCY, BatchOptions, Rate
from .templates import DEFAULT_NAME

NOT_SAVED = frozenset(
    {"budget_usd", "allow_unknown_cost", "skip_bad", "retry_failed", "retry_unknown", "retry_cancelled"}
)
"""Options that are in a column of their own, or count for one run only."""


class SavedOptions(pydantic.BaseModel):
    """What a batch was started with, apart from its budget, which the database checks itself.

    Attributes:
        concurrency: rows at once, or rows at once by provider id.
        rates: rows that may start in a period, by provider id.
        check_media, on_bad_media, bad_media_retries: how outputs are checked.
        file_name: template of the names of the outputs; None if an earlier version has not stored it.
    """

    model_config = pydantic.ConfigDict(frozen=True)

    concurrency: int | dict[str, int] = DEFAULT_CONCURRENCY
    rates: dict[str, Rate] = pydantic.Field(default_factory=dict)
    check_media: bool | None = None
    on_bad_media: OnBadMedia = "keep"
    bad_media_retries: int = 1
    file_name: str | None = None

    @classmethod
    def of(cls, options: BatchOptions) -> SavedOptions:
        """Return what is stored of options."""
        given = {name: getattr(options, name) for name in cls.model_fields}
        return cls(**{**given, "rates": options.rates or {}})

    @classmethod
    def read(cls, text: str) -> SavedOptions:
        """Return what was stored."""
        return cls.model_validate(json.loads(text))

    def options(self, budget_usd: float | None, *, allow_unknown_cost: bool) -> BatchOptions:
        """Return the options to go on with."""
        stored = {name: getattr(self, name) for name in type(self).model_fields}
        return BatchOptions(
            **{**stored, "file_name": self.file_name or DEFAULT_NAME},
            budget_usd=budget_usd,
            allow_unknown_cost=allow_unknown_cost,
        )


__all__ = ["SavedOptions"]
