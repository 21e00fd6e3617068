from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import tarash_gateway_fal as fal
from plugins.fal.fal_calls import VEO
from simulators.fal.webhooks import KEY_SET, signed
from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    Delivery,
    GenerationFailedError,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DONE = {"request_id": "r1", "gateway_request_id": "g2", "status": "OK", "payload": {"video": {"url": "https://a/v.mp4"}}}  # fmt: skip


def _failed(kind: str) -> dict[str, object]:
    detail = [{"loc": ["body", "prompt"], "msg": "no", "type": kind}]
    return {
        "request_id": "r1",
        "status": "ERROR",
        "error": "Invalid status code: 422",
        "payload": {"detail": detail},
    }


def test_a_delivery_brings_the_result_along() -> None:
    call = call_for(fal, VEO, provider_config={"webhook_keys": KEY_SET})
    event = fal.tarash_webhook(call, signed("r1", DONE, at=NOW))
    assert (event.request_id, event.status.state) == ("r1", "completed")
    generated, calls = drive(fal.tarash_normalize(call, {}, event.status.raw))
    assert [asset.url for asset in generated.assets] == ["https://a/v.mp4"]
    assert calls == [], "the result is not fetched again"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (_failed("content_policy_violation"), ContentModerationError),
        (_failed("no_media_generated"), GenerationFailedError),
        (_failed("literal_error"), ValidationError),
        ({"request_id": "r1", "status": "ERROR", "error": "Runner died"}, GenerationFailedError),
    ],
)
def test_a_delivery_of_a_failure_says_which(body: dict[str, object], kind: type[Exception]) -> None:
    event = fal.tarash_webhook(
        call_for(fal, VEO, provider_config={"webhook_keys": KEY_SET}), signed("r1", body, at=NOW)
    )
    assert event.status.state == "failed"
    assert type(event.status.error) is kind


def _with_header(name: str, value: str) -> Delivery:
    delivery = signed("r1", DONE, at=NOW)
    return replace(delivery, headers={**delivery.headers, name: value})


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        pytest.param(_with_header("x-fal-webhook-signature", "00" * 64), "fits no key", id="forged"),
        pytest.param(_with_header("x-fal-webhook-signature", "no hex"), "fits no key", id="no hex"),
        pytest.param(_with_header("x-fal-webhook-user-id", "another"), "fits no key", id="another user"),
        pytest.param(
            replace(signed("r1", DONE, at=NOW), body=b'{"request_id": "r1"}'), "fits no key", id="other body"
        ),
        pytest.param(_with_header("x-fal-webhook-timestamp", "noon"), "not a number", id="no time"),
        pytest.param(
            replace(signed("r1", DONE, at=NOW), received_at=NOW + timedelta(seconds=301)),
            "replayed",
            id="late",
        ),
        pytest.param(
            replace(signed("r1", DONE, at=NOW), received_at=NOW - timedelta(seconds=301)),
            "replayed",
            id="early",
        ),
        pytest.param(Delivery(headers={}, body=b"{}", received_at=NOW), "unsigned", id="unsigned"),
    ],
)
def test_a_delivery_that_is_not_fal_s_own_is_refused(delivery: Delivery, words: str) -> None:
    with pytest.raises(AuthenticationError, match=words):
        fal.tarash_webhook(call_for(fal, VEO, provider_config={"webhook_keys": KEY_SET}), delivery)


@pytest.mark.parametrize("keys", [None, {}, {"keys": []}, {"keys": [{"x": "a"}]}])
def test_without_keys_it_is_said_where_they_come_from(keys: object) -> None:
    with pytest.raises(AuthenticationError, match=r"https://rest\.fal\.ai/\.well-known/jwks\.json"):
        fal.tarash_webhook(
            call_for(fal, VEO, provider_config={"webhook_keys": keys}), signed("r1", DONE, at=NOW)
        )


def test_any_key_of_the_set_will_do() -> None:
    keys = {"keys": [{"x": "A" * 43}, *_keys()]}
    assert (
        fal.tarash_webhook(
            call_for(fal, VEO, provider_config={"webhook_keys": keys}), signed("r1", DONE, at=NOW)
        ).request_id
        == "r1"
    )


def _keys() -> list[object]:
    keys = KEY_SET["keys"]
    assert isinstance(keys, list)
    return keys


def test_a_signed_body_must_name_its_job() -> None:
    with pytest.raises(UnexpectedResponseError, match="request_id"):
        fal.tarash_webhook(
            call_for(fal, VEO, provider_config={"webhook_keys": KEY_SET}),
            signed("r1", {"status": "OK"}, at=NOW),
        )


WITHOUT_CRYPTOGRAPHY = """
import sys
sys.modules["cryptography.exceptions"] = None
from datetime import UTC, datetime
from tarash.tarash_gateway.plugin import Delivery, ValidationError
from tarash_gateway_fal import webhooks
headers = dict.fromkeys((*webhooks.SIGNED_HEADERS, webhooks.SIGNATURE_HEADER), "0")
at = datetime.fromtimestamp(0, UTC)
try:
    webhooks.verify(Delivery(headers=headers, body=b"{}", received_at=at), {"keys": [{"x": "AAAA"}]})
except ValidationError as error:
    print(error)
"""


def test_without_the_extra_it_is_said_what_to_install() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_CRYPTOGRAPHY], capture_output=True, text=True, check=True)  # fmt: skip
    assert "pip install 'cryptography>=42'" in done.stdout
