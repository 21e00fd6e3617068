"""Creates the job of an attempt, exactly once: what may be sent again, and what becomes of an answer that was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exceptions import (
    HTTPConnectionError,
    RateLimitError,
    SubmissionUnknownError,
    TarashException,
    UnexpectedResponseError,
)
from ..plugin.contract import Submission
from ..steps import Flow, Sleep, read_clock, read_random
from .retry import retry_delay_seconds

if TYPE_CHECKING:
    from .attempt import Attempt

LOOK_UP_SECONDS = 15.0
"""Least time to find a job whose submission's answer was lost, even when the deadline passes meanwhile."""
LOOK_UP_PAUSES_SECONDS = (0.0, 2.0, 4.0)
"""Pauses before each look: a job made a moment ago may not be listed yet, and a hasty "no such job" would be paid for twice."""


def submit(attempt: Attempt) -> Flow[Submission]:
    """Create the job and return what the provider said.

    Raises:
        TarashException: with `submitted` saying whether a job may exist all the same.
    """
    try:
        return (yield from _submit_persistently(attempt))
    except UnexpectedResponseError as error:
        if not attempt.exchange.was_accepted:
            # an upload's or a look-up's answer was unreadable; nothing was submitted yet
            raise
        unreadable = SubmissionUnknownError(
            f"the submission was accepted but its answer cannot be read ({error.message})",
            raw_response=error.raw_response,
            request_id=error.request_id,
        )
        return (yield from _reconcile(attempt, unreadable))
    except TarashException as error:
        attempt.submitted = attempt.billed = error.submitted
        if error.submitted != "unknown":
            raise
        return (yield from _reconcile(attempt, error))


def look_up(attempt: Attempt, until_seconds: float) -> Flow[Submission | None]:
    """Ask the provider for the job of this attempt; None when it has none.

    Raises:
        TarashException: the provider does not say.
    """
    provider = attempt.prepared.provider
    search: Flow[Submission | None] | None = None
    if provider.can("tarash_find_submission"):
        search = provider.manager.hook.tarash_find_submission(
            call=attempt.prepared.call, payload=attempt.prepared.mapped.payload
        )
    if search is None:
        raise SubmissionUnknownError("the provider offers no look-up of submissions")
    return (yield from attempt.exchange.run(search, retry=True, until_seconds=until_seconds))


def _submit_persistently(attempt: Attempt) -> Flow[Submission]:
    """Submit; again, where the plugin read a passing refusal ("too many jobs") out of a 2xx answer."""
    hook = attempt.prepared.provider.manager.hook
    retries = 0
    while True:
        flow: Flow[Submission] = hook.tarash_submit(
            call=attempt.prepared.call, payload=attempt.prepared.mapped.payload
        )
        try:
            return (yield from attempt.exchange.run(flow, retry=True))
        except RateLimitError as error:
            if error is attempt.exchange.last_refusal:
                # an error status: the exchange has done its own tries
                raise
            now = yield from read_clock()
            delay = retry_delay_seconds(
                error,
                retries=retries,
                random_unit=(yield from read_random()),
                remaining_seconds=attempt.deadline_seconds - now.monotonic_seconds,
            )
            if delay is None:
                raise
            retries += 1
            yield Sleep(delay)


def _reconcile(attempt: Attempt, error: TarashException) -> Flow[Submission]:
    """Look for the job whose submission's answer was lost; raise `error` when nobody can tell."""
    attempt.exchange.place(error)
    error.submitted = attempt.submitted = attempt.billed = "unknown"
    now = yield from read_clock()
    until = max(attempt.deadline_seconds, now.monotonic_seconds + LOOK_UP_SECONDS)
    for pause in LOOK_UP_PAUSES_SECONDS:
        if pause:
            yield Sleep(pause)
        try:
            found = yield from look_up(attempt, until)
        except TarashException:
            raise error from None
        if found is not None:
            return found
    # the provider is certain: no job exists, so another provider costs nothing twice
    attempt.submitted = attempt.billed = error.submitted = "no"
    if not isinstance(error, SubmissionUnknownError):
        raise error
    gone = HTTPConnectionError(f"{error.message}; the provider has no such job")
    raise attempt.exchange.place(gone) from error
