"""What becomes of answers that are not as documented."""

from __future__ import annotations

import pytest

import tarash_gateway_bfl as bfl
from odd_answers import example, odd_answers
from tarash.tarash_gateway.plugin import Delivery, HTTPError, HttpReply, QuotaExceededError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import NOW

NO_CREDIT = {"detail": "Insufficient credits. Add credits to your account to continue."}
SECRET = "s3cret-of-ours"


def test_an_error_told_with_http_200_is_the_reason() -> None:
    call = call_for(bfl, "flux-3-video")
    with pytest.raises(QuotaExceededError, match="Insufficient credits"):
        drive(bfl.tarash_submit(call, map_for(bfl, call).payload), json_reply(NO_CREDIT))


def test_a_page_in_place_of_the_api_is_a_wrong_address() -> None:
    page = HttpReply(404, {"content-type": "text/html"}, b"<html><h1>Not Found</h1></html>")
    error = bfl.tarash_error(page)
    assert type(error) is HTTPError
    assert "base_url" in error.message


def deliver(body: bytes) -> Delivery:
    return Delivery(headers={"x-webhook-secret": SECRET}, body=body, received_at=NOW)


SUBMITTED = {"id": "j1", "polling_url": "https://api.us1.bfl.ai/v1/get_result?id=j1", "cost": 4.5}
READY = {
    "id": "j1",
    "status": "Ready",
    "cost": 4.5,
    "progress": 1.0,
    "result": {
        "sample": "https://delivery.us1.bfl.ai/a.jpeg?se=2026-11-27T06:00:00Z",
        "seed": 7,
        "end_time": 1_764_219_600.5,
        "draft_cache": "https://delivery.us1.bfl.ai/a.bin",
    },
}
BATCH = {"status": "Ready", "result": {"samples": [{"url": "https://delivery.us1.bfl.ai/a.mp4"}]}}
FAILED = {"id": "j1", "status": "Request Moderated", "details": {"Moderation Reasons": ["Violence"]}}
LOST = {"id": "j1", "status": "Task not found"}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    bfl,
    example(bfl, "flux-3-video", job=SUBMITTED, bodies=(SUBMITTED, READY, BATCH, FAILED, LOST)),
    example(
        bfl,
        "flux-2-pro",
        "image",
        job={"id": "j1"},
        bodies=(SUBMITTED, READY, FAILED, NO_CREDIT),
        deliver=deliver,
        provider_config={"webhook_secret": SECRET},
    ),
)
