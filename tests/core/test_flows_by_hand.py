"""The tools with which a plugin's hooks are tested by hand: calls, requests, answers, and the driver of flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

import pytest

from core.acme import Acme
from tarash.tarash_gateway.exceptions import HTTPError, QuotaExceededError, TarashException, ValidationError
from tarash.tarash_gateway.plugin import (
    Call,
    Credentials,
    Flow,
    GenerationRequest,
    GenerationState,
    HttpCall,
    HttpReply,
    JobStatus,
    Mapped,
    Secret,
    default_map,
    hookimpl,
    read_clock,
    read_random,
    run_blocking,
    send,
    sleep,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import NOW, TEST_KEY

ASK = HttpCall(method="GET", url="https://acme.example/jobs/1")


@dataclass(frozen=True, kw_only=True)
class Region:
    """The settings of Acme's regional service."""

    region: str | None = None


class RegionalAcme(Acme):
    def __init__(self) -> None:
        super().__init__()
        self._info = replace(self._info, settings=Region)


class PoliteAcme(Acme):
    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        mapped = default_map(call, request)
        mapped.payload["please"] = True
        return mapped


class BriefAcme(Acme):
    """As a hook may, `tarash_map` takes only one of its arguments."""

    @hookimpl
    def tarash_map(self, request: GenerationRequest) -> Mapped:
        return Mapped({"prompt": request.prompt})


def test_a_call_is_as_the_core_makes_it_for_the_row_that_serves_the_model() -> None:
    call = call_for(
        RegionalAcme(), "paced", webhook_url="https://me.example/hook", provider_config={"region": "eu"}
    )
    assert (call.row.id, call.base_url, call.api_key.reveal()) == ("paced", "https://acme.example", TEST_KEY)
    assert (call.webhook_url, call.settings_as(Region).region) == ("https://me.example/hook", "eu")
    assert call_for(Acme(), "paced", base_url="https://proxy.example").is_default_server is False


def test_a_setting_may_choose_the_server_but_the_user_has_the_last_word() -> None:
    usual = call_for(RegionalAcme(), "paced").at_server("https://eu.acme.example")
    assert usual.request("GET", "/jobs/1").url == "https://eu.acme.example/jobs/1"
    assert "authorization" in {name.lower() for name in usual.request("GET", "/jobs/1").headers}
    proxied = call_for(RegionalAcme(), "paced", base_url="https://proxy.example")
    assert proxied.at_server("https://eu.acme.example") is proxied


def test_a_model_that_no_row_serves_is_told() -> None:
    with pytest.raises(AssertionError, match="acme has no image row for 'paced'"):
        call_for(Acme(), "paced", "image")


@pytest.mark.parametrize(
    ("plugin", "expected"),
    [
        pytest.param(Acme(), {"prompt": "a paper boat", "seconds": 4}, id="by the row"),
        pytest.param(
            PoliteAcme(), {"prompt": "a paper boat", "seconds": 4, "please": True}, id="by tarash_map"
        ),
        pytest.param(
            BriefAcme(), {"prompt": "a paper boat"}, id="by a tarash_map that takes the request alone"
        ),
    ],
)
def test_a_request_is_mapped_as_the_core_does(plugin: Acme, expected: Mapping[str, object]) -> None:
    assert map_for(plugin, call_for(plugin, "paced"), duration_seconds=4).payload == expected


def test_mapping_refuses_what_the_row_forbids_or_adjusts_it() -> None:
    with pytest.raises(ValidationError, match="duration_seconds"):
        map_for(Acme(), call_for(Acme(), "paced"), duration_seconds=5)
    adjusted = map_for(Acme(), call_for(Acme(), "paced", unsupported="adjust"), duration_seconds=5)
    assert adjusted.payload["seconds"] == 4


def _asks(times: int) -> Flow[list[object]]:
    answers: list[object] = []
    for _ in range(times):
        try:
            reply = yield from send(ASK)
        except HTTPError as error:
            answers.append(error.status_code)
        else:
            answers.append(reply.json())
        yield from sleep(3600)
    return answers


def test_a_flow_gets_its_answers_in_order_and_an_exception_where_the_core_throws_one() -> None:
    refused = HTTPError("no", status_code=503)
    answers, calls = drive(_asks(3), json_reply({"n": 1}), refused, json_reply([2], 202))
    assert answers == [{"n": 1}, 503, [2]]
    assert calls == [ASK, ASK, ASK]


def test_a_flow_gets_an_error_status_only_if_its_call_accepts_it() -> None:
    """A flow that reads refusals itself would pass here and fail at the core, which throws them."""
    answers, _ = drive(_asks(2), json_reply({"why": "busy"}, 503), json_reply({}, 302))
    assert answers == [503, 302]
    accepted, _ = drive(send(replace(ASK, accept_statuses=frozenset({404}))), json_reply({}, 404))
    assert accepted.status == 404


def test_an_error_status_is_read_by_the_plugin_that_is_tried() -> None:
    def error_of(reply: HttpReply) -> TarashException | None:
        return QuotaExceededError("top up") if reply.status == 402 else None

    with pytest.raises(QuotaExceededError, match="top up"):
        drive(send(ASK), json_reply({}, 402), error_of=error_of)
    with pytest.raises(HTTPError, match="HTTP 503"):
        drive(send(ASK), json_reply({}, 503), error_of=error_of)


def test_an_answer_too_many_or_too_few_is_told() -> None:
    with pytest.raises(AssertionError, match="1 answers were not used"):
        drive(_asks(1), json_reply({}), json_reply({}))
    with pytest.raises(AssertionError, match="no answer left for GET https"):
        drive(_asks(1))


def test_the_other_steps_are_answered_without_waiting() -> None:
    def flow() -> Flow[tuple[datetime, float, object]]:
        now = yield from read_clock()
        chance = yield from read_random()
        made = yield from run_blocking(lambda: "rendered")
        return now.wall, chance, made

    assert drive(flow()) == ((NOW, 0.5, "rendered"), [])
    later = datetime(2026, 11, 22, 12, tzinfo=UTC)
    (wall, _, _), _ = drive(flow(), now=later)
    assert wall == later


def test_what_the_core_refuses_fails_by_hand_too() -> None:
    def sends(call: HttpCall) -> Flow[None]:
        yield from send(call)

    with pytest.raises(AssertionError, match="yielded an HttpCall with url='/x'"):
        drive(sends(replace(ASK, url="/x")), json_reply({}))

    def returns(state: str) -> Flow[JobStatus]:
        yield from ()
        return JobStatus(state=cast("GenerationState", state))

    with pytest.raises(AssertionError, match="the flow returned the unknown state 'dreaming'"):
        drive(returns("dreaming"))
    with pytest.raises(AssertionError, match="the flow sleeps for -1"):
        drive(sleep(-1))


def test_an_error_of_that_takes_the_call_is_told_how_to_give_it() -> None:
    def tarash_error(call: Call, response: HttpReply) -> TarashException:
        return ValidationError(f"{call.model}: {response.status}")

    call = call_for(Acme(), "plain")
    with pytest.raises(TypeError, match=r"pass functools\.partial"):
        drive(send(ASK), json_reply({}, 402), error_of=cast("Any", tarash_error))
    with pytest.raises(ValidationError, match="plain: 402"):
        drive(send(ASK), json_reply({}, 402), error_of=partial(tarash_error, call))


def test_a_plugin_may_return_its_rows_one_by_one() -> None:
    class Listing(Acme):
        @hookimpl
        def tarash_models(self) -> Any:
            return (row for row in super().tarash_models().rows)

    assert call_for(Listing(), "acme-1").row.id == call_for(Acme(), "acme-1").row.id


def test_a_key_of_several_parts_is_given_as_it_is() -> None:
    key = Credentials(parts={"key_id": Secret("id-0123456789"), "secret": Secret("secret-0123456789")})
    call = call_for(Acme(), "acme-1", credentials=key)
    assert (call.api_key.reveal(), call.credentials) == ("", key)


def test_what_is_not_a_flow_is_refused_in_the_words_of_the_core() -> None:
    async def poll() -> JobStatus:
        return JobStatus(state="completed")

    async def stream() -> Any:
        yield ASK

    for started in (poll(), stream()):
        with pytest.raises(AssertionError, match="is an async function; hooks are plain functions"):
            drive(cast("Any", started))
    with pytest.raises(AssertionError, match="returned JobStatus, not a generator; write it with `yield`"):
        drive(cast("Any", JobStatus(state="completed")))
