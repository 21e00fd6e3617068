"""Every call says what it is for and for which account, so that the limiter knows what is urgent and what belongs together."""

from __future__ import annotations

from dataclasses import fields

import pytest

from core.acme import AcmeServer, acme, generation
from tarash.tarash_gateway import (
    FallbackExhaustedError,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    VideoGenerationConfig,
)
from tarash.tarash_gateway.messages import OutgoingCall
from tarash.tarash_gateway.plugin import HttpCall, HttpReply, Part
from tarash.tarash_gateway.testing import VirtualTime


class _Observed(AcmeServer):
    """Keeps every call."""

    def __init__(self, *, job_seconds: float = 10.0) -> None:
        super().__init__(job_seconds=job_seconds)
        self.calls: list[HttpCall] = []

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        self.calls.append(call)
        return super().__call__(call, now)


def _calls(config: VideoGenerationConfig) -> list[HttpCall]:
    server = _Observed()
    VirtualTime(server).run(generation(config).generate())
    return server.calls


def test_submits_reads_and_cancels_are_told_apart() -> None:
    server = _Observed(job_seconds=10_000)
    with pytest.raises(TimeoutError):
        VirtualTime(server).run(generation(acme(timeout=20)).generate())
    told = {call.method: call.purpose for call in server.calls}
    assert told == {"POST": "submit", "GET": "read", "DELETE": "cancel"}


def test_the_account_of_a_call_is_its_name() -> None:
    assert {call.account for call in _calls(acme(account="studio"))} == {"studio"}


def test_without_a_name_the_account_is_a_digest_of_the_key() -> None:
    key = "acme-key-123456"
    first, again, other = (
        {call.account for call in _calls(acme(api_key=text))} for text in (key, key, "acme-key-654321")
    )
    assert first == again
    assert len(first) == len(other) == 1
    assert first.isdisjoint(other)
    assert all(account and key not in account and account not in key for account in first)


def test_attempts_at_another_account_have_another_account() -> None:
    server = _Observed(job_seconds=10_000)
    config = acme(account="day", timeout=20, fallback_configs=[acme(account="night", timeout=20)])
    with pytest.raises(FallbackExhaustedError):
        VirtualTime(server).run(generation(config).generate())
    assert [call.account for call in server.calls if call.method == "POST"] == ["day", "night"]


WHOLE: dict[str, object] = {
    "method": "PATCH",
    "url": "https://acme.example/jobs",
    "headers": {"X-One": "1"},
    "json": {"a": 1},
    "content": b"b",
    "form": {"c": "d"},
    "multipart": (Part("e", "f"),),
    "timeout_seconds": 1.5,
    "repeatable": True,
    "accept_statuses": frozenset({404}),
    "idempotent": True,
    "secrets": ("signature-1",),
    "max_answer_bytes": 10,
    "address": "192.0.2.1",
}
"""Every member of a call, none of them at its default."""


def test_what_is_sent_has_everything_that_the_plugin_asked_for() -> None:
    call = HttpCall(**WHOLE)  # type: ignore[arg-type]  # one value for each member, by name
    assert {member.name for member in fields(HttpCall)} == WHOLE.keys()
    sent = OutgoingCall.of(call, timeout_seconds=2.0, purpose="submit", account="studio")
    assert {name: getattr(sent, name) for name in WHOLE} == {**WHOLE, "timeout_seconds": 2.0}
    late = sent.with_timeout(1.0)
    assert late == OutgoingCall.of(call, timeout_seconds=1.0, purpose="submit", account="studio")


@pytest.mark.parametrize("member", [{"purpose": "submit"}, {"account": "studio"}])
def test_what_only_the_core_knows_is_no_argument_of_a_call(member: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        HttpCall(method="GET", url="https://acme.example/", **member)  # type: ignore[arg-type]  # the mistake under test
    call = HttpCall(method="GET", url="https://acme.example/")
    assert (call.purpose, call.account) == ("read", "")
