from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

import tarash_gateway_minimax as minimax
from simulators.minimax.failures import OK, base
from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    GenerationFailedError,
    RateLimitError,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_minimax.results import tarash_normalize
from tarash_gateway_minimax.status import read_v1, read_v2, tarash_cancel, tarash_poll

# outputs lie at Alibaba Cloud, whose links say when they end (answers in public repositories, read 2026-11-28)
URL = "https://cdn.example/a.mp4?Expires=1795867200&Signature=x"
URL_ENDS = datetime(2026, 11, 28, 12, tzinfo=UTC)
V2_JOB = {"task_id": "2874", "version": "v2"}
V1_JOB = {"task_id": "1061", "version": "v1"}


def task(status: str, **members: object) -> dict[str, object]:
    return {"task": {"id": "2874", "model": "MiniMax-H3", "status": status, **members}}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", "queued"),
        ("running", "processing"),
        ("succeeded", "completed"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
        ("expired", "failed"),
        ("SUCCESS", "completed"),
        ("canceled", "cancelled"),
        ("warming_up", "processing"),
    ],
)
def test_states_of_the_second_version_map_to_job_states(word: str, state: str) -> None:
    assert read_v2(json_reply(task(word))).state == state


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Preparing", "queued"),
        ("Queueing", "queued"),
        ("Processing", "processing"),
        ("Success", "completed"),
        ("Fail", "failed"),
        ("Warming", "processing"),
    ],
)
def test_states_of_the_first_version_map_to_job_states(word: str, state: str) -> None:
    assert read_v1(json_reply({"task_id": "1061", "status": word, "base_resp": OK})).state == state


@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [
        pytest.param("1027", "output new_sensitive", ContentModerationError, id="output"),
        pytest.param("1026", "input new_sensitive", ContentModerationError, id="input"),
        pytest.param(None, "the output is sensitive", ContentModerationError, id="words-only"),
        pytest.param(None, "refused by content moderation", ContentModerationError, id="other-words"),
        pytest.param("2013", "the image cannot be read", ValidationError, id="invalid"),
        pytest.param("1033", "system error", GenerationFailedError, id="system"),
        pytest.param(None, "", GenerationFailedError, id="no-reason"),
    ],
)
def test_a_failed_task_says_why_in_either_version(
    code: str | None, words: str, kind: type[TarashException]
) -> None:
    second = read_v2(json_reply(task("failed", error={"code": code, "message": words})))
    first = read_v1(
        json_reply({"status": "Fail", "base_resp": {"status_code": int(code or 0), "status_msg": words}})
    )
    for status in (second, first):
        assert type(status.error) is kind
        assert (words or "no explanation given") in status.error.message


def test_a_status_request_of_the_first_version_may_be_refused_behind_http_200() -> None:
    with pytest.raises(RateLimitError):
        drive(tarash_poll(call_for(minimax, "T2V-01"), V1_JOB), json_reply(base(1002, "rate limit").json))


@pytest.mark.parametrize(
    ("job", "model", "url"),
    [
        (V2_JOB, "MiniMax-H3", "https://api.minimax.io/v2/query/video_generation/2874"),
        (V1_JOB, "T2V-01", "https://api.minimax.io/v1/query/video_generation?task_id=1061"),
    ],
)
def test_a_task_is_asked_for_where_its_version_keeps_it(job: dict[str, str], model: str, url: str) -> None:
    answer = {**task("running"), "status": "Processing", "base_resp": OK}
    _, (sent,) = drive(tarash_poll(call_for(minimax, model), job), json_reply(answer))
    assert sent.url == url


def test_a_finished_task_of_the_second_version_brings_its_clip() -> None:
    done = task("succeeded", content={"url": URL}, duration=6, ratio="16:9", resolution="768P")
    status = read_v2(json_reply(done))
    result, calls = drive(tarash_normalize(call_for(minimax, "MiniMax-H3"), V2_JOB, status.raw))
    assert calls == []
    assert (result.assets[0].url, result.assets[0].expires_at) == (URL, URL_ENDS)
    assert (result.duration_seconds, result.resolution, result.aspect_ratio) == (6.0, "768p", "16:9")


@pytest.mark.parametrize("file_id", [205_123_456_789_012_345, "205123456789012345"])
def test_the_clip_of_the_first_version_is_asked_for_by_its_file(file_id: int | str) -> None:
    raw = {"status": "Success", "file_id": file_id, "video_width": 1366, "video_height": 768, "base_resp": OK}
    file = {"file": {"file_id": file_id, "bytes": 99, "download_url": URL}, "base_resp": OK}
    result, (sent,) = drive(tarash_normalize(call_for(minimax, "T2V-01"), V1_JOB, raw), json_reply(file))
    assert sent.url == "https://api.minimax.io/v1/files/retrieve?file_id=205123456789012345"
    assert (result.assets[0].url, result.assets[0].size_bytes, result.resolution) == (URL, 99, "1366x768")
    assert result.assets[0].expires_at == URL_ENDS


@pytest.mark.parametrize("file_id", ["", None, True, 0.5, "\ud800"])
def test_a_finished_task_without_a_file_is_unexpected(file_id: object) -> None:
    raw = {"status": "Success", "file_id": file_id}
    with pytest.raises(UnexpectedResponseError, match="file_id"):
        drive(tarash_normalize(call_for(minimax, "T2V-01"), V1_JOB, raw))


@pytest.mark.parametrize("job", [{}, {"version": "v1"}, {"task_id": [2874], "version": "v2"}])
def test_a_job_that_was_not_saved_like_this_is_refused(job: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="as it was saved"):
        drive(tarash_poll(call_for(minimax, "MiniMax-H3"), job))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"data": {"image_urls": ["https://e.org/a.jpg", "https://e.org/b.jpg"]}}, id="01-urls"),
        pytest.param({"data": {"image_base64": [base64.b64encode(tiny_png()).decode()] * 2}}, id="01-base64"),
        pytest.param({"data": [{"url": "https://e.org/a.jpg"}, {"b64_json": "aW1n"}]}, id="h3"),
    ],
)
def test_images_of_every_family_are_read(body: dict[str, object]) -> None:
    result, _ = drive(tarash_normalize(call_for(minimax, "image-01", "image"), {}, body))
    assert len(result.assets) == 2


@pytest.mark.parametrize(
    ("status", "outcome", "billed"),
    [("succeeded", "finished", "yes"), ("failed", "finished", "unknown"), ("cancelled", "accepted", "no")],
)
def test_a_task_that_has_ended_is_not_deleted_with_its_result(status: str, outcome: str, billed: str) -> None:
    flow = tarash_cancel(call_for(minimax, "MiniMax-H3"), V2_JOB)
    assert flow is not None
    told, calls = drive(flow, json_reply(task(status, content={"url": URL})))
    assert (told.outcome, told.billed) == (outcome, billed)
    assert [call.method for call in calls] == ["GET"]


@pytest.mark.parametrize(
    ("status", "answer", "outcome", "billed"),
    [
        ("queued", 200, "accepted", "no"),
        ("running", 200, "accepted", "unknown"),
        ("running", 400, "refused", "unknown"),
    ],
)
def test_a_task_under_way_is_cancelled(status: str, answer: int, outcome: str, billed: str) -> None:
    flow = tarash_cancel(call_for(minimax, "MiniMax-H3"), V2_JOB)
    assert flow is not None
    told, calls = drive(
        flow, json_reply(task(status)), json_reply({"task_id": "2874", "status": "cancelled"}, answer)
    )
    assert (told.outcome, told.billed) == (outcome, billed)
    assert calls[1].method == "DELETE"
    # a second one would delete the task with its result, once it is finished
    assert calls[1].repeatable is False
    assert calls[1].url == "https://api.minimax.io/v2/video_generation/2874"


def test_the_first_version_cannot_cancel() -> None:
    assert tarash_cancel(call_for(minimax, "T2V-01"), V1_JOB) is None
