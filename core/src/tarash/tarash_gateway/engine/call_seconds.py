"""Decides how long one HTTP call may take, before the deadline of the attempt limits it further."""

from __future__ import annotations

from ..messages import HttpCall
from ..plugin.call import Call

DEFAULT_CALL_SECONDS = 60.0
"""Timeout of one HTTP call if neither the plugin nor the user sets one."""


def call_seconds(http: HttpCall, call: Call) -> float:
    """Return how long an HTTP call of an attempt may take, in seconds.

    The user's limit takes the place of the default. Where the plugin knows that a call takes longer, such as an upload or an endpoint
    that answers with the finished image, the larger of both counts: a limit meant for quick requests must not cut off what is paid.
    """
    chosen = call.request_timeout_seconds or 0.0
    if http.timeout_seconds is None:
        return chosen or DEFAULT_CALL_SECONDS
    return max(http.timeout_seconds, chosen)


__all__ = ["DEFAULT_CALL_SECONDS", "call_seconds"]
