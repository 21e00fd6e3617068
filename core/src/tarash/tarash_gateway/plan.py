"""The plan of a generation: what it would send and cost. Planning submits nothing and is free."""

from __future__ import annotations

from collections.abc import Mapping

import pydantic

from .engine.chain import Chain, Skipped
from .mapping.parameter_names import parameter_notices
from .media.redaction import redact
from .models.addresses import without_password
from .models.deferral import built_on_first_use
from .models.metadata import Adjustment


@built_on_first_use
class PlannedAttempt(pydantic.BaseModel):
    """One attempt of the chain, as it would be sent.

    Attributes:
        provider: provider id.
        model: model name.
        base_url: base URL that the attempt would be sent to.
        payload: the provider's payload, with secrets and media masked.
        adjustments: every change that would be made to the request.
        skipped_reason: why the attempt would be skipped, or None.
        end_notice: a sentence if the model is retired or soon will be, or None.
        name_notice: a sentence if the model is not in the provider's table, but resembles one that is, or None.
        is_in_table: False if the provider's table has no row for the model's name, so that the request was not checked against what the
            model takes. The attempt would be sent all the same: the model may be newer than the table.
        parameter_notices: a sentence for each name in `extra_params` that the table does not have, but that resembles one that it has.
            It would be sent as it is.
        estimated_cost_usd: estimated cost in US dollars, by the prices of the model table; None is unknown.
        cost_notice: why the cost is unknown although the model has prices, and what to do, such as an extra parameter that may change
            it; else None.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    provider: str
    model: str
    base_url: str = ""
    payload: Mapping[str, object] = pydantic.Field(default_factory=dict)
    adjustments: tuple[Adjustment, ...] = ()
    skipped_reason: str | None = None
    end_notice: str | None = None
    name_notice: str | None = None
    is_in_table: bool = True
    parameter_notices: tuple[str, ...] = ()
    estimated_cost_usd: float | None = None
    cost_notice: str | None = None


@built_on_first_use
class Plan(pydantic.BaseModel):
    """The plan of a generation.

    Attributes:
        attempts: the planned attempts of the chain, primary first.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    attempts: tuple[PlannedAttempt, ...]


def plan_of(chain: Chain) -> Plan:
    """Return the plan of a prepared chain."""
    planned: list[PlannedAttempt] = []
    for link in chain.links:
        if isinstance(link, Skipped):
            planned.append(
                PlannedAttempt(
                    provider=link.config.provider, model=link.config.model, skipped_reason=link.reason
                )
            )
            continue
        # a webhook address may hold its token anywhere
        hidden = (*link.secrets, *filter(None, [link.config.webhook_url]))
        masked = redact(link.mapped.payload, secrets=hidden)
        planned.append(
            PlannedAttempt(
                provider=link.call.provider.id,
                model=link.call.model,
                base_url=without_password(link.call.base_url),
                payload=masked if isinstance(masked, dict) else {},
                adjustments=link.mapped.adjustments,
                end_notice=link.end_notice,
                name_notice=link.name_notice,
                is_in_table=not link.mapped.generic,
                parameter_notices=parameter_notices(link.call.row, chain.request.extra_params),
                estimated_cost_usd=link.estimated_cost_usd,
                cost_notice=link.cost_notice,
            )
        )
    return Plan(attempts=tuple(planned))
