"""The progress update that a callback receives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import pydantic

from .deferral import built_on_first_use

GenerationState: TypeAlias = Literal["queued", "processing", "completed", "failed", "cancelled"]
"""State of a job at its provider; the last three are final."""


@built_on_first_use
class ProgressUpdate(pydantic.BaseModel):
    """The current state of a running generation.

    Attributes:
        status: "queued", "processing", "completed", "failed" or "cancelled", as the provider says. The call goes on after
            "completed" and "failed": it fetches the result, or tries a fallback.
        progress_percent: 0 to 100 as the provider reports it. If it reports none, an estimate from the duration of earlier jobs of
            the model; None if there were none. An estimate never decreases and stays below 100. A completed generation reports 100.
        progress_is_estimated: whether `progress_percent` is an estimate.
        queue_position: number of jobs ahead, 0 is next; None if not known.
        provider: id of the provider that is generating.
        model: name of the model that is generating.
        attempt_number: 1 for the primary, 2 for the first fallback, …
        request_id: the provider's id of the job.
        elapsed_seconds: time since the attempt began, in seconds.
        logs: new log lines from the provider, oldest first.
        update: the provider's answer, as parsed JSON; empty if it is not an object.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    status: GenerationState
    progress_percent: float | None = None
    progress_is_estimated: bool = False
    queue_position: int | None = None
    provider: str = ""
    model: str = ""
    attempt_number: int = 1
    request_id: str | None = None
    elapsed_seconds: float = 0.0
    logs: tuple[str, ...] = ()
    update: Mapping[str, object] = pydantic.Field(default_factory=dict, repr=False)


VideoGenerationUpdate = ProgressUpdate
ImageGenerationUpdate = ProgressUpdate
