"""Tells what an error of a poll says about the job, and words the error for a job that was not waited for to its end."""

from __future__ import annotations

from ..exceptions import (
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)

REFUSAL_SECONDS = 60.0
"""How long the same refusal of a poll is ignored: a lagging replica, a proxy's page and a key rotation are temporary."""


def is_refusal(problem: TarashException, last_refusal: TarashException | None) -> bool:
    """Return whether the provider refused to answer, which says nothing about the job.

    Args:
        problem: the error of the poll.
        last_refusal: the last error that came from a failed call; some come with a status that the plugin reads itself, such as 200.
    """
    if isinstance(problem, GenerationFailedError | ContentModerationError):
        return False
    return problem is last_refusal or isinstance(problem, HTTPError)


def is_same_refusal(problem: TarashException, before: TarashException | None) -> bool:
    """Return whether two polls were refused in the same way."""
    if before is None:
        return False
    return (type(before), before.status_code) == (type(problem), problem.status_code)


def not_finished(*, waited_seconds: float, allowed_seconds: float, polls: int | None) -> TimeoutError:
    """Return the error for a job that has not finished in time.

    Args:
        waited_seconds: time since the job was accepted; longer than allowed if a process resumed it after its deadline.
        allowed_seconds: the timeout of the configuration.
        polls: how many polls there were, if their limit was reached; None if the time is over.
    """
    if polls is not None:
        told = f"not finished after {polls} polls, the most that max_poll_attempts allows, in {waited_seconds:.0f} s"
    elif waited_seconds > allowed_seconds + 1:
        told = f"not finished {waited_seconds:.0f} s after its submission, with timeout={allowed_seconds:g}"
    else:
        told = f"not finished within {allowed_seconds:g} s"
    return TimeoutError(told, timeout_seconds=allowed_seconds)
