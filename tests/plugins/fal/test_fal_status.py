from __future__ import annotations

import json

import pytest

import tarash_gateway_fal as fal
from plugins.fal.fal_calls import VEO
from tarash.tarash_gateway.plugin import ContentModerationError, ServerEvent, ValidationError
from tarash.tarash_gateway.testing import call_for, drive, json_reply

JOB = {"request_id": "r1", "response_url": f"{fal.PROVIDER.base_url}/fal-ai/veo3.1/requests/r1"}


@pytest.mark.parametrize(
    ("body", "state"),
    [
        pytest.param({"status": "IN_QUEUE", "queue_position": 3}, "queued", id="queued"),
        pytest.param({"status": "IN_PROGRESS", "logs": None}, "processing", id="running"),
        pytest.param({"status": "COMPLETED", "metrics": {"inference_time": 41.7}}, "completed", id="done"),
        pytest.param({"status": "COMPLETED", "error": "x", "error_type": "request_timeout"}, "failed", id="platform failure"),
        pytest.param({"status": "COMPLETED", "error_type": "client_cancelled"}, "cancelled", id="cancelled"),
        pytest.param({"status": "FAILED"}, "failed", id="a word fal does not have"),
        pytest.param({"status": "CANCELED", "error": "stopped"}, "cancelled", id="another one"),
        pytest.param({"status": "WARMING_UP"}, "processing", id="an unknown word"),
        pytest.param({}, "processing", id="no word"),
    ],
)  # fmt: skip
def test_wire_states_map_to_job_states(body: dict[str, object], state: str) -> None:
    status, calls = drive(fal.tarash_poll(call_for(fal, VEO), JOB), json_reply(body))
    assert status.state == state
    assert calls[0].url == f"{JOB['response_url']}/status?logs=1"
    assert calls[0].headers["Authorization"].startswith("Key ")


def test_a_status_tells_the_position_in_the_queue_and_what_the_model_says() -> None:
    body = {"status": "IN_QUEUE", "queue_position": 0, "logs": [{"message": "step 12/50"}, {"level": "INFO"}]}
    status, _ = drive(fal.tarash_poll(call_for(fal, VEO), JOB), json_reply(body))
    assert (status.queue_position, status.logs, status.progress_percent) == (0, ("step 12/50",), None)


def test_a_failed_job_says_why() -> None:
    body = {"status": "COMPLETED", "error": "Request timed out", "error_type": "request_timeout"}
    status, _ = drive(fal.tarash_poll(call_for(fal, VEO), JOB), json_reply(body))
    assert "Request timed out (request_timeout)" in str(status.error)


def test_the_stream_carries_status_bodies_and_keep_alives() -> None:
    stream, _ = drive(fal.tarash_stream(call_for(fal, VEO), JOB))
    assert stream.call.url == f"{JOB['response_url']}/status/stream?logs=1"
    assert stream.call.headers["Accept"] == "text/event-stream"
    status = stream.read(ServerEvent("message", json.dumps({"status": "IN_PROGRESS"})))
    assert status is not None
    assert status.state == "processing"
    assert stream.read(ServerEvent("message", "")) is None
    assert stream.read(ServerEvent("message", "[]")) is None


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ({"video": {"url": "https://a/v.mp4", "content_type": "image/png"}, "seed": 7}, ["video"]),
        ({"video": "https://a/v.mp4"}, ["video"]),
        (
            {"video": {"url": "https://a/v.mp4"}, "thumbnail": {"url": "https://a/t"}, "spritesheet": {"url": "https://a/s"}},
            ["video", "thumbnail", "other"],
        ),
        ({"images": [{"url": "https://a/1.png"}, {"url": "https://a/2.png"}]}, ["image", "image"]),
        ({"image": {"url": "https://a/1.png"}, "images": []}, ["image"]),
        ({"images": ["data:image/png;base64,AAAA"]}, ["image"]),
        ({"audio": {"url": "https://a/1.mp3"}}, ["audio"]),
        ({"video": None, "images": [None, {}]}, []),
    ],
)  # fmt: skip
def test_the_media_of_a_result_are_listed(body: dict[str, object], kinds: list[str]) -> None:
    generated, calls = drive(
        fal.tarash_normalize(call_for(fal, VEO), JOB, {"status": "COMPLETED"}), json_reply(body)
    )
    assert [asset.kind for asset in generated.assets] == kinds
    assert generated.raw == body
    assert calls[0].url == JOB["response_url"]


def test_what_is_known_of_a_video_is_told_and_a_placeholder_is_not() -> None:
    video = {
        "url": "https://v3.fal.media/files/a/out.mp4",
        "content_type": "image/png",
        "file_size": 1234,
        "width": 1280,
        "height": 720,
        "duration": 8.04,
    }
    generated, _ = drive(
        fal.tarash_normalize(call_for(fal, VEO), JOB, None), json_reply({"video": video, "seed": 7})
    )
    asset = generated.assets[0]
    assert (asset.content_type, asset.size_bytes, asset.width, asset.height) == (None, 1234, 1280, 720)
    assert (generated.duration_seconds, generated.seed) == (8.04, 7)


def test_flagged_pictures_are_left_out() -> None:
    images = [{"url": "https://a/1.png"}, {"url": "https://a/2.png"}]
    body = {"images": images, "has_nsfw_concepts": [True, False]}
    call = call_for(fal, "fal-ai/flux/dev", "image")
    generated, _ = drive(fal.tarash_normalize(call, JOB, None), json_reply(body))
    assert [asset.url for asset in generated.assets] == ["https://a/2.png"]


def test_nothing_but_flagged_pictures_is_moderation() -> None:
    body = {"images": [{"url": "https://a/1.png"}], "has_nsfw_concepts": [True]}
    call = call_for(fal, "fal-ai/flux/dev", "image")
    with pytest.raises(ContentModerationError) as caught:
        drive(fal.tarash_normalize(call, JOB, None), json_reply(body))
    assert (caught.value.stage, caught.value.billed) == ("output", "yes")


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (202, {"status": "CANCELLATION_REQUESTED"}, "accepted"),
        (200, {"success": True}, "accepted"),
        (200, {"detail": "Internal error"}, "unknown"),
        (202, {}, "unknown"),
        (400, {"status": "ALREADY_COMPLETED"}, "finished"),
        (404, {"status": "NOT_FOUND"}, "refused"),
        (400, {"detail": "Bad request"}, "refused"),
    ],
)
def test_a_cancellation_says_what_became_of_it(status: int, body: dict[str, object], outcome: str) -> None:
    cancelled, calls = drive(fal.tarash_cancel(call_for(fal, VEO), JOB), json_reply(body, status))
    assert cancelled.outcome == outcome
    assert (calls[0].method, calls[0].url) == ("PUT", f"{JOB['response_url']}/cancel")


@pytest.mark.parametrize("named", ["https://evil.example/x", "not an address", 7, None])
def test_a_reference_that_points_elsewhere_does_not_lead_the_key_away(named: object) -> None:
    job = {"request_id": "r1", "response_url": named}
    _, calls = drive(fal.tarash_poll(call_for(fal, VEO), job), json_reply({"status": "IN_QUEUE"}))
    assert calls[0].url == f"{JOB['response_url']}/status?logs=1"


def test_a_reference_of_another_provider_is_refused() -> None:
    with pytest.raises(ValidationError, match="not made by the provider fal"):
        drive(fal.tarash_poll(call_for(fal, VEO), {"id": "r1"}))


@pytest.mark.parametrize("url", [None, "", "/files/a.mp4", 7, [7]])
def test_what_is_not_an_address_is_not_an_output(url: object) -> None:
    generated, _ = drive(
        fal.tarash_normalize(call_for(fal, VEO), JOB, None),
        json_reply({"video": {"url": url}, "images": [url]}),
    )
    assert generated.assets == ()
