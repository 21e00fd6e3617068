"""What becomes of answers that are not as documented."""

from __future__ import annotations

import pytest

import tarash_gateway_xai as xai
from odd_answers import example, odd_answers
from tarash.tarash_gateway.plugin import HTTPError, HttpReply, QuotaExceededError, ValidationError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash_gateway_xai.status import read_status

NO_CREDIT = {"error": {"message": "Insufficient credits for this request", "code": 402}}


@pytest.mark.parametrize(
    ("model", "modality"), [("grok-imagine-video", "video"), ("grok-imagine-image", "image")]
)
def test_an_error_told_with_http_200_is_the_reason(model: str, modality: str) -> None:
    call = call_for(xai, model, modality)
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(xai.tarash_submit(call, map_for(xai, call).payload), json_reply(NO_CREDIT))
    assert caught.value.submitted == "no"


def test_a_page_in_place_of_the_api_is_a_wrong_address() -> None:
    page = HttpReply(404, {"content-type": "text/html"}, b"<html><h1>Not Found</h1></html>")
    error = xai.tarash_error(page)
    assert type(error) is HTTPError
    assert "base_url" in error.message


@pytest.mark.parametrize("word", ["done", "DONE", "completed", "Succeeded"])
def test_a_finished_video_is_finished_in_every_spelling(word: str) -> None:
    body = {"status": word, "video": {"url": "https://vidgen.x.ai/a.mp4"}}
    assert read_status(json_reply(body)).state == "completed"


@pytest.mark.parametrize(
    ("word", "state"), [("Failed", "failed"), ("EXPIRED", "failed"), ("canceled", "cancelled")]
)
def test_an_ended_video_is_ended_in_every_spelling(word: str, state: str) -> None:
    assert read_status(json_reply({"status": word})).state == state


@pytest.mark.parametrize("job", [{}, {"request_id": None}, {"request_id": "\ud800"}])
def test_a_reference_without_an_id_asks_nothing(job: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="no request_id"):
        drive(xai.tarash_poll(call_for(xai, "grok-imagine-video"), job))


VIDEO = {
    "status": "done",
    "progress": 100,
    "video": {"url": "https://vidgen.x.ai/a.mp4", "duration": 8, "respect_moderation": True},
    "usage": {"cost_in_usd_ticks": 500_000_000},
}
PICTURES = {
    "data": [{"url": "https://imgen.x.ai/a.jpg", "mime_type": "image/jpeg"}, {"b64_json": "iVBORw0KGgo="}],
    "usage": {"cost_in_usd_ticks": 500_000_000},
}
FAILED = {"status": "failed", "error": {"code": "content_moderation", "message": "no"}, "block_reason": "x"}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    xai,
    example(
        xai, "grok-imagine-video", job={"request_id": "r1"}, bodies=({"request_id": "r1"}, VIDEO, FAILED)
    ),
    example(xai, "grok-imagine-image", "image", bodies=(PICTURES, NO_CREDIT)),
)
