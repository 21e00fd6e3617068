from __future__ import annotations

import pytest

import tarash_gateway_xai as xai
from tarash.tarash_gateway.plugin import UnexpectedResponseError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import TEST_KEY
from tarash_gateway_xai.payload import tarash_submit

CLIP = "https://example.org/a.mp4"


def test_a_submit_is_never_repeatable_and_gives_the_request_id() -> None:
    call = call_for(xai, "grok-imagine-video")
    submission, (sent,) = drive(
        tarash_submit(call, map_for(xai, call).payload), json_reply({"request_id": "d974"})
    )
    assert submission.job == {"request_id": "d974"}
    assert submission.request_id == "d974"
    assert (sent.method, sent.url) == ("POST", "https://api.x.ai/v1/videos/generations")
    assert sent.headers["Authorization"] == f"Bearer {TEST_KEY}"
    assert sent.may_create_job


def test_the_word_that_chooses_the_endpoint_is_not_sent() -> None:
    call = call_for(xai, "grok-imagine-video")
    payload = map_for(xai, call, video=CLIP, extra_params={"mode": "extend"}).payload
    _, (sent,) = drive(tarash_submit(call, payload), json_reply({"request_id": "d974"}))
    assert sent.url.endswith("/videos/extensions")
    assert sent.json == {"model": "grok-imagine-video", "prompt": "a paper boat", "video": {"url": CLIP}}


def test_images_are_there_at_once() -> None:
    call = call_for(xai, "grok-imagine-image", "image")
    answer = json_reply({"data": [{"url": "https://imgen.x.ai/a.jpg"}]}, headers={"x-request-id": "r-1"})
    submission, (sent,) = drive(tarash_submit(call, map_for(xai, call).payload), answer)
    assert submission.job is None
    assert submission.request_id == "r-1"
    assert sent.timeout_seconds == 180.0


@pytest.mark.parametrize(("modality", "says"), [("video", "no request_id"), ("image", "no images")])
def test_an_answer_without_what_was_asked_for_is_unexpected(modality: str, says: str) -> None:
    if modality == "video":
        call = call_for(xai, "grok-imagine-video")
        payload = map_for(xai, call).payload
    else:
        call = call_for(xai, "grok-imagine-image", "image")
        payload = map_for(xai, call).payload
    with pytest.raises(UnexpectedResponseError, match=says):
        drive(tarash_submit(call, payload), json_reply({}))
