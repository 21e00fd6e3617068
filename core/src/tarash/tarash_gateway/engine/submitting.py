"""Creates the job of an attempt exactly once: retries what is safe to retry, and looks for the job if the answer is lost."""

from __future__ import annotations

from collections.abc import Mapping

from ..exceptions import (
    ContentModerationError,
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
from .hook_flows import read_flow, submit_flow
from .pump import check_result
from .retry import DEFAULT_RETRIES, reads_refusal, repeat

LOOK_UP_SECONDS = 15.0
"""Shortest time to look for the job of a lost submission, even if the deadline passes meanwhile."""
LOOK_UP_PAUSES_SECONDS = (0.0, 2.0, 4.0)
"""Pauses before each look-up: a new job may not be listed yet, and trusting a hasty "no such job" would cost twice."""

Payload = Mapping[str, object]


def submit(exchange: Exchange, payload: Payload) -> Flow[Submission]:
    """Create the job and return the provider's answer; `exchange.standing` is up to date whatever happens.

    Raises:
        TarashException: the submission failed; `submitted` says whether a job may exist all the same.
    """
    try:
        submission = yield from _submit_persistently(exchange, payload)
    except UnexpectedResponseError as error:
        if exchange.standing.submitted == "no":
            # the answer to an upload or a look-up was unreadable; nothing has been submitted yet
            raise
        unreadable = SubmissionUnknownError(
            f"the submission was accepted but its answer cannot be read ({error.message})",
            raw_response=error.raw_response,
            request_id=error.request_id,
        )
        return (yield from _reconcile(exchange, payload, unreadable))
    except PluginError as error:
        # the plugin failed before it could report what became of the job, so no other provider is paid
        exchange.standing.annotate(error)
        raise
    except TarashException as error:
        if exchange.standing.submitted == "no":
            if not isinstance(error, SubmissionUnknownError):
                raise
            # a plugin that submits without an HTTP call, such as with an SDK, knows it alone
            exchange.standing = exchange.standing.sent()
        if reads_refusal(error) and error is not exchange.last_refusal:
            # the plugin read a refusal from a 2xx answer, or from a status that it accepts
            exchange.standing = exchange.standing.refused()
            if exchange.standing.submitted == "no":
                raise
        if isinstance(error, ContentModerationError) and error.stage == "output":
            raise _withheld(exchange, error) from error.__cause__
        return (yield from _reconcile(exchange, payload, error))
    exchange.standing = exchange.standing.accepted()
    return submission


def look_up(exchange: Exchange, payload: Payload, until_seconds: float) -> Flow[Submission | None]:
    """Ask the provider for the job of this attempt; None if it says several times that there is no such job.

    Raises:
        SubmissionUnknownError: the provider has no look-up, or cannot say.
        TarashException: the provider gave no answer.
    """
    if not exchange.provider.can("tarash_find_submission"):
        raise SubmissionUnknownError("the provider cannot look up submissions")
    undecided: SubmissionUnknownError | None = None
    for pause in LOOK_UP_PAUSES_SECONDS:
        if pause:
            yield Sleep(pause)
        try:
            found, undecided = (yield from _look_once(exchange, payload, until_seconds)), None
        except SubmissionUnknownError as error:
            # a new job may not be listed yet
            undecided = error
            continue
        if found is not None:
            return found
    if undecided is not None:
        raise undecided
    return None


def _look_once(exchange: Exchange, payload: Payload, until_seconds: float) -> Flow[Submission | None]:
    flow = exchange.start("tarash_find_submission", payload=payload)
    if flow is None:
        raise SubmissionUnknownError("the provider cannot look up submissions")
    found = yield from read_flow(
        exchange, "tarash_find_submission", flow, object, until_seconds=until_seconds
    )
    if found is None:
        return None
    return check_result(exchange.provider, "tarash_find_submission", found, Submission)


def _submit_persistently(exchange: Exchange, payload: Payload) -> Flow[Submission]:
    """Submit, and retry if the plugin reads a temporary refusal ("too many jobs") from a 2xx answer."""

    def may_repeat(error: TarashException) -> bool:
        # after an error status, the exchange has already retried
        is_refusal = isinstance(error, RateLimitError) and error.submitted == "no"
        return is_refusal and error is not exchange.last_refusal and not exchange.standing.is_lost

    def once() -> Flow[Submission]:
        try:
            return (yield from submit_flow(exchange, payload))
        except RateLimitError as error:
            if may_repeat(error):
                # certain by now: the next try may fail before it submits
                exchange.standing = exchange.standing.refused()
            raise

    return (
        yield from repeat(
            once, policy=DEFAULT_RETRIES, until_seconds=exchange.deadline_seconds, may_repeat=may_repeat
        )
    )


def _reconcile(exchange: Exchange, payload: Payload, error: TarashException) -> Flow[Submission]:
    """Look for the job of a lost submission; raise `error` if the provider cannot say."""
    exchange.locate(error)
    exchange.standing = exchange.standing.lost()
    exchange.standing.annotate(error)
    now = yield from read_clock()
    until = max(exchange.deadline_seconds, now.monotonic_seconds + LOOK_UP_SECONDS)
    try:
        found = yield from look_up(exchange, payload, until)
    except TarashException as undecided:
        if exchange.provider.can("tarash_find_submission"):
            reason = exchange.locate(undecided).message
            error.message = f"{error.message}; looking for the job did not settle it: {reason}"
        raise _may_exist(error) from error.__cause__
    if found is not None:
        exchange.standing = exchange.standing.found()
        return found
    # the provider confirms that no job exists, so a fallback cannot cost twice
    exchange.standing = exchange.standing.not_found()
    exchange.standing.annotate(error)
    if not isinstance(error, SubmissionUnknownError):
        raise error
    gone = exchange.locate(HTTPConnectionError(f"{error.message}; the provider has no such job"))
    exchange.standing.annotate(gone)
    raise gone from error


def _withheld(exchange: Exchange, error: TarashException) -> TarashException:
    """Note that the provider accepted the submission, made the output and withheld it: nothing is left to look for."""
    exchange.standing = exchange.standing.accepted()
    exchange.standing.annotate(error)
    error.message = f"{error.message}; it may be billed"
    return error


def _may_exist(error: TarashException) -> TarashException:
    """Add to the error of a status what may have been paid for; the other errors already say so."""
    if not isinstance(error, SubmissionUnknownError):
        error.message = f"{error.message}; a job may exist, so it is not submitted again"
    return error
