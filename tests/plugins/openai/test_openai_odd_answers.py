"""What becomes of answers that are not as documented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import tarash_gateway_openai as plugin
from odd_answers import example, odd_answers, standard_webhook
from plugins.openai.openai_calls import make_call
from tarash.tarash_gateway.plugin import Call, QuotaExceededError, RateLimitError, UnexpectedResponseError
from tarash.tarash_gateway.testing import drive, json_reply
from tarash_gateway_openai.status import read_response, read_video

NO_CREDIT = {"error": {"message": "Insufficient credits for this request", "code": 402}}


@pytest.mark.parametrize(
    "call",
    [make_call("sora-2", "video"), make_call(), make_call(responses_model="gpt-5.5")],
    ids=["video", "image", "background image"],
)
def test_an_error_told_with_http_200_is_the_reason(call: Call) -> None:
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(plugin.tarash_submit(call, {"prompt": "a paper boat"}), json_reply(NO_CREDIT))
    assert caught.value.submitted == "no"


@pytest.mark.parametrize("word", ["completed", "COMPLETED", "succeeded", "Done", "finished"])
def test_a_finished_video_is_finished_in_every_spelling(word: str) -> None:
    assert read_video({"id": "v1", "status": word}).state == "completed"


@pytest.mark.parametrize("word", ["completed", "SUCCEEDED", "incomplete", "error"])
def test_a_response_that_ended_with_an_image_is_finished(word: str) -> None:
    call = {"type": "image_generation_call", "result": "aW1hZ2U="}
    assert read_response({"id": "r1", "status": word, "output": [call]}).state == "completed"
    assert read_response({"id": "r1", "status": word, "output": []}).state == "failed"


@pytest.mark.parametrize(
    ("milliseconds", "seconds"),
    [("5000", 5.0), ("0", None), ("-1", None), ("0.0", None), ("soon", None), ("nan", None)],
)
def test_no_server_can_wish_to_be_asked_without_a_pause(milliseconds: str, seconds: float | None) -> None:
    answer = json_reply({"id": "v1", "status": "queued"}, headers={"openai-poll-after-ms": milliseconds})
    job = {"kind": "video", "id": "v1"}
    status, _ = drive(plugin.tarash_poll(make_call("sora-2", "video"), job), answer)
    assert status.suggested_delay_seconds == seconds


def test_a_wait_of_no_seconds_is_no_wait() -> None:
    refusal = json_reply({"error": {"message": "Please retry after 0 seconds."}}, 429)
    error = plugin.tarash_error(refusal)
    assert isinstance(error, RateLimitError)
    assert error.retry_after is None


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9], ids=["s", "ms", "us", "ns"])
def test_an_end_is_read_in_the_unit_that_a_server_uses(unit: int) -> None:
    video = {"id": "v1", "status": "completed", "expires_at": 1_790_000_000 * unit}
    job = {"kind": "video", "id": "v1"}
    generated, _ = drive(plugin.tarash_normalize(make_call("sora-2", "video"), job, video))
    assert generated.assets[0].expires_at == datetime.fromtimestamp(1_790_000_000, UTC)


@pytest.mark.parametrize("unread", [{}, {"b64_json": None}, {"b64_json": "%"}, {"error": "filtered"}])
def test_an_image_without_its_bytes_costs_no_other(unread: dict[str, object]) -> None:
    answer = {"created": 1, "data": [unread, {"b64_json": "aW1hZ2U="}, unread]}
    generated, _ = drive(plugin.tarash_normalize(make_call(), {}, answer))
    assert [image.content for image in generated.assets] == [b"image"]


def test_an_answer_without_a_readable_image_is_an_error_that_shows_it() -> None:
    answer = {"created": 1, "data": [{"error": "filtered"}, {}]}
    with pytest.raises(UnexpectedResponseError, match="without b64_json") as caught:
        drive(plugin.tarash_normalize(make_call(), {}, answer))
    assert caught.value.raw_response == answer


SECRET = "whsec_c2VjcmV0IG9mIHRoaXMgdGVzdA=="
VIDEO = {
    "id": "video_1",
    "object": "video",
    "status": "completed",
    "progress": 100,
    "seconds": "8",
    "size": "1280x720",
    "expires_at": 1_790_000_000,
    "error": None,
}
FAILED = {
    **VIDEO,
    "status": "failed",
    "error": {"code": "moderation_blocked", "message": "no", "headers": {}},
}
RESPONSE = {
    "id": "resp_1",
    "status": "completed",
    "output": [
        {"type": "image_generation_call", "result": "iVBORw0KGgo=", "size": "1024x1024", "error": None}
    ],
    "incomplete_details": {"reason": "max_output_tokens"},
}
PICTURES = {
    "data": [{"b64_json": "iVBORw0KGgo=", "output_format": "png"}, {"url": "https://example.com/a.png"}],
    "size": "1024x1024",
    "output_format": "png",
    "usage": {
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 0},
        "output_tokens": 4160,
        "output_tokens_details": {"text_tokens": 1},
    },
}
EVENT = {"id": "evt_1", "type": "video.completed", "data": {"id": "video_1"}}
REFUSED = {
    "error": {
        "code": "contentFilter",
        "message": "retry after 5 seconds",
        "innererror": {"code": "ResponsibleAIPolicyViolation"},
        "moderation_details": {"moderation_stage": "input"},
    }
}

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    plugin,
    example(
        plugin,
        "sora-2",
        "video",
        job={"kind": "video", "id": "video_1"},
        bodies=(VIDEO, FAILED, EVENT, REFUSED),
        deliver=standard_webhook(SECRET),
        provider_config={"webhook_secret": SECRET, "variants": ["thumbnail"]},
    ),
    example(
        plugin,
        "gpt-image-2",
        "image",
        job={"kind": "response", "id": "resp_1"},
        bodies=(RESPONSE, REFUSED),
        provider_config={"responses_model": "gpt-5.5"},
    ),
    example(plugin, "gpt-image-2", "image", bodies=(PICTURES, REFUSED)),
)
