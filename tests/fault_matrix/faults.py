"""Owns the rows of the matrix: what can go wrong with one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tarash.tarash_gateway.statuses import proves_refusal
from tarash.tarash_gateway.testing import ConformanceCases
from tarash.tarash_gateway.testing.simulator import (
    Body,
    Fault,
    Hang,
    Html,
    LostResponse,
    Replaced,
    Reset,
    Status,
    TruncatedBody,
    TruncatedJson,
)

ELSEWHERE = "http://127.0.0.2:9/"
"""Another origin, and one that the guard of downloads refuses; nobody listens there."""


@dataclass(frozen=True)
class Target:
    """What a fault is made for: one request to one provider.

    Attributes:
        url: where the request goes.
        cases: what is known of the provider.
    """

    url: str
    cases: ConformanceCases


Answer = Status | Html | Body
MakeAnswer = Callable[[Target], Answer | None]


@dataclass(frozen=True)
class Row:
    """One thing that can go wrong.

    Attributes:
        name: the row's head.
        answer: makes what is answered in place of the regular answer; it gives None if the provider documents no such answer.
        ignored: what the simulator does if the request is not to be processed; None if that makes no sense.
        processed: the same if the request is processed first.
        is_refused: whether the connection is refused, so that the simulator sees nothing.
        is_silent: whether the client's timeout ends the call.
        proves_refusal: whether it is taken as the proof that a submission created no job.
        needs_body: whether it can strike only an answer with a body.
    """

    name: str
    answer: MakeAnswer | None = None
    ignored: Fault | None = None
    processed: Fault | None = None
    is_refused: bool = False
    is_silent: bool = False
    proves_refusal: bool = False
    needs_body: bool = False

    def fault(self, target: Target, *, is_processed: bool | None) -> Fault | None:
        """Return the simulator's fault; None if the row does not apply.

        Args:
            target: the request that it strikes.
            is_processed: whether the provider processes the request all the same; None takes what comes first.
        """
        if self.answer is not None:
            answer = self.answer(target)
            return Replaced(answer) if is_processed and answer is not None else answer
        if is_processed is None:
            return self.ignored or self.processed
        return self.processed if is_processed else self.ignored


def _status(status: int, headers: Mapping[str, str] | None = None) -> MakeAnswer:
    return lambda _target: Status(status, json={}, headers=headers or {})


def _to_itself(target: Target) -> Status:
    return Status(307, json={}, headers={"Location": target.url})


def _documented(target: Target) -> Status | None:
    """Return the refusal that the provider itself documents with 503."""
    faults = [case.fault for case in target.cases.errors if case.kind == "rate_limit"]
    return next((fault for fault in faults if isinstance(fault, Status) and fault.status == 503), None)


def _error_in_200(target: Target) -> Status | None:
    """Return the provider's own words of an internal error, with a status that says that all is well."""
    faults = [case.fault for case in target.cases.errors if case.kind == "server_error"]
    told = next((fault for fault in faults if isinstance(fault, Status)), None)
    return None if told is None else Status(200, json=told.json, text=told.text)


def _row(status: int) -> Row:
    return Row(str(status), answer=_status(status), proves_refusal=proves_refusal(status))


ROWS = (
    Row("connection refused", is_refused=True),
    Row("reset before the request is read", ignored=Reset()),
    Row("closed after the request is read", processed=LostResponse()),
    Row("no answer", ignored=Hang(0), processed=LostResponse(), is_silent=True),
    Row("answer too slow", processed=TruncatedJson(), is_silent=True, needs_body=True),
    Row("body cut off", processed=TruncatedJson(), needs_body=True),
    Row("half a body, declared as whole", processed=TruncatedBody(), needs_body=True),
    Row("200, HTML", answer=lambda _target: Html()),
    Row("200, empty", answer=lambda _target: Body(b"")),
    Row("200, an error in the body", answer=_error_in_200),
    Row("302 to another host", answer=_status(302, {"Location": ELSEWHERE})),
    Row("307 to the same address", answer=_to_itself),
    *(_row(status) for status in (401, 403, 404, 408, 409, 425, 429)),
    Row("429, Retry-After: 7", answer=_status(429, {"Retry-After": "7"}), proves_refusal=True),
    *(_row(status) for status in (500, 502, 503)),
    Row("503, documented refusal", answer=_documented, proves_refusal=True),
)
