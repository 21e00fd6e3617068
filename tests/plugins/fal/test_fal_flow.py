from __future__ import annotations

import json
import re

import pytest

import tarash_gateway_fal as fal
from plugins.fal.fal_calls import VEO
from tarash.tarash_gateway.plugin import Media, UnexpectedResponseError, ValidationError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import TEST_KEY

SMALL = b"\x89PNG\r\n\x1a\n" + bytes(100)
LARGE = b"\x89PNG\r\n\x1a\n" + bytes(300_000)
SLOTS = {"upload_url": "https://storage.example/put?sig=x", "file_url": "https://v3.fal.media/files/a.png"}


def _ticket(path: str, origin: str = fal.PROVIDER.base_url) -> dict[str, object]:
    url = f"{origin}/{path}/requests/r1"
    return {
        "status": "IN_QUEUE",
        "request_id": "r1",
        "response_url": url,
        "status_url": f"{url}/status",
        "cancel_url": f"{url}/cancel",
        "queue_position": 0,
    }


def test_the_body_is_the_model_s_input_without_envelope() -> None:
    call = call_for(fal, "fal-ai/veo3.1")
    mapped = map_for(
        fal, call, duration_seconds=4, aspect_ratio="16:9", resolution="720p", generate_audio=True
    )
    submission, calls = drive(fal.tarash_submit(call, mapped.payload), json_reply(_ticket("fal-ai/veo3.1")))
    sent = calls[0]
    assert (sent.method, sent.url) == ("POST", f"{fal.PROVIDER.base_url}/fal-ai/veo3.1")
    assert sent.json == {
        "prompt": "a paper boat",
        "duration": "4s",
        "aspect_ratio": "16:9",
        "resolution": "720p",
        "generate_audio": True,
    }
    assert sent.headers == {"Authorization": f"Key {TEST_KEY}"}
    assert sent.may_create_job
    assert submission.request_id == "r1"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("fal-ai/kling-video/v3/pro/image-to-video", "fal-ai/kling-video"),
        ("bytedance/seedance-2.5/text-to-video", "bytedance/seedance-2.5"),
        ("workflows/someone/their-flow/run", "workflows/someone/their-flow"),
        ("comfy/someone/their-graph", "comfy/someone/their-graph"),
    ],
)
def test_a_job_is_found_again_under_owner_and_alias(model: str, path: str) -> None:
    call = call_for(fal, model, base_url="https://proxy.example/fal")
    submission, calls = drive(fal.tarash_submit(call, {}), json_reply({"request_id": "r1"}))
    assert calls[0].url == f"https://proxy.example/fal/{model}"
    assert submission.job == {
        "request_id": "r1",
        "response_url": f"https://proxy.example/fal/{path}/requests/r1",
    }


@pytest.mark.parametrize("origin", ["https://evil.example", "http://queue.fal.run", "https://[broken"])
def test_a_ticket_that_points_elsewhere_is_not_believed(origin: str) -> None:
    call = call_for(fal, "fal-ai/veo3.1")
    submission, _ = drive(fal.tarash_submit(call, {}), json_reply(_ticket("fal-ai/veo3.1", origin)))
    assert submission.job is not None
    assert submission.job["response_url"] == f"{fal.PROVIDER.base_url}/fal-ai/veo3.1/requests/r1"


def test_a_ticket_at_fal_s_own_queue_is_believed() -> None:
    call = call_for(fal, "fal-ai/veo3.1/fast")
    submission, _ = drive(fal.tarash_submit(call, {}), json_reply(_ticket("fal-ai/moved")))
    assert submission.job is not None
    assert submission.job["response_url"] == f"{fal.PROVIDER.base_url}/fal-ai/moved/requests/r1"


def test_a_job_reference_is_plain_data_without_a_secret() -> None:
    submission, _ = drive(fal.tarash_submit(call_for(fal, VEO), {}), json_reply(_ticket("fal-ai/veo3.1")))
    assert TEST_KEY not in json.dumps(submission.job)


def test_an_answer_without_an_id_is_no_submission() -> None:
    with pytest.raises(UnexpectedResponseError, match="request_id"):
        drive(fal.tarash_submit(call_for(fal, VEO), {}), json_reply({"status": "IN_QUEUE"}))


def test_the_webhook_address_survives_the_query() -> None:
    call = call_for(fal, VEO, webhook_url="https://example.com/hook?job=1&user=2")
    _, calls = drive(fal.tarash_submit(call, {}), json_reply(_ticket("fal-ai/veo3.1")))
    expected = "?fal_webhook=https%3A%2F%2Fexample.com%2Fhook%3Fjob%3D1%26user%3D2"
    assert calls[0].url.endswith(expected)


def test_settings_become_headers() -> None:
    call = call_for(
        fal,
        VEO,
        provider_config={
            "queue_priority": "low",
            "start_timeout_seconds": 30,
            "runner_hint": "session-1",
            "store_payloads": False,
            "server_retries": False,
            "media_lifetime_seconds": 3600,
        },
    )
    _, calls = drive(fal.tarash_submit(call, {}), json_reply(_ticket("fal-ai/veo3.1")))
    assert calls[0].headers == {
        "Authorization": f"Key {TEST_KEY}",
        "X-Fal-Queue-Priority": "low",
        "X-Fal-Request-Timeout": "30",
        "X-Fal-Runner-Hint": "session-1",
        "X-Fal-Store-IO": "0",
        "X-Fal-No-Retry": "1",
        "X-Fal-Object-Lifecycle-Preference": '{"expiration_duration_seconds": 3600}',
    }


@pytest.mark.parametrize(
    ("provider_config", "words"),
    [
        ({"queue_prioritty": "low"}, "did you mean 'queue_priority'?"),
        ({"queue_priority": "high"}, "must be 'normal' or 'low'"),
        ({"start_timeout_seconds": 1}, "must be a number, above 1"),
        ({"start_timeout_seconds": "soon"}, "must be a number"),
        ({"start_timeout_seconds": float("inf")}, "is not JSON"),
        ({"media_lifetime_seconds": 0}, "must be a number, above 0"),
        ({"webhook_keys": "kid"}, "must be a dictionary"),
    ],
)
def test_a_wrong_setting_is_refused_before_anything_is_sent(
    provider_config: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=re.escape(words)):
        call_for(fal, VEO, provider_config=provider_config)


def test_a_small_picture_travels_inline_and_a_url_as_it_is() -> None:
    payload = {
        "image_url": Media(content=SMALL, content_type="image/png", filename="a.png"),
        "video_urls": [Media(url="https://example.com/clip.mp4")],
        "elements": [{"frontal_image_url": Media(url="https://example.com/face.png")}],
    }
    _, calls = drive(fal.tarash_submit(call_for(fal, VEO), payload), json_reply(_ticket("fal-ai/veo3.1")))
    sent = calls[0].json
    assert isinstance(sent, dict)
    assert sent["image_url"].startswith("data:image/png;base64,")
    assert sent["video_urls"] == ["https://example.com/clip.mp4"]
    assert sent["elements"] == [{"frontal_image_url": "https://example.com/face.png"}]


def test_a_large_picture_is_uploaded_first() -> None:
    picture = Media(content=LARGE, content_type="image/png", filename="a.png")
    _, calls = drive(
        fal.tarash_submit(call_for(fal, VEO), {"image_url": picture}),
        json_reply(SLOTS),
        json_reply({}),
        json_reply(_ticket("fal-ai/veo3.1")),
    )
    initiate, put, submit = calls
    assert initiate.url == "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3"
    assert initiate.json == {"file_name": "a.png", "content_type": "image/png"}
    assert initiate.headers["Authorization"] == f"Key {TEST_KEY}"
    assert not initiate.may_create_job
    assert (put.method, put.url, put.content) == ("PUT", SLOTS["upload_url"], LARGE)
    assert put.headers == {"Content-Type": "image/png"}, "a signed address gets no key"
    assert submit.json == {"image_url": SLOTS["file_url"]}


def test_behind_another_base_url_the_storage_is_there_too() -> None:
    picture = Media(content=LARGE, content_type="image/png", filename="a.png")
    call = call_for(fal, VEO, base_url="https://proxy.example")
    _, calls = drive(
        fal.tarash_submit(call, {"image_url": picture}),
        json_reply(SLOTS),
        json_reply({}),
        json_reply({"request_id": "r1"}),
    )
    assert calls[0].url.startswith("https://proxy.example/storage/upload/initiate")


def test_a_file_is_not_sent_where_anyone_could_read_it() -> None:
    picture = Media(content=LARGE, content_type="image/png", filename="a.png")
    slots = SLOTS | {"upload_url": "http://storage.example/put"}
    with pytest.raises(UnexpectedResponseError, match="not https"):
        drive(fal.tarash_submit(call_for(fal, VEO), {"image_url": picture}), json_reply(slots))


def test_an_upload_without_an_address_is_no_upload() -> None:
    picture = Media(content=LARGE, content_type="image/png", filename="a.png")
    with pytest.raises(UnexpectedResponseError, match="file_url"):
        drive(
            fal.tarash_submit(call_for(fal, VEO), {"image_url": picture}),
            json_reply({"upload_url": "https://x"}),
        )
