"""Runs a provider's flow: bounds its calls by the deadline, turns bad answers into exceptions, repeats what may be repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from ..discovery import Provider
from ..exceptions import (
    HTTPConnectionError,
    HTTPError,
    RateLimitError,
    SubmissionUnknownError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from ..media.redaction import redact, redact_text
from ..plugin.contract import Call
from ..plugin.events import EventKind
from ..plugin.http_errors import default_error, retry_after_seconds
from ..steps import Flow, HttpCall, HttpReply, Instant, Sleep, TransportFailure, read_clock, read_random, send
from .retry import retry_delay_seconds

T = TypeVar("T")
Emit = Callable[[EventKind, Instant, Mapping[str, object]], None]

DEFAULT_CALL_SECONDS = 60.0
"""Longest wait for one exchange when the plugin names none."""


def ignore_event(kind: EventKind, at: Instant, facts: Mapping[str, object]) -> None:
    """Listen to nothing."""


@dataclass(slots=True)
class Exchange:
    """The I/O of one attempt.

    Attributes:
        provider: whose hooks read the errors.
        call: the attempt.
        deadline_seconds: on the monotonic clock.
        output_dir: where outputs go that the provider only hands out as bytes, or to holders of the key.
        secrets: texts that must not appear in an error.
        emit: told of requests, answers and retries.
        listens: whether anyone is behind `emit`; without, no event is even built.
        last_refusal: the last error status or broken connection, as thrown into a flow.
        was_accepted: whether a call that must not be repeated was answered with 2xx.
    """

    provider: Provider
    call: Call
    deadline_seconds: float
    output_dir: Path
    secrets: tuple[str, ...] = field(default=(), repr=False)
    emit: Emit = ignore_event
    listens: bool = False
    last_refusal: TarashException | None = None
    was_accepted: bool = False

    def run(self, flow: Flow[T], *, retry: bool, until_seconds: float | None = None) -> Flow[T]:
        """Run `flow` to its end.

        Args:
            flow: what a hook returned.
            retry: whether single calls are repeated here after passing failures; False leaves that to the caller.
            until_seconds: another deadline than the attempt's, on the monotonic clock.
        """
        limit = self.deadline_seconds if until_seconds is None else until_seconds
        answer: object = None
        failure: BaseException | None = None
        while True:
            try:
                step = flow.send(answer) if failure is None else flow.throw(failure)
            except StopIteration as done:
                result: T = done.value
                return result
            answer, failure = None, None
            try:
                if type(step) is HttpCall:
                    answer = yield from self._perform(step, limit, retry=retry)
                else:
                    answer = yield step
            except GeneratorExit:
                flow.close()
                raise
            except BaseException as error:  # noqa: BLE001 - everything that happens is the inner flow's to see
                failure = error

    def _perform(self, http: HttpCall, limit: float, *, retry: bool) -> Flow[HttpReply]:
        retries = 0
        while True:
            now = yield from read_clock()
            remaining = limit - now.monotonic_seconds
            if remaining <= 0:
                raise TimeoutError(
                    "the deadline passed", provider=self.call.provider.id, model=self.call.model
                )
            error = yield from self._once(http, remaining, now)
            if isinstance(error, HttpReply):
                self.was_accepted = self.was_accepted or (error.is_success and not http.is_repeatable)
                return error
            self.last_refusal = error
            may_repeat = retry and (http.is_repeatable or error.submitted == "no")
            if not may_repeat:
                raise error
            now = yield from read_clock()
            delay = retry_delay_seconds(
                error,
                retries=retries,
                random_unit=(yield from read_random()),
                remaining_seconds=limit - now.monotonic_seconds,
            )
            if delay is None:
                raise error
            retries += 1
            if self.listens:
                self.emit("retry", now, {"error": error.code, "delay_seconds": delay, "retry": retries})
            yield Sleep(delay)

    def _once(self, http: HttpCall, remaining: float, now: Instant) -> Flow[HttpReply | TarashException]:
        wait = min(http.timeout_seconds or DEFAULT_CALL_SECONDS, remaining)
        if self.listens:
            self.emit(
                "request_sent",
                now,
                {"method": http.method, "url": redact_text(http.url, secrets=self.secrets)},
            )
        try:
            reply = yield from send(replace(http, timeout_seconds=wait))
        except TransportFailure as failure:
            return self._broken(failure, http)
        if self.listens:
            then = yield from read_clock()
            elapsed = then.monotonic_seconds - now.monotonic_seconds
            self.emit("response_received", then, {"status": reply.status, "elapsed_seconds": elapsed})
        if reply.is_success or reply.status in http.accept_statuses:
            return reply
        return self._refused(reply, http, now)

    def _broken(self, failure: TransportFailure, http: HttpCall) -> TarashException:
        text = redact_text(str(failure), secrets=self.secrets)
        if failure.request_may_have_arrived and not http.is_repeatable:
            error: TarashException = SubmissionUnknownError(
                f"the answer to the submission was lost ({text}); the job may or may not exist, so it is not sent again"
            )
            error.submitted = "unknown"
        else:
            error = HTTPConnectionError(f"connection failed: {text}")
        return self.place(error)

    def _refused(self, reply: HttpReply, http: HttpCall, now: Instant) -> TarashException:
        error: TarashException | None = None
        if self.provider.can("tarash_error"):
            error = self.provider.manager.hook.tarash_error(call=self.call, response=reply)
        if error is None:
            error = default_error(reply)
        if isinstance(error, RateLimitError) and error.retry_after is None:
            error.retry_after = retry_after_seconds(reply, now=now.wall)
        if (
            isinstance(error, HTTPError)
            and reply.status >= 500
            and reply.status != 503
            and not http.is_repeatable
        ):
            # the server, or one before it, broke while it had the request: nobody knows whether a job was made
            error.submitted = "unknown"
        return self.place(error)

    def place(self, error: TarashException) -> TarashException:
        """Say where the error happened, and take every secret out of it."""
        error.provider = error.provider or self.call.provider.id
        error.model = error.model or self.call.model
        error.message = redact_text(error.message, secrets=self.secrets)
        error.args = (error.message,)
        error.raw_response = redact(error.raw_response, secrets=self.secrets)
        return error
