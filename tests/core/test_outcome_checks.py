"""What a hook returns is compared with the contract member by member, and the message names the member."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tarash.tarash_gateway.engine.outcome_checks import wrong_call, wrong_outcome, wrong_pause
from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import (
    Asset,
    Cancellation,
    Credentials,
    Generated,
    HttpCall,
    JobStatus,
    Secret,
    StatusStream,
    Submission,
    WebhookEvent,
)

CALL = HttpCall(method="GET", url="https://acme.example/x")
VIDEO = Asset(kind="video", url="https://cdn.acme.example/1.mp4")
RIGHT: list[object] = [
    Submission(job={"id": "1"}, request_id="1"),
    Submission(result={"url": "x"}),
    JobStatus(state="processing", logs=("a line",), progress_percent=50, job={"id": "2"}),
    Generated(assets=(VIDEO,)),
    Generated(assets=(VIDEO, Asset(kind="subtitles", content=b"x"))),
    Generated(assets=(Asset(kind="audio", path=Path("a.mp3")),)),
    Generated(assets=(Asset(kind="video", download=CALL),)),
    Generated(assets=()),
    Cancellation(outcome="finished", billed="yes"),
    StatusStream(call=CALL, read=lambda _event: None, protocol="websocket", messages=("subscribe",)),
    WebhookEvent(request_id="1", status=JobStatus(state="completed")),
    Mapped({}),
    Credentials(api_key=Secret("k" * 20), parts={"secret": Secret("s" * 20)}),
    CALL,
]
STREAM = StatusStream(call=CALL, read=lambda _event: None)
EVENT = WebhookEvent(request_id="1", status=JobStatus(state="completed"))


@pytest.mark.parametrize("result", RIGHT, ids=lambda result: type(result).__name__)
def test_what_obeys_the_contract_is_accepted(result: object) -> None:
    assert wrong_outcome(result, type(result)) is None


def _changed(result: object, **changes: object) -> object:
    return replace(cast("Any", result), **changes)


@pytest.mark.parametrize(
    ("result", "wrong"),
    [
        (Submission(), "a Submission with neither job nor result"),
        (_changed(Submission(job={"id": "1"}), state="paid"), "unknown state 'paid'"),
        (_changed(Submission(job={"id": "1"}), request_id=5), "int as Submission.request_id; use text or None"),
        (_changed(JobStatus(state="queued"), state=None), "unknown state None"),
        (_changed(JobStatus(state="queued"), logs="a line"), "logs that are not a tuple of texts"),
        (_changed(JobStatus(state="queued"), logs=(5,)), "logs that are not a tuple of texts"),
        (_changed(JobStatus(state="queued"), progress_percent="5"), "str as JobStatus.progress_percent"),
        (_changed(Generated(assets=()), assets={VIDEO.kind: VIDEO}), "dict as the assets, not a tuple"),
        (_changed(Generated(assets=()), assets=("x",)), "str among the assets, not Asset"),
        (Generated(assets=(replace(VIDEO, kind=cast("Any", 5)),)), "int as Asset.kind; use text"),
        (Generated(assets=(Asset(kind="video"),)), "without exactly one of url, content, download and path"),
        (Generated(assets=(replace(VIDEO, content=b"x"),)), "without exactly one of url, content, download and path"),
        (Generated(assets=(replace(VIDEO, kind="vidoe"),)), "the unknown kind 'vidoe'; use "),
        (_changed(Cancellation(outcome="accepted"), outcome="done"), "the unknown outcome 'done'"),
        (_changed(Cancellation(outcome="accepted"), billed="maybe"), "the unknown billed='maybe'"),
        (_changed(STREAM, protocol="carrier_pigeon"), "the unknown protocol 'carrier_pigeon'"),
        (_changed(STREAM, silence_seconds=0), "silence_seconds=0; use a number above 0"),
        (_changed(STREAM, silence_seconds=float("nan")), "silence_seconds=nan; use a number above 0"),
        (_changed(STREAM, read="json"), "str as StatusStream.read, not a function"),
        (_changed(STREAM, protocol="websocket", messages=(b"x",)), "messages that are not a tuple of texts"),
        (_changed(STREAM, call=replace(CALL, url="acme")), "a stream whose call has url='acme'"),
        (_changed(EVENT, request_id=1), "int as WebhookEvent.request_id; use text"),
        (_changed(EVENT, status="completed"), "str as WebhookEvent.status, not JobStatus"),
        (_changed(EVENT, status=_changed(JobStatus(state="queued"), state="?")), "unknown state '?'"),
        (_changed(Mapped({}), payload=[]), "list as Mapped.payload, not a mapping"),
        (_changed(Mapped({}), webhook_members="url"), "str as Mapped.webhook_members, not a mapping"),
        (_changed(Credentials(), api_key="text"), "str as Credentials.api_key, not Secret"),
        (_changed(Credentials(), parts={"secret": "text"}), "Credentials.parts that are not a mapping of Secrets"),
        (replace(CALL, url="x"), "returned a call with url='x'"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)  # fmt: skip
def test_what_breaks_the_contract_is_told(result: object, wrong: str) -> None:
    told = wrong_outcome(result, type(result))
    assert told is not None
    assert wrong in told


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"timeout_seconds": 0}, "timeout_seconds=0"),
        ({"timeout_seconds": float("inf")}, "timeout_seconds=inf"),
        ({"max_answer_bytes": 0}, "max_answer_bytes=0"),
        ({"secrets": "text"}, "secrets that are not a tuple"),
        ({"method": ""}, "method=''"),
    ],
)
def test_the_bounds_of_a_call_are_checked(changes: dict[str, object], wrong: str) -> None:
    told = wrong_call(cast("HttpCall", _changed(CALL, **changes)))
    assert told is not None
    assert wrong in told


def test_a_pause_is_a_finite_number_of_0_or_more() -> None:
    assert wrong_pause(0) is None
    assert wrong_pause(1.5) is None
    for wrong in (-0.1, float("inf"), float("nan"), "1", None):
        assert wrong_pause(wrong) == f"sleeps for {wrong!r} seconds; use a finite number, 0 or more"
