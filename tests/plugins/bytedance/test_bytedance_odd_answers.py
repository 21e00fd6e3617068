"""What becomes of answers that are not as documented."""

from __future__ import annotations

import pytest

import tarash_gateway_bytedance as bytedance
from odd_answers import example, odd_answers
from tarash.tarash_gateway.plugin import HTTPError, HttpReply, QuotaExceededError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import NOW
from tarash_gateway_bytedance.payload import marked_expiry_seconds

VIDEO_MODEL, IMAGE_MODEL = "seedance-1-5-pro-251215", "seedream-4-5-251128"
OVERDUE = {"error": {"code": "AccountOverdueError", "message": "Your account has an overdue balance"}}


@pytest.mark.parametrize(("model", "modality"), [(VIDEO_MODEL, "video"), (IMAGE_MODEL, "image")])
def test_an_error_told_with_http_200_is_the_reason(model: str, modality: str) -> None:
    call = call_for(bytedance, model, modality)
    with pytest.raises(QuotaExceededError, match="overdue balance") as caught:
        drive(bytedance.tarash_submit(call, map_for(bytedance, call).payload), json_reply(OVERDUE))
    assert caught.value.submitted == "no"


def test_a_page_in_place_of_the_api_is_a_wrong_address() -> None:
    page = HttpReply(404, {"content-type": "text/html"}, b"<html><h1>Not Found</h1></html>")
    error = bytedance.tarash_error(page)
    assert type(error) is HTTPError
    assert "base_url" in error.message


TASK = {
    "id": "cgt-1",
    "model": VIDEO_MODEL,
    "status": "succeeded",
    "content": {"video_url": "https://a.example.org/a.mp4?X-Tos-Date=20261127T050000Z&X-Tos-Expires=86400"},
    "created_at": int(NOW.timestamp()),
    "updated_at": int(NOW.timestamp()),
    "execution_expires_after": marked_expiry_seconds(call_for(bytedance, VIDEO_MODEL)),
    "duration": 5,
    "ratio": "16:9",
}
FAILED = {
    "id": "cgt-1",
    "status": "failed",
    "error": {"code": "OutputVideoSensitiveContentDetected", "message": "no"},
}
PICTURES = {
    "created": int(NOW.timestamp()),
    "data": [
        {"url": "https://a.example.org/a.jpg", "size": "2048x2048"},
        {"b64_json": "iVBORw0KGgo="},
        {"error": {"code": "x"}},
    ],
}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    bytedance,
    example(
        bytedance,
        VIDEO_MODEL,
        job={"id": "cgt-1"},
        bodies=({"id": "cgt-1"}, TASK, FAILED, {"items": [TASK, FAILED], "total": 2}),
    ),
    example(bytedance, IMAGE_MODEL, "image", bodies=(PICTURES, OVERDUE)),
)
