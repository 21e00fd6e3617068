from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

import tarash_gateway_kling as kling
from plugins.kling.kling_calls import KEY_PAIR, ok
from simulators.kling.failures import envelope
from simulators.kling.tokens import check_token
from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Delivery,
    HttpCall,
    HttpReply,
    QuotaExceededError,
    SubmissionUnknownError,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import NOW, TEST_KEY

ACCESS_KEY, SECRET_KEY = KEY_PAIR.split(":")
SUBMITTED = {"id": "86", "status": "submitted", "create_time": 1, "update_time": 1, "external_id": "x"}
SUBMITTED_LEGACY = {
    "task_id": "8642",
    "task_status": "submitted",
    "task_info": {},
    "created_at": 1,
    "updated_at": 1,
}
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


def _check(call: Call, http: HttpCall, now: datetime) -> object:
    """Sign a call as the core does at `NOW`, and have the simulator look at the token at `now`."""
    signed = kling.tarash_sign(call, http, NOW)
    token = signed.headers["Authorization"].removeprefix("Bearer ")
    assert signed.secrets == (token, SECRET_KEY)
    assert set(signed.headers) == {"Authorization"}
    return check_token(token, access_key=ACCESS_KEY, secret_key=SECRET_KEY, now=now.timestamp())


def test_a_submit_carries_the_id_it_can_be_found_by_and_the_callback_address() -> None:
    call = call_for(kling, "kling-3.0", webhook_url="https://me.test/hook")
    payload = map_for(kling, call).payload
    submission, calls = drive(kling.tarash_submit(call, payload), ok(SUBMITTED))
    assert (submission.request_id, submission.state) == ("86", "queued")
    assert submission.job == {"task_id": "86", "path": "/tasks"}
    assert calls[0].json == {
        **payload,
        "options": {"external_task_id": call.idempotency_key, "callback_url": "https://me.test/hook"},
    }
    assert calls[0].may_create_job
    assert calls[0].headers == {"Authorization": f"Bearer {TEST_KEY}"}


def test_a_legacy_submit_has_them_at_the_top() -> None:
    call = call_for(kling, "kling-v3", "image", webhook_url="https://me.test/hook")
    submission, calls = drive(kling.tarash_submit(call, map_for(kling, call).payload), ok(SUBMITTED_LEGACY))
    assert submission.job == {"task_id": "8642", "path": "/v1/images/generations"}
    body = calls[0].json
    assert isinstance(body, dict)
    assert body["external_task_id"] == call.idempotency_key
    assert body["callback_url"] == "https://me.test/hook"


def test_the_users_own_task_id_wins() -> None:
    call = call_for(kling, "kling-3.0")
    payload = map_for(kling, call, extra_params={"options": {"external_task_id": "mine"}}).payload
    _, calls = drive(kling.tarash_submit(call, payload), ok(SUBMITTED))
    assert isinstance(calls[0].json, dict)
    assert calls[0].json["options"] == {"external_task_id": "mine"}
    _, calls = drive(kling.tarash_find_submission(call, payload), ok([]))
    assert calls[0].url == f"{kling.PROVIDER.base_url}/tasks?external_task_ids=mine"


def test_a_refusal_with_http_200_is_an_error() -> None:
    call = call_for(kling, "kling-3.0")
    with pytest.raises(QuotaExceededError):
        drive(kling.tarash_submit(call, map_for(kling, call).payload), json_reply(envelope(1102, "used up")))


def test_an_answer_without_an_id_leaves_the_submission_unknown() -> None:
    call = call_for(kling, "kling-3.0")
    with pytest.raises(UnexpectedResponseError):
        drive(kling.tarash_submit(call, map_for(kling, call).payload), ok({}))


def test_an_error_without_a_code_is_the_reason() -> None:
    call = call_for(kling, "kling-3.0")
    body = {"error": {"message": "Insufficient credits for this request", "code": 402}}
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(kling.tarash_submit(call, map_for(kling, call).payload), json_reply(body))
    assert caught.value.submitted == "no"


@pytest.mark.parametrize(
    ("code", "submitted"), [(5000, "unknown"), (5002, "unknown"), (1201, "no"), (1777, "no")]
)
def test_a_server_that_broke_leaves_it_open_whether_there_is_a_task(code: int, submitted: str) -> None:
    call = call_for(kling, "kling-3.0")
    with pytest.raises(TarashException, match="the reason") as caught:
        drive(
            kling.tarash_submit(call, map_for(kling, call).payload), json_reply(envelope(code, "the reason"))
        )
    assert caught.value.submitted == submitted


def test_a_numeric_id_is_one() -> None:
    call = call_for(kling, "kling-3.0")
    submission, _ = drive(
        kling.tarash_submit(call, map_for(kling, call).payload), ok({**SUBMITTED, "id": 86})
    )
    assert submission.job == {"task_id": "86", "path": "/tasks"}


@pytest.mark.parametrize(
    ("model", "answer"),
    [
        pytest.param("kling-3.0", json_reply({"error": "maintenance"}), id="no list"),
        pytest.param("kling-3.0", HttpReply(404, {"content-type": "text/html"}, b"<html>"), id="a page"),
        pytest.param("kling-3.0", json_reply({"message": "no route"}, 404), id="somebody else's 404"),
        pytest.param("kling-v3", json_reply({"error": "maintenance"}), id="no task"),
        pytest.param("kling-v3", json_reply({"message": "no route"}, 404), id="somebody else's 404, legacy"),
        pytest.param(
            "kling-v3", ok({**SUBMITTED_LEGACY, "task_info": {"external_task_id": "other"}}), id="another's"
        ),
        pytest.param(
            "kling-v3",
            ok({**SUBMITTED_LEGACY, "task_id": "0123456789abcdef" * 2}),
            id="found by Kling's own id",
        ),
    ],
)
def test_only_kling_s_own_word_says_that_there_is_no_task(model: str, answer: HttpReply) -> None:
    call = call_for(kling, model)
    with pytest.raises(TarashException):
        drive(kling.tarash_find_submission(call, map_for(kling, call).payload), answer)


def test_a_lost_submission_is_found_by_our_id() -> None:
    call = call_for(kling, "kling-3.0")
    task = {**SUBMITTED, "external_id": call.idempotency_key, "status": "processing"}
    found, calls = drive(
        kling.tarash_find_submission(call, map_for(kling, call).payload),
        ok([{"id": "1", "status": "failed"}, task]),
    )
    assert found is not None
    assert (found.job, found.state) == ({"task_id": "86", "path": "/tasks"}, "processing")
    assert calls[0].method == "GET"


def test_a_lost_legacy_submission_is_found_at_its_endpoint() -> None:
    call = call_for(kling, "kling-v3")
    found, calls = drive(
        kling.tarash_find_submission(call, map_for(kling, call).payload), ok(SUBMITTED_LEGACY)
    )
    assert found is not None
    assert found.job == {"task_id": "8642", "path": "/v1/videos/text2video"}
    assert calls[0].url == f"{kling.PROVIDER.base_url}/v1/videos/text2video/{call.idempotency_key}"


@pytest.mark.parametrize("model", ["kling-3.0", "kling-v3"])
def test_a_submission_kling_does_not_know_does_not_exist(model: str) -> None:
    call = call_for(kling, model)
    found, _ = drive(
        kling.tarash_find_submission(call, map_for(kling, call).payload),
        json_reply(envelope(1203, "not found"), 404),
    )
    assert found is None


@pytest.mark.parametrize("model", ["kling-4.0", "kling-lip-sync"])
def test_what_cannot_be_looked_up_stays_unknown(model: str) -> None:
    call = call_for(kling, model)
    payload = {"prompt": "a paper boat"} if model == "kling-4.0" else {"session_id": "1"}
    with pytest.raises(SubmissionUnknownError):
        drive(kling.tarash_find_submission(call, payload))


def test_a_model_that_refuses_options_is_sent_none() -> None:
    call = call_for(kling, "kling-4.0", webhook_url="https://me.test/hook")
    mapped = map_for(kling, call, duration_seconds=5)
    _, calls = drive(kling.tarash_submit(call, mapped.payload), ok(SUBMITTED))
    assert calls[0].json == mapped.payload
    assert not mapped.takes_webhook_url


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(call_for(kling, "kling-3.0", api_key=KEY_PAIR), id="joined in the key"),
        pytest.param(
            call_for(
                kling,
                "kling-3.0",
                api_key="",
                provider_config={"access_key": ACCESS_KEY, "secret_key": SECRET_KEY},
            ),
            id="parts of the key",
        ),
        pytest.param(
            call_for(
                kling, "kling-3.0", provider_config={"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
            ),
            id="parts beside a plain key",
        ),
    ],
)
def test_a_key_pair_signs_a_token_for_half_an_hour(call: Call) -> None:
    _, calls = drive(kling.tarash_submit(call, map_for(kling, call).payload), ok(SUBMITTED_LEGACY))
    assert calls[0].url == f"{kling.PROVIDER.base_url}/v1/videos/text2video"
    for seconds, accepted in ((-6, False), (-5, True), (1800, True), (1801, False)):
        assert (_check(call, calls[0], NOW + timedelta(seconds=seconds)) is None) == accepted


@pytest.mark.parametrize(("code", "status"), [(1003, 401), (1004, 401), (1004, 200)])
def test_a_token_refused_for_the_time_is_minted_again_once_by_klings_clock(code: int, status: int) -> None:
    call = call_for(kling, "kling-v3", api_key=KEY_PAIR)
    refusal = json_reply(envelope(code, "time"), status, {"date": "Sun, 22 Nov 2026 18:00:00 GMT"})
    submission, calls = drive(
        kling.tarash_submit(call, map_for(kling, call).payload), refusal, ok(SUBMITTED_LEGACY)
    )
    assert submission.request_id == "8642"
    assert _check(call, calls[0], NOW) is None
    assert _check(call, calls[1], datetime(2026, 11, 22, 18, 0, tzinfo=UTC)) is None
    assert calls[0].json == calls[1].json


def test_an_api_key_is_sent_as_it_is() -> None:
    call = call_for(kling, "kling-3.0")
    http = call.request("GET", "/tasks")
    assert kling.tarash_sign(call, http, NOW) == http


def test_a_secret_key_of_another_kind_is_refused_and_not_shown() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----"
    call = call_for(kling, "kling-v3", provider_config={"access_key": ACCESS_KEY, "secret_key": pem})
    with pytest.raises(ValidationError, match="copy it again") as caught:
        kling.tarash_sign(call, call.request("GET", "/v1/videos/text2video/1"), NOW)
    assert "MC4CAQ" not in str(caught.value)


def test_a_second_refusal_is_an_error() -> None:
    call = call_for(kling, "kling-v3", api_key=KEY_PAIR)
    refusal = json_reply(envelope(1003, "not yet valid"), 401)
    with pytest.raises(AuthenticationError, match="clock"):
        drive(kling.tarash_submit(call, map_for(kling, call).payload), refusal, refusal)


def test_a_wrong_key_pair_is_not_tried_twice() -> None:
    call = call_for(kling, "kling-v3", api_key=KEY_PAIR)
    with pytest.raises(AuthenticationError):
        drive(
            kling.tarash_submit(call, map_for(kling, call).payload),
            json_reply(envelope(1002, "invalid"), 401),
        )


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"acces_key": "a", "secret_key": "b"}, "did you mean 'access_key'"),
        ({"webhook_secret": 7}, "must be text"),
    ],
)
def test_a_wrong_setting_is_refused_before_anything_is_sent(config: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        call_for(kling, "kling-3.0", provider_config=config)


def test_half_a_key_pair_is_refused() -> None:
    with pytest.raises(ValidationError, match="give both"):
        map_for(kling, call_for(kling, "kling-3.0", provider_config={"access_key": "a"}))


def _delivery(body: bytes, *, key: bytes = b"k" * 32, at: datetime = NOW) -> Delivery:
    stamp = str(int(at.timestamp()))
    digest = hmac.new(key, f"id1.{stamp}.".encode() + body, hashlib.sha256).digest()
    signatures = f"v1,c29tZXRoaW5nIG9sZA== v1,{base64.b64encode(digest).decode()}"
    headers = {"webhook-id": "id1", "webhook-timestamp": stamp, "webhook-signature": signatures}
    return Delivery(headers=headers, body=body, received_at=NOW)


@pytest.mark.parametrize("secret", [SECRET, SECRET.removeprefix("whsec_")])
@pytest.mark.parametrize(
    ("task", "request_id", "state"),
    [
        ({"id": "86", "status": "succeeded", "outputs": []}, "86", "completed"),
        ({"task_id": "8642", "task_status": "processing"}, "8642", "processing"),
    ],
)
def test_a_signed_callback_is_read(secret: str, task: dict[str, object], request_id: str, state: str) -> None:
    call = call_for(kling, "kling-3.0", provider_config={"webhook_secret": secret})
    event = kling.tarash_webhook(call, _delivery(json.dumps(task).encode()))
    assert (event.request_id, event.status.state) == (request_id, state)


@pytest.mark.parametrize(
    ("config", "delivery"),
    [
        pytest.param({}, _delivery(b"{}"), id="no secret configured"),
        pytest.param(
            {"webhook_secret": SECRET}, Delivery(headers={}, body=b"{}", received_at=NOW), id="unsigned"
        ),
        pytest.param({"webhook_secret": SECRET}, _delivery(b"{}", key=b"x" * 32), id="another key"),
        pytest.param(
            {"webhook_secret": SECRET}, _delivery(b"{}", at=NOW - timedelta(minutes=6)), id="replayed"
        ),
    ],
)
def test_a_callback_that_anyone_could_have_sent_is_refused(
    config: dict[str, object], delivery: Delivery
) -> None:
    with pytest.raises(AuthenticationError):
        kling.tarash_webhook(call_for(kling, "kling-3.0", provider_config=config), delivery)


@pytest.mark.parametrize("body", [b"hello", b"{}", b"[]"])
def test_a_signed_callback_that_is_no_task_cannot_be_read(body: bytes) -> None:
    call = call_for(kling, "kling-3.0", provider_config={"webhook_secret": SECRET})
    with pytest.raises(UnexpectedResponseError):
        kling.tarash_webhook(call, _delivery(body))
