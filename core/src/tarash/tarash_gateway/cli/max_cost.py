"""`--max-cost`: refuses what would cost more than that, by the estimates, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

from ..exceptions import BudgetExceededError
from ..gateway import Gateway
from ..models.config import GenerationConfig
from ..models.money import dollars
from ..models.request import GenerationRequest
from ..process_gateway import default_gateway


class CommandGateway(Gateway):
    """A gateway whose budget is the `--max-cost` of a command; errors name that option."""

    _budget_name = "--max-cost "


def check_cost(
    total_usd: float, unknown: Sequence[str], limit_usd: float | None, *, notice: str | None = None
) -> None:
    """Check an estimated cost against a limit.

    Args:
        total_usd: the sum of the known estimates, in US dollars.
        unknown: the names of the models without an estimate.
        limit_usd: the limit in US dollars, or None.
        notice: why the cost is unknown though the model has prices, or None.

    Raises:
        BudgetExceededError: it is more, or the cost of a model is unknown. Nothing was sent.
    """
    if limit_usd is None:
        return
    if unknown:
        raise BudgetExceededError(
            f"the cost of {', '.join(unknown)} is unknown, so it cannot be kept within --max-cost {dollars(limit_usd)}; "
            + (f"{notice}, or leave out the limit" if notice else "leave it out, or the limit"),
            limit_usd=limit_usd,
        )
    if total_usd > limit_usd:
        raise BudgetExceededError(
            f"the estimated cost of {dollars(total_usd)} is more than --max-cost {dollars(limit_usd)}; ask for less, choose a cheaper "
            "model, or raise the limit",
            estimated_cost_usd=total_usd,
            limit_usd=limit_usd,
            left_usd=limit_usd,
        )


def budget_of(config: GenerationConfig, request: GenerationRequest, limit_usd: float | None) -> float | None:
    """Return the budget for the attempts of a chain together, after a check that each of them alone keeps it.

    Raises:
        BudgetExceededError: an attempt costs more, or its cost is unknown. Nothing was sent.
        ValidationError: the model cannot take the request.
    """
    if limit_usd is None or config.mock is not None:
        return None
    for attempt in default_gateway().plan(config, request).attempts:
        if attempt.skipped_reason is None:
            cost = attempt.estimated_cost_usd
            unknown = [f"{attempt.provider}/{attempt.model}"] if cost is None else []
            check_cost(cost or 0.0, unknown, limit_usd, notice=attempt.cost_notice)
    return limit_usd
