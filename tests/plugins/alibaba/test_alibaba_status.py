from __future__ import annotations

from datetime import UTC, datetime

import pytest

import tarash_gateway_alibaba as alibaba
from simulators.alibaba.failures import NOT_PENDING, SENSITIVE_PROMPT, TOO_MANY_REQUESTS
from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    HTTPError,
    HttpReply,
    RateLimitError,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply
from tarash.tarash_gateway.testing.flows import NOW
from tarash_gateway_alibaba.results import LINK_LIFETIME, tarash_normalize
from tarash_gateway_alibaba.status import read_status, tarash_cancel, tarash_poll

JOB = {"task_id": "a853"}
CALL = call_for(alibaba, "wan3.0-video")
IMAGE_CALL = call_for(alibaba, "wan2.7-image", "image")
URL = "https://dashscope-result.oss.example/a.mp4"
TASKS = "https://dashscope-intl.aliyuncs.com/api/v1/tasks"
ENDED = "2026-11-27 13:00:00.000"
"""As the server writes it, 05:00 in UTC."""


def task(word: str, **members: object) -> dict[str, object]:
    return {"request_id": "r-1", "output": {"task_id": "a853", "task_status": word, **members}}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("PENDING", "queued"),
        ("SUSPENDED", "queued"),
        ("RUNNING", "processing"),
        ("SUCCEEDED", "completed"),
        ("FAILED", "failed"),
        ("CANCELED", "cancelled"),
        ("succeeded", "completed"),
        ("WARMING_UP", "processing"),
    ],
)
def test_status_words_map_to_job_states(word: str, state: str) -> None:
    assert read_status(json_reply(task(word))).state == state


def test_a_task_is_asked_for_by_its_id() -> None:
    _, (sent,) = drive(tarash_poll(CALL, {"task_id": "a/8 5"}), json_reply(task("RUNNING")))
    assert (sent.method, sent.url) == ("GET", f"{TASKS}/a%2F8%205")


def test_a_task_that_the_server_does_not_know_is_a_missing_job_and_no_missing_model() -> None:
    with pytest.raises(HTTPError, match="24 hours") as caught:
        drive(tarash_poll(CALL, JOB), json_reply(task("UNKNOWN")))
    assert type(caught.value) is HTTPError
    assert (caught.value.status_code, caught.value.allows_fallback) == (404, False)


def test_a_poll_may_be_refused_behind_http_200() -> None:
    with pytest.raises(RateLimitError):
        drive(tarash_poll(CALL, JOB), json_reply(TOO_MANY_REQUESTS.json))
    with pytest.raises(UnexpectedResponseError, match="no task"):
        drive(tarash_poll(CALL, JOB), json_reply({"request_id": "r-1"}))


@pytest.mark.parametrize("job", [{}, {"task_id": ["a853"]}, {"task_id": ""}])
def test_a_job_that_was_not_saved_like_this_is_refused(job: dict[str, object]) -> None:
    for flow in (tarash_poll(CALL, job), tarash_cancel(CALL, job)):
        with pytest.raises(ValidationError, match="as it was saved"):
            drive(flow)


def test_a_task_that_waits_is_cancelled_for_nothing() -> None:
    told, (sent,) = drive(tarash_cancel(CALL, JOB), json_reply({"request_id": "r-1"}))
    assert (told.outcome, told.billed) == ("accepted", "no")
    assert (sent.method, sent.url) == ("POST", f"{TASKS}/a853/cancel")


@pytest.mark.parametrize(
    ("word", "outcome", "billed"),
    [
        ("RUNNING", "refused", "unknown"),
        ("SUCCEEDED", "finished", "yes"),
        ("FAILED", "finished", "no"),
        ("CANCELED", "finished", "no"),
    ],
)
def test_a_task_that_waits_no_more_cannot_be_cancelled(word: str, outcome: str, billed: str) -> None:
    told, calls = drive(tarash_cancel(CALL, JOB), json_reply(NOT_PENDING.json, 400), json_reply(task(word)))
    assert (told.outcome, told.billed) == (outcome, billed)
    assert [call.method for call in calls] == ["POST", "GET"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(HttpReply(200, {}, b"<html>welcome</html>"), UnexpectedResponseError, id="page"),
        pytest.param(json_reply({}), UnexpectedResponseError, id="nothing"),
        pytest.param(json_reply(TOO_MANY_REQUESTS.json), RateLimitError, id="refusal"),
    ],
)
def test_only_the_servers_own_word_cancels_a_task(reply: HttpReply, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        drive(tarash_cancel(CALL, JOB), reply)


def test_another_refusal_of_a_cancel_is_told() -> None:
    with pytest.raises(ContentModerationError):
        drive(tarash_cancel(CALL, JOB), json_reply(SENSITIVE_PROMPT.json, 400))


def test_a_finished_video_brings_its_clip() -> None:
    usage = {"duration": 9, "input_video_duration": 4, "output_video_duration": 5, "SR": 720}
    raw = {
        **task("SUCCEEDED", video_url=URL, end_time=ENDED, actual_prompt="a paper boat, at dusk"),
        "usage": usage,
    }
    result, calls = drive(tarash_normalize(CALL, raw))
    assert calls == []
    (asset,) = result.assets
    assert (asset.url, asset.content_type, asset.duration_seconds) == (URL, "video/mp4", 5.0)
    assert asset.expires_at == datetime(2026, 11, 28, 5, tzinfo=UTC)
    assert (result.duration_seconds, result.resolution) == (5.0, "720p")
    assert result.revised_prompt == "a paper boat, at dusk"


@pytest.mark.parametrize(
    ("url", "end_time", "expires"),
    [
        pytest.param(
            f"{URL}?Expires=1795755600&Signature=x", ENDED, datetime(2026, 11, 27, 5, tzinfo=UTC), id="signed"
        ),
        pytest.param(URL, ENDED, datetime(2026, 11, 28, 5, tzinfo=UTC), id="end"),
        pytest.param(URL, "2026-11-27T05:00:00+00:00", datetime(2026, 11, 28, 5, tzinfo=UTC), id="offset"),
        pytest.param(URL, None, NOW + LINK_LIFETIME, id="nothing"),
        pytest.param(f"{URL}?Expires=soon", "yesterday", NOW + LINK_LIFETIME, id="nonsense"),
        pytest.param(
            f"{URL}?Expires=0", "9999-12-31 23:59:59", NOW + LINK_LIFETIME, id="beyond-the-calendar"
        ),
    ],
)
def test_a_result_ends_when_its_signature_does_or_a_day_after_the_task(
    url: str, end_time: str | None, expires: datetime
) -> None:
    result, _ = drive(tarash_normalize(CALL, task("SUCCEEDED", video_url=url, end_time=end_time)))
    assert result.assets[0].expires_at == expires


def test_images_of_both_protocols_are_read() -> None:
    contents = [{"image": "https://e.org/a.png", "type": "image"}, {"text": "a caption"}]
    choices = [{"message": {"role": "assistant", "content": contents}}]
    results = [{"url": "https://e.org/a.png", "actual_prompt": "a boat"}, {"code": "DataInspectionFailed"}]
    for members in ({"choices": choices}, {"results": results}):
        result, _ = drive(tarash_normalize(IMAGE_CALL, task("SUCCEEDED", end_time=ENDED, **members)))
        assert [asset.url for asset in result.assets] == ["https://e.org/a.png"]


def test_the_size_of_a_lone_image_is_told() -> None:
    contents = [{"image": "https://e.org/a.png"}]
    raw = {
        "output": {"choices": [{"message": {"content": contents}}]},
        "usage": {"output_width": 2688, "output_height": 1536},
    }
    result, _ = drive(tarash_normalize(IMAGE_CALL, raw))
    assert (result.assets[0].width, result.assets[0].height) == (2688, 1536)


def test_images_that_were_all_withheld_are_a_refusal() -> None:
    withheld = {"code": "DataInspectionFailed", "message": "Output data may contain inappropriate content."}
    with pytest.raises(ContentModerationError) as caught:
        drive(tarash_normalize(IMAGE_CALL, task("SUCCEEDED", results=[withheld, withheld])))
    assert (caught.value.stage, caught.value.billed) == ("output", "no")


def test_a_poll_that_is_no_json_is_unexpected() -> None:
    with pytest.raises(UnexpectedResponseError):
        read_status(HttpReply(200, {}, b"<html>"))
