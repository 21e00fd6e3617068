"""What became of a job that was to be cancelled."""

from __future__ import annotations

import pydantic

from .deferral import built_on_first_use
from .metadata import Cancelled, YesNoUnknown


@built_on_first_use
class CancelResult(pydantic.BaseModel):
    """What `cancel` found out.

    Attributes:
        cancelled: "yes"; "no" if the job has finished, or the provider cannot stop it, so that `resume` still returns its result;
            "unconfirmed" if the provider does not say.
        billed: whether the provider charges for the job: "yes", "no" or "unknown".
        cost_usd: cost in US dollars, as the provider reports it; None is unknown, never free.
        provider: provider id.
        model: model name.
        request_id: the provider's id of the job.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    cancelled: Cancelled
    billed: YesNoUnknown = "unknown"
    cost_usd: float | None = None
    provider: str = ""
    model: str = ""
    request_id: str | None = None


__all__ = ["CancelResult"]
