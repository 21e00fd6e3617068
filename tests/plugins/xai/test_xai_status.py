from __future__ import annotations

import base64

import pytest

import tarash_gateway_xai as xai
from simulators.xai.failures import FAILURES
from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    GenerationFailedError,
    HttpReply,
    TarashException,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_xai.results import tarash_normalize
from tarash_gateway_xai.status import read_status, tarash_poll

URL = "https://vidgen.x.ai/a.mp4"
DONE = {
    "status": "done",
    "video": {"url": URL, "duration": 6.04, "respect_moderation": True},
    "usage": {"cost_in_usd_ticks": 4_200_000_000},
    "progress": 100,
}


@pytest.mark.parametrize(
    ("answer", "state", "percent"),
    [
        pytest.param(HttpReply(202), "processing", None, id="empty-202"),
        pytest.param(HttpReply(202, {}, b"\n"), "processing", None, id="blank-202"),
        pytest.param(json_reply({"status": "pending", "progress": 35}, 202), "processing", 35.0, id="202"),
        pytest.param(json_reply({"status": "pending", "progress": 35}), "processing", 35.0, id="pending"),
        pytest.param(json_reply({"status": "dreaming"}), "processing", None, id="unknown-word"),
        pytest.param(json_reply(DONE), "completed", 100.0, id="done"),
        pytest.param(json_reply({"video": {"url": URL}}), "completed", None, id="video-without-status"),
        pytest.param(json_reply({"status": "expired"}), "failed", None, id="expired"),
    ],
)
def test_wire_states_map_to_job_states(answer: HttpReply, state: str, percent: float | None) -> None:
    status = read_status(answer)
    assert (status.state, status.progress_percent) == (state, percent)


def test_a_poll_asks_for_the_request() -> None:
    _, (sent,) = drive(
        tarash_poll(call_for(xai, "grok-imagine-video"), {"request_id": "d974"}), HttpReply(202)
    )
    assert (sent.method, sent.url) == ("GET", "https://api.x.ai/v1/videos/d974")


@pytest.mark.parametrize(
    ("failure", "kind", "says"),
    [
        ("internal", GenerationFailedError, "Internal error"),
        ("bad_image", GenerationFailedError, "could not be downloaded"),
        ("blocked", ContentModerationError, "violence"),
        ("expired", GenerationFailedError, "expired"),
        ("moderated_output", ContentModerationError, "charged"),
    ],
)
def test_a_video_that_ends_badly_says_why(failure: str, kind: type[TarashException], says: str) -> None:
    status = read_status(json_reply(FAILURES[failure]))
    assert status.state == "failed"
    assert type(status.error) is kind
    assert says in status.error.message


def test_a_withheld_video_is_charged() -> None:
    status = read_status(
        json_reply({**FAILURES["moderated_output"], "usage": {"cost_in_usd_ticks": 10_000_000_000}})
    )
    assert isinstance(status.error, ContentModerationError)
    assert (status.error.stage, status.error.billed, status.billed_usd) == ("output", "yes", 1.0)


def test_a_finished_video_tells_its_length_and_its_cost() -> None:
    result, _ = drive(
        tarash_normalize(call_for(xai, "grok-imagine-video"), read_status(json_reply(DONE)).raw)
    )
    assert result.assets[0].url == URL
    assert (result.duration_seconds, result.cost_usd) == (6.04, 0.42)


def test_withheld_images_are_left_out() -> None:
    body = {
        "data": [
            {"url": None, "respect_moderation": False},
            {"url": "https://imgen.x.ai/a.jpg", "mime_type": "image/jpeg"},
            {"b64_json": base64.b64encode(tiny_png()).decode()},
        ],
        "usage": {"cost_in_usd_ticks": 600_000_000},
    }
    result, _ = drive(tarash_normalize(call_for(xai, "grok-imagine-image", "image"), body))
    assert [asset.content_type for asset in result.assets] == ["image/jpeg", None]
    assert result.assets[1].content == tiny_png()
    assert result.cost_usd == 0.06
    assert len(repr(result.raw)) < 500


def test_images_that_are_all_withheld_are_a_charged_refusal() -> None:
    with pytest.raises(ContentModerationError) as caught:
        drive(
            tarash_normalize(
                call_for(xai, "grok-imagine-image", "image"), {"data": [{"respect_moderation": False}]}
            )
        )
    assert caught.value.billed == "yes"
