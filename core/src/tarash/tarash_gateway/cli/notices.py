"""What the commands say about a planned attempt before it is sent."""

from __future__ import annotations

from ..plan import PlannedAttempt


def notices(attempt: PlannedAttempt) -> list[str]:
    """Return a line for each thing that the user should know about a planned attempt."""
    warned = (attempt.end_notice, attempt.name_notice, attempt.cost_notice)
    told = [f"warning: {notice}" for notice in warned if notice]
    if not attempt.is_in_table and attempt.name_notice is None:
        told.append(f"note: the model is not in the table of {attempt.provider}; nothing was checked")
    return [*told, *(f"warning: {notice}" for notice in attempt.parameter_notices)]


__all__ = ["notices"]
