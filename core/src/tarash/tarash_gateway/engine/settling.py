"""Settles the job of an attempt that is given up: looks at it once more, cancels it, and says in the standing what came of it."""

from __future__ import annotations

from functools import partial

from ..exceptions import (
    PluginError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from ..plugin.outcomes import Cancellation, JobStatus
from ..steps import Flow, read_clock
from .attempt import Attempt
from .collecting import Collected
from .hook_flows import read_flow
from .retry import DEFAULT_RETRIES, RetryPolicy, repeat
from .submitting import look_up
from .waiting import TERMINAL

SETTLE_SECONDS = 15.0
"""Longest time to cancel a job that is given up."""
LOOK_SECONDS = 5.0
"""Longest time to poll once more after the deadline."""
_ONCE = RetryPolicy(max_retries=0)


def last_look(attempt: Attempt, late: TimeoutError) -> Flow[Collected | None]:
    """After the deadline, fetch the result if the job has finished since the last poll; else settle it.

    Raises:
        TarashException: the result cannot be fetched. It is `late` if the job is only known to have finished.
    """
    if attempt.job is None:
        return None
    exchange, waiting = attempt.exchange, attempt.waiting()
    policy = DEFAULT_RETRIES if waiting.is_announced else _ONCE
    status = (yield from _look(attempt, policy=policy)) if waiting.may_ask else None
    if waiting.is_announced and (status is None or status.state not in TERMINAL):
        # neither cancelled nor paid for elsewhere; no status has said what it cost
        attempt.uncollected = late
        raise late
    if status is None or status.state != "completed":
        said = yield from settle(attempt)
        # the job has finished since the poll, or an earlier try, whose answer was lost, had worked
        is_late = said is not None and said.outcome in ("finished", "refused")
        status = (yield from _look(attempt, policy=DEFAULT_RETRIES)) if is_late else None
        if status is not None and status.state in ("cancelled", "completed"):
            said = Cancellation(outcome="accepted" if status.state == "cancelled" else "finished")
            exchange.standing = exchange.standing.after_cancel(said)
    if status is None or status.state != "completed":
        return None
    return (yield from attempt.collect(status))


def _look(attempt: Attempt, *, policy: RetryPolicy) -> Flow[JobStatus | None]:
    """Poll after the deadline, and again after temporary failures; return the status, or None if there is no answer."""
    until = (yield from read_clock()).monotonic_seconds + LOOK_SECONDS
    ask = partial(attempt.waiting().ask, until_seconds=until)
    try:
        return (yield from repeat(ask, policy=policy, until_seconds=until, may_repeat=lambda _: True))
    except TarashException as error:
        _note_bug(attempt, error)
        return None


def settle(attempt: Attempt) -> Flow[Cancellation | None]:
    """Give up the job: try to cancel it within `SETTLE_SECONDS`, and return the provider's answer."""
    try:
        return (yield from cancel(attempt))
    except TarashException as error:
        _note_bug(attempt, error)
        return None


def cancel(attempt: Attempt) -> Flow[Cancellation | None]:
    """Cancel the job within `SETTLE_SECONDS`; return the provider's answer, or None if it cannot cancel.

    Raises:
        TarashException: the provider gave no answer, or refused to read the request.
    """
    exchange, job = attempt.exchange, attempt.job
    if job is None:
        return None
    now, lost = (yield from read_clock()), exchange.calls_lost
    until = now.monotonic_seconds + SETTLE_SECONDS
    try:
        flow = exchange.start("tarash_cancel", job=job)
        if flow is None:
            exchange.standing = exchange.standing.after_cancel(None)
            return None
        said = yield from read_flow(exchange, "tarash_cancel", flow, Cancellation, until_seconds=until)
    except TarashException:
        exchange.standing = exchange.standing.cancel_unconfirmed()
        raise
    may_have_worked = exchange.was_given_up or exchange.calls_lost > lost
    exchange.standing = exchange.standing.after_cancel(said, may_have_worked=may_have_worked)
    return said


def wind_up(attempt: Attempt) -> Flow[None]:
    """After an interruption, cancel the job, or leave it; if the submission was interrupted, look for it first."""
    exchange = attempt.exchange
    if attempt.link.config.on_interrupt == "detach":
        return
    if attempt.job is not None:
        yield from settle(attempt)
    if attempt.job is not None or exchange.standing.submitted != "unknown":
        return
    until = (yield from read_clock()).monotonic_seconds + SETTLE_SECONDS
    try:
        found = yield from look_up(exchange, attempt.link.mapped.payload, until)
    except TarashException as error:
        _note_bug(attempt, error)
        return
    exchange.standing = exchange.standing.not_found() if found is None else exchange.standing.found()
    if found is not None:
        attempt.adopt(found)
        yield from settle(attempt)


def _note_bug(attempt: Attempt, error: TarashException) -> None:
    """Keep a plugin's bug for the user where another error is told: it is why the job could not be settled."""
    if isinstance(error, PluginError):
        attempt.warnings.append(attempt.exchange.locate(error).message)


__all__ = ["cancel", "last_look", "settle", "wind_up"]
