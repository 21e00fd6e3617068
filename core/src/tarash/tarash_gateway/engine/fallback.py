"""Decides whether the chain continues after a failure."""

from __future__ import annotations

from ..exceptions import TarashException
from ..models.config import GenerationConfig

_OPT_IN = frozenset({"content_moderation", "validation"})
"""Refusals of the request itself: another provider is tried only if the user opts in."""
_OVER = frozenset({"generation_failed", "content_moderation"})


def falls_back(
    config: GenerationConfig, error: TarashException, *, is_result_unavailable: bool = False
) -> bool:
    """Return whether `config` allows another provider after `error`.

    Args:
        config: the attempt's configuration.
        error: why the attempt failed.
        is_result_unavailable: whether the job finished and only its result could not be fetched.
    """
    if is_result_unavailable:
        return "result_unavailable" in config.fallback_on
    if error.submitted == "unknown" and config.on_unknown_submission == "raise":
        return False
    reason = error.fallback_reason
    if reason == "submission_unknown":
        return True
    return (error.allows_fallback or reason in _OPT_IN) and reason in config.fallback_on


def is_over_at_provider(error: TarashException) -> bool:
    """Return whether the job has already ended, so that there is nothing to cancel."""
    return error.code in _OVER
