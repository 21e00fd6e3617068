from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

import tarash_gateway_bytedance as bytedance
from simulators.bytedance.failures import FAILURES
from tarash.tarash_gateway.plugin import (
    Asset,
    ContentModerationError,
    GenerationFailedError,
    HttpReply,
    TarashException,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_bytedance.status import read_status

CALL = call_for(bytedance, "seedance-1-5-pro-251215")
IMAGE_CALL = call_for(bytedance, "seedream-4-5-251128", "image")
JOB = {"id": "cgt-1"}
URL = "https://ark-content.example.org/a.mp4"
DONE: dict[str, object] = {
    "id": "cgt-1",
    "status": "succeeded",
    "content": {"video_url": URL, "last_frame_url": "https://ark-content.example.org/a.png"},
    "updated_at": 1_764_219_600,
    "seed": 58944,
    "resolution": "720p",
    "ratio": "16:9",
    "duration": 5,
    "usage": {"completion_tokens": 108900},
}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", "queued"),
        ("running", "processing"),
        ("succeeded", "completed"),
        ("failed", "failed"),
        ("expired", "failed"),
        ("cancelled", "cancelled"),
        ("warming_up", "processing"),
    ],
)
def test_wire_states_map_to_job_states(word: str, state: str) -> None:
    status, (sent,) = drive(bytedance.tarash_poll(CALL, JOB), json_reply({"id": "cgt-1", "status": word}))
    assert status.state == state
    assert sent.url == f"{CALL.base_url}/contents/generations/tasks/cgt-1"


@pytest.mark.parametrize("job", [{}, {"id": None}, {"id": "\ud800"}])
def test_a_reference_without_an_id_asks_nothing(job: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="no id"):
        drive(bytedance.tarash_poll(CALL, job))


@pytest.mark.parametrize(
    ("failure", "kind", "says"),
    [
        ("internal", GenerationFailedError, "unexpected internal error"),
        ("bad_image", ValidationError, "cannot be downloaded"),
        ("sensitive_output", ContentModerationError, "copyright"),
        ("sensitive_input", ContentModerationError, "input image"),
        ("expired", GenerationFailedError, "expired"),
    ],
)
def test_a_task_that_ends_badly_says_why_and_is_not_charged(
    failure: str, kind: type[TarashException], says: str
) -> None:
    told = FAILURES[failure]
    status = read_status({"status": told.word, "error": {"code": told.code, "message": told.message}})
    assert type(status.error) is kind
    assert says in status.error.message
    assert status.error.billed == "no"


@pytest.mark.parametrize(("code", "stage"), [("sensitive_output", "output"), ("sensitive_input", "input")])
def test_the_refused_side_is_named(code: str, stage: str) -> None:
    told = FAILURES[code]
    error = read_status({"status": "failed", "error": {"code": told.code, "message": told.message}}).error
    assert isinstance(error, ContentModerationError)
    assert error.stage == stage


def test_a_failure_without_words_is_one() -> None:
    error = read_status({"status": "failed"}).error
    assert isinstance(error, GenerationFailedError)


class TestCancel:
    @pytest.mark.parametrize(
        ("word", "outcome", "billed"), [("cancelled", "accepted", "no"), ("queued", "unknown", "unknown")]
    )
    def test_a_waiting_task_is_taken_out_of_the_queue_and_seen_to_be_cancelled(
        self, word: str, outcome: str, billed: str
    ) -> None:
        result, (_, sent, _) = drive(
            bytedance.tarash_cancel(CALL, JOB),
            json_reply({"status": "queued"}),
            HttpReply(200, {"content-type": "text/html"}, b"<html>"),
            json_reply({"status": word}),
        )
        assert (sent.method, sent.repeatable) == ("DELETE", False)
        assert (result.outcome, result.billed) == (outcome, billed)

    def test_a_task_that_has_begun_in_the_meantime_is_left(self) -> None:
        outcome, _ = drive(
            bytedance.tarash_cancel(CALL, JOB), json_reply({"status": "queued"}), json_reply({}, 409)
        )
        assert outcome.outcome == "refused"

    @pytest.mark.parametrize(
        ("word", "outcome", "billed"),
        [
            ("running", "refused", "unknown"),
            ("succeeded", "finished", "yes"),
            ("failed", "finished", "no"),
            ("expired", "finished", "no"),
            ("cancelled", "accepted", "no"),
        ],
    )
    def test_no_other_task_is_touched_since_that_would_delete_its_result(
        self, word: str, outcome: str, billed: str
    ) -> None:
        result, sent = drive(bytedance.tarash_cancel(CALL, JOB), json_reply({"status": word}))
        assert [call.method for call in sent] == ["GET"]
        assert (result.outcome, result.billed) == (outcome, billed)


def test_a_finished_task_gives_its_video_and_its_last_frame() -> None:
    result, _ = drive(bytedance.tarash_normalize(CALL, DONE))
    day_later = datetime(2025, 11, 28, 5, tzinfo=UTC)
    assert result.assets == (
        Asset(kind="video", url=URL, content_type="video/mp4", duration_seconds=5.0, expires_at=day_later),
        Asset(kind="image", url="https://ark-content.example.org/a.png", expires_at=day_later),
    )
    assert (result.duration_seconds, result.resolution, result.aspect_ratio, result.seed) == (
        5.0, "720p", "16:9", 58944,
    )  # fmt: skip


def test_a_professional_container_is_named() -> None:
    result, _ = drive(bytedance.tarash_normalize(CALL, {**DONE, "output_format": "mov"}))
    assert result.assets[0].content_type == "video/quicktime"


def test_images_that_failed_are_left_out_of_a_batch() -> None:
    body = {
        "created": 1_764_219_600,
        "data": [
            {"url": "https://ark-content.example.org/a.jpg", "size": "2048x1152", "output_format": "jpeg"},
            {"error": {"code": "OutputImageSensitiveContentDetected", "message": "no"}},
            {"b64_json": base64.b64encode(tiny_png()).decode()},
        ],
    }
    result, _ = drive(bytedance.tarash_normalize(IMAGE_CALL, body))
    assert [(asset.content_type, asset.width, asset.height) for asset in result.assets] == [
        ("image/jpeg", 2048, 1152),
        (None, None, None),
    ]
    assert result.assets[0].expires_at == datetime(2025, 11, 28, 5, tzinfo=UTC)


def test_images_that_all_failed_are_an_error() -> None:
    body = {"data": [{"error": {"code": "OutputImageSensitiveContentDetected", "message": "no"}}]}
    with pytest.raises(ContentModerationError) as caught:
        drive(bytedance.tarash_normalize(IMAGE_CALL, body))
    assert (caught.value.stage, caught.value.billed) == ("output", "no")
