"""What becomes of answers that are not as documented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import tarash_gateway_openai as plugin
from plugins.openai.openai_calls import make_call
from tarash.tarash_gateway.plugin import Call, QuotaExceededError, RateLimitError
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
