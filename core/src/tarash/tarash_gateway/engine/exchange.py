"""Sends the HTTP calls of one attempt: signs them, bounds them by the deadline and turns failures into exceptions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

import pydantic

from ..discovery import Provider
from ..exceptions import (
    HTTPError,
    SubmissionUnknownError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from ..media.guard import RefusedHostError
from ..messages import OutgoingCall, Purpose, is_unsent
from ..plugin.call import Call, Credentials
from ..plugin.events import EventKind
from ..plugin.http_errors import default_error, retry_after_seconds
from ..plugin.outcomes import JobReference
from ..statuses import proves_refusal
from ..steps import Flow, HttpCall, HttpReply, Instant, TransportFailure, new_token, read_clock, send
from .call_seconds import call_seconds
from .guarded_log import write_guarded
from .observer import Observer, emit_response, with_events
from .origins import MAX_REDIRECTS, REDIRECTS, Origins, connection_error, foreign_error, redirected
from .own_headers import with_own_headers
from .pump import bug_in, call_hook, check_result, received, start_flow
from .retry import RetryPolicy, leaves_open, repeat
from .secrecy import Secrecy
from .standing import Standing

T = TypeVar("T")
_status: Callable[[object], int] = attrgetter("status")
RENEWED_BEFORE = timedelta(seconds=10)
"""How long before they expire credentials are renewed: a call takes time to arrive, and clocks differ."""


def nothing_to_note() -> Flow[None]:
    """Write nothing to the journal."""
    yield from ()


@dataclass(slots=True)
class Exchange:
    """The HTTP calls of one attempt, and what is known of its job and money.

    Attributes:
        provider: the loaded plugin.
        call: the call that the hooks receive.
        number: number of the attempt; 1 is the primary.
        deadline_seconds: deadline on the monotonic clock.
        output_dir: folder for outputs that the provider returns as bytes, or only to holders of the key.
        account: what shares one limit of requests in flight; it reveals no key.
        secrecy: the secrets of the attempt.
        headers: the user's own headers, for the server that the user has chosen, or else the provider's servers.
        observer: receives requests, responses and retries as events.
        renew: returns new credentials once those of the call have expired.
        note: flow that runs before the first call that may create a job; an exception prevents that call.
        moved: flow that runs after the provider has replaced the reference of the job.
        standing: changed by calls that may create a job, and by later findings.
        job: the reference by which the plugin finds the job, once there is one; a poll may replace it.
        request_id: the provider's id of the job, once known.
        calls_sent: HTTP calls sent so far.
        calls_lost: those of them that may have changed something at the provider, although no answer says so.
        was_given_up: whether an earlier call gave the job up, and may have cancelled it.
        origins: the servers that belong to the provider; it checks the addresses of all others.
        last_refusal: the last error status or broken connection, as thrown into a flow.
    """

    provider: Provider
    call: Call
    number: int
    deadline_seconds: float
    output_dir: Path
    account: str = ""
    secrecy: Secrecy = field(default_factory=Secrecy)
    headers: Mapping[str, pydantic.SecretStr] = field(default_factory=dict, repr=False)
    observer: Observer = field(default_factory=Observer)
    renew: Callable[[], Credentials | None] | None = None
    note: Callable[[], Flow[None]] = nothing_to_note
    moved: Callable[[], Flow[None]] = nothing_to_note
    standing: Standing = field(default_factory=Standing)
    job: JobReference | None = None
    request_id: str | None = None
    last_refusal: TarashException | None = None
    calls_sent: int = 0
    calls_lost: int = 0
    was_given_up: bool = False
    _noted: bool = False
    origins: Origins = field(init=False)

    def __post_init__(self) -> None:
        self.origins = Origins(self.call)

    def start(self, hook: str, **arguments: object) -> Flow[object] | None:
        """Return the flow of a hook; None if the plugin has none for this call."""
        if not self.provider.can(hook):
            return None
        return start_flow(self.provider, hook, call=self.call, **arguments)

    # One call. Every step passes every generator between the plugin's flow and the driver, so there are as few as possible.

    def send(
        self, http: HttpCall, limit: float, retries: RetryPolicy | None, purpose: Purpose
    ) -> Flow[HttpReply]:
        """Send a call, and retry it where that is safe: one that may create a job only if nothing can be billed twice.

        Args:
            http: the call, as the plugin made it.
            limit: deadline on the monotonic clock.
            retries: policy for retrying; None does not retry here.
            purpose: what the flow is for.

        Raises:
            TarashException: the last error; `standing` is up to date.
        """
        creates = purpose == "submit" and http.may_create_job
        if creates and self.standing.is_lost and not http.idempotent:
            raise self._second_submission()
        if retries is None:
            return self._once(http, limit, purpose, creates=creates)
        may_repeat = http.repeatable is not False if not creates else http.idempotent
        return repeat(
            lambda: self._once(http, limit, purpose, creates=creates),
            policy=retries,
            until_seconds=limit,
            may_repeat=lambda error: may_repeat or error.submitted == "no",
            on_retry=self._emit_retry,
        )

    def _once(self, http: HttpCall, limit: float, purpose: Purpose, *, creates: bool) -> Flow[HttpReply]:
        now = yield from read_clock()
        remaining = limit - now.monotonic_seconds
        if remaining <= 0:
            raise self.too_late()
        if creates and not self._noted:
            yield from self.note()
            self._noted = True
        seconds = min(call_seconds(http, self.call), remaining)
        sent = yield from self.outgoing(http, now, seconds, purpose)
        if creates:
            self.standing = self.standing.sent()
        self.calls_sent += 1
        try:
            reply = yield from self.origins.reach(sent, self.observing(send, now, status_of=_status))
            if reply.status in REDIRECTS and not creates:
                reply = yield from self._followed(sent, reply, limit)
        except (TransportFailure, RefusedHostError) as failure:
            raise self._broken(failure, sent, creates=creates) from failure
        except BaseException as interruption:
            self._interrupted(interruption, creates=creates)
            raise
        if reply.is_success:
            return reply
        if reply.status in http.accept_statuses:
            if creates and proves_refusal(reply.status):
                # the plugin may still read a submission from it
                self.standing = self.standing.refused()
            return reply
        raise self._refused(reply, sent, now, creates=creates)

    def _followed(self, http: HttpCall, reply: HttpReply, limit: float) -> Flow[HttpReply]:
        """Follow the redirects of a read within its origin; the call and its key are never sent elsewhere."""
        for _ in range(MAX_REDIRECTS):
            target = redirected(http, reply)
            if target is None:
                break
            now = yield from read_clock()
            remaining = limit - now.monotonic_seconds
            if remaining <= 0:
                break
            seconds = min(call_seconds(target, self.call), remaining)
            http = yield from self.outgoing(target, now, seconds, target.purpose)
            self.calls_sent += 1
            reply = yield from self.origins.reach(http, self.observing(send, now, status_of=_status))
        return reply

    def observing(
        self, perform: Callable[[HttpCall], Flow[T]], now: Instant, *, status_of: Callable[[T], int] | None
    ) -> Callable[[HttpCall], Flow[T]]:
        """Return `perform` with events for the request and, with `status_of`, for the response, if anyone listens.

        An answer that must be closed has no `status_of`: the flow that closes it calls `answered`, since no step may come before it.
        """
        return with_events(self.emit, perform, now, status_of) if self.observer.is_listening else perform

    def answered(self, sent: Instant, status: int) -> Flow[None]:
        """Emit the event for a response, if anyone listens."""
        if self.observer.is_listening:
            yield from emit_response(self.emit, sent, status)

    def outgoing(
        self, http: HttpCall, now: Instant, seconds: float, purpose: Purpose, messages: tuple[str, ...] = ()
    ) -> Flow[HttpCall]:
        """Return the call as it will be sent: with the user's headers, valid credentials, a signature and a time limit.

        Raises:
            PluginError: the call, or one of the first `messages`, would leak a secret.
        """
        expires_at = self.call.credentials.expires_at
        if expires_at is not None and expires_at - now.wall <= RENEWED_BEFORE:
            http = self._with_fresh_credentials(http)
        if self.headers and self.origins.take_own_headers(http.url):
            http = with_own_headers(http, self.headers)
        # another server, such as that of an upload, must not see what is derived from the key
        if self.provider.can("tarash_sign") and self.origins.own(http.url):
            token = yield from new_token()
            signed = call_hook(
                self.provider, "tarash_sign", call=self.call, http=http, at=now.wall, token=token
            )
            http = http if signed is None else check_result(self.provider, "tarash_sign", signed, HttpCall)
        self._refuse_leaks(http, messages)
        # last: a plugin may sign by building a new call, which has neither
        return OutgoingCall.of(http, timeout_seconds=seconds, purpose=purpose, account=self.account)

    def _refuse_leaks(self, http: HttpCall, messages: tuple[str, ...]) -> None:
        self.secrecy.derived = http.secrets
        leak = self.origins.leak(http, self.secrecy.secrets, messages)
        if leak is not None:
            raise self.locate(bug_in(self.provider, "a flow", leak))

    def _with_fresh_credentials(self, http: HttpCall) -> HttpCall:
        renewed = None if self.renew is None else self.renew()
        if renewed is None:
            return http
        stale = self.call.auth_headers()
        self.call = self.call.with_credentials(renewed)
        self.secrecy.add(renewed.secrets())
        fresh = self.call.auth_headers()
        if any(http.headers.get(name) != value for name, value in stale.items()):
            # the plugin built its own header from the key; its `tarash_sign` inserts the new one
            return http
        return replace(http, headers={**http.headers, **fresh})

    def _interrupted(self, interruption: BaseException, *, creates: bool) -> None:
        if creates and is_unsent(interruption):
            self.standing = self.standing.refused()

    # From a failed call to an exception.

    def _broken(
        self, failure: TransportFailure | RefusedHostError, http: HttpCall, *, creates: bool
    ) -> TarashException:
        text = self.secrecy.describe(failure)
        error: TarashException
        arrived = isinstance(failure, TransportFailure) and failure.request_may_have_arrived
        self.calls_lost += arrived and http.method != "GET"
        if creates and arrived:
            error = SubmissionUnknownError(
                f"the answer to the submission was lost ({text}); a job may exist, so it is not submitted again"
            )
            error.is_retryable = True
            self.standing = self.standing.lost()
        else:
            error = connection_error(failure, text)
            if creates:
                self.standing = self.standing.refused()
        return self._judged(error)

    def _refused(self, reply: HttpReply, http: HttpCall, now: Instant, *, creates: bool) -> TarashException:
        error = self._error_of(reply) if self.origins.own(http.url) else foreign_error(reply, http.url)
        if isinstance(error, HTTPError) and error.retry_after is None:
            error.retry_after = retry_after_seconds(reply, now=now.wall)
        is_open = leaves_open(error, reply)
        self.calls_lost += is_open and http.method != "GET"
        if creates:
            self.standing = self.standing.lost() if is_open else self.standing.refused()
        return self._judged(error)

    def _error_of(self, reply: HttpReply) -> TarashException:
        if self.provider.can("tarash_error"):
            error = call_hook(self.provider, "tarash_error", call=self.call, response=reply)
            if isinstance(error, TarashException):
                return received(self.provider, "tarash_error", error)
            if error is not None:
                what = f"returned {type(error).__name__}, not a TarashException"
                raise self.locate(bug_in(self.provider, "tarash_error", what))
        return default_error(reply)

    def _judged(self, error: TarashException) -> TarashException:
        self.standing.annotate(error)
        self.last_refusal = self.locate(error)
        return error

    def locate(self, error: TarashException) -> TarashException:
        """Add provider and model to an error, and remove every secret from it."""
        error.provider = error.provider or self.call.provider.id
        error.model = error.model or self.call.model
        self.secrecy.remove_from(error)
        return error

    def too_late(self) -> TarashException:
        """Return the error for a deadline that has passed."""
        return self.locate(TimeoutError("the deadline passed", timeout_seconds=self.call.timeout_seconds))

    def _second_submission(self) -> TarashException:
        """Return the error for a flow that would submit again although its first submission may have created a job."""
        return self._judged(
            SubmissionUnknownError(
                "the answer to the submission was lost; a job may exist, so the plugin may not submit another one"
            )
        )

    def refuse_key(self, hook: str, what: str, value: object) -> None:
        """Refuse a value that is saved or shown, and holds the key.

        Raises:
            PluginError: it does; hooks get the key with every call, so it need not be kept.
        """
        if self.secrecy.is_in(value):
            raise self.locate(bug_in(self.provider, hook, f"returned {what} that holds the key"))

    # Events, and the log.

    def log(self, logger: logging.Logger, level: int, message: str, *, error: str) -> None:
        """Write to the log what is no event, with the generation that it belongs to; it never raises."""
        named = {"generation_id": self.observer.generation_id, "provider": self.call.provider.id}
        facts = {**named, "model": self.call.model, "attempt_number": self.number, "error": error}
        write_guarded(logger, level, message, facts=facts)

    def emit(self, kind: EventKind, at: Instant, **facts: object) -> None:
        """Send an event of this attempt to the log and the listeners."""
        if not self.observer.wants(kind):
            return
        if isinstance(url := facts.get("url"), str):
            facts["url"] = self.secrecy.redacted(url)
        self.observer.emit(
            kind,
            at,
            provider=self.call.provider.id,
            model=self.call.model,
            attempt_number=self.number,
            request_id=self.request_id,
            standing=self.standing,
            facts=facts,
        )

    def _emit_retry(self, error: TarashException, at: Instant, delay_seconds: float, retry: int) -> None:
        self.emit("retry", at, error=error.code, delay_seconds=delay_seconds, retry=retry)
