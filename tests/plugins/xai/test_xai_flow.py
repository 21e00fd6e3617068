from __future__ import annotations

import pytest

from plugins.xai.xai_calls import drive, make_call, map_image, map_video, reply
from tarash.tarash_gateway.plugin import UnexpectedResponseError
from tarash_gateway_xai.payload import submit

CLIP = "https://example.org/a.mp4"


def test_a_submit_is_never_repeatable_and_gives_the_request_id() -> None:
    call = make_call("grok-imagine-video")
    submission, (sent,) = drive(submit(call, map_video(call).payload), reply({"request_id": "d974"}))
    assert submission.job == {"request_id": "d974"}
    assert submission.request_id == "d974"
    assert (sent.method, sent.url) == ("POST", "https://api.x.ai/v1/videos/generations")
    assert sent.headers["Authorization"] == "Bearer xai-test-key-0123456789"
    assert not sent.is_repeatable


def test_the_word_that_chooses_the_endpoint_is_not_sent() -> None:
    call = make_call("grok-imagine-video")
    payload = map_video(call, video=CLIP, extra_params={"mode": "extend"}).payload
    _, (sent,) = drive(submit(call, payload), reply({"request_id": "d974"}))
    assert sent.url.endswith("/videos/extensions")
    assert sent.json == {"model": "grok-imagine-video", "prompt": "a red fox", "video": {"url": CLIP}}


def test_images_are_there_at_once() -> None:
    call = make_call("grok-imagine-image", "image")
    answer = reply({"data": [{"url": "https://imgen.x.ai/a.jpg"}]}, headers={"x-request-id": "r-1"})
    submission, (sent,) = drive(submit(call, map_image(call).payload), answer)
    assert submission.job is None
    assert submission.request_id == "r-1"
    assert sent.timeout_seconds == 180.0


@pytest.mark.parametrize(("modality", "says"), [("video", "no request_id"), ("image", "no images")])
def test_an_answer_without_what_was_asked_for_is_unexpected(modality: str, says: str) -> None:
    if modality == "video":
        call = make_call("grok-imagine-video")
        payload = map_video(call).payload
    else:
        call = make_call("grok-imagine-image", "image")
        payload = map_image(call).payload
    with pytest.raises(UnexpectedResponseError, match=says):
        drive(submit(call, payload), reply({}))
