"""Creates the job of an attempt, exactly once: what may be sent again, and what becomes of an answer that was lost."""

from __future__ import annotations

from collections.abc import Mapping

from ..exceptions import (
    HTTPConnectionError,
    PluginError,
    RateLimitError,
    SubmissionUnknownError,
    TarashException,
    UnexpectedResponseError,
)
from ..plugin.outcomes import Submission
from ..steps import Flow, Sleep, read_clock
from .exchange import Exchange
from .pump import check_result
from .retry import DEFAULT_RETRIES, repeat

LOOK_UP_SECONDS = 15.0
"""Least time to find a job whose submission's answer was lost, even when the deadline passes meanwhile."""
LOOK_UP_PAUSES_SECONDS = (0.0, 2.0, 4.0)
"""Pauses before each look: a job made a moment ago may not be listed yet, and a hasty "no such job" would be paid for twice."""

Payload = Mapping[str, object]


def submit(exchange: Exchange, payload: Payload) -> Flow[Submission]:
    """Create the job and return what the provider said; `exchange.standing` says what is known of it, whatever happens.

    Raises:
        TarashException: with `submitted` saying whether a job may exist all the same.
    """
    try:
        submission = yield from _submit_persistently(exchange, payload)
    except UnexpectedResponseError as error:
        if exchange.standing.submitted == "no":
            # an upload's or a look-up's answer was unreadable; nothing was submitted yet
            raise
        unreadable = SubmissionUnknownError(
            f"the submission was accepted but its answer cannot be read ({error.message})",
            raw_response=error.raw_response,
            request_id=error.request_id,
        )
        return (yield from _reconcile(exchange, payload, unreadable))
    except PluginError as error:
        # the plugin did not get to say what became of it, and nobody else is paid meanwhile
        exchange.standing.tell(error)
        raise
    except TarashException as error:
        if exchange.standing.submitted == "no":
            raise
        if error.submitted == "no" and error is not exchange.last_refusal:
            # the plugin read a refusal out of a 2xx answer
            exchange.standing = exchange.standing.refused()
            raise
        return (yield from _reconcile(exchange, payload, error))
    exchange.standing = exchange.standing.accepted()
    return submission


def look_up(exchange: Exchange, payload: Payload, until_seconds: float) -> Flow[Submission | None]:
    """Ask the provider for the job of this attempt; None when it has none.

    Raises:
        TarashException: the provider does not say.
    """
    flow = exchange.start("tarash_find_submission", payload=payload)
    if flow is None:
        raise SubmissionUnknownError("the provider offers no look-up of submissions")
    found = yield from exchange.read("tarash_find_submission", flow, object, until_seconds=until_seconds)
    if found is None:
        return None
    return check_result(exchange.provider, "tarash_find_submission", found, Submission)


def _submit_persistently(exchange: Exchange, payload: Payload) -> Flow[Submission]:
    """Submit; again, where the plugin read a passing refusal ("too many jobs") out of a 2xx answer."""

    def may_repeat(error: TarashException) -> bool:
        # an error status: the exchange has made its own tries
        return isinstance(error, RateLimitError) and error is not exchange.last_refusal

    def once() -> Flow[Submission]:
        return exchange.submit(payload)

    return (
        yield from repeat(
            once, policy=DEFAULT_RETRIES, until_seconds=exchange.deadline_seconds, may_repeat=may_repeat
        )
    )


def _reconcile(exchange: Exchange, payload: Payload, error: TarashException) -> Flow[Submission]:
    """Look for the job whose submission's answer was lost; raise `error` when nobody can tell."""
    exchange.locate(error)
    exchange.standing = exchange.standing.lost()
    exchange.standing.tell(error)
    now = yield from read_clock()
    until = max(exchange.deadline_seconds, now.monotonic_seconds + LOOK_UP_SECONDS)
    for pause in LOOK_UP_PAUSES_SECONDS:
        if pause:
            yield Sleep(pause)
        try:
            found = yield from look_up(exchange, payload, until)
        except TarashException:
            raise error from None
        if found is not None:
            exchange.standing = exchange.standing.found()
            return found
    # the provider is certain: no job exists, so another provider costs nothing twice
    exchange.standing = exchange.standing.not_found()
    exchange.standing.tell(error)
    if not isinstance(error, SubmissionUnknownError):
        raise error
    gone = exchange.locate(HTTPConnectionError(f"{error.message}; the provider has no such job"))
    exchange.standing.tell(gone)
    raise gone from error
