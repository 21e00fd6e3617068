from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

import tarash_gateway_google as google
from plugins.google.google_calls import PROJECT, TOKEN
from simulators.google import GoogleSimulator
from tarash.tarash_gateway.plugin import (
    Asset,
    AuthenticationError,
    ContentModerationError,
    Delivery,
    GenerationFailedError,
    QuotaExceededError,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply
from tarash.tarash_gateway.testing.flows import TEST_KEY
from tarash_gateway_google.results import MODERATION, content_images, predicted_images
from tarash_gateway_google.status import output_media, output_videos, read_interaction, read_operation

FILE = "https://generativelanguage.googleapis.com/v1beta/files/abc"
VIDEO = {"type": "video", "mime_type": "video/mp4", "uri": FILE}
BLOCKED = "It contains words that violate our policies. Support codes: 58061214"
INTERACTION = {"protocol": "interactions", "path": "/v1beta/interactions/v1_a", "location": ""}
VEO_NAME = "projects/film/locations/us-central1/publishers/google/models/veo-3.1-generate-001/operations/6f"


def output(*content: Mapping[str, object], **members: object) -> dict[str, object]:
    step = {"type": "model_output", "content": list(content)}
    return {"id": "v1_a", "status": "completed", "steps": [{"type": "thought"}, step], **members}


@pytest.mark.parametrize(
    ("body", "state"),
    [
        pytest.param({"status": "queued"}, "queued", id="queued"),
        pytest.param({"status": "in_progress"}, "processing", id="running"),
        pytest.param({"status": "pondering"}, "processing", id="unknown-word"),
        pytest.param({}, "processing", id="no-word"),
        pytest.param({"status": "cancelled"}, "cancelled", id="cancelled"),
        pytest.param(output(VIDEO), "completed", id="completed"),
        pytest.param(output(VIDEO, status="incomplete"), "completed", id="cut-with-a-video"),
        pytest.param(output(VIDEO, status="idle"), "completed", id="idle-with-a-video"),
    ],
)
def test_words_of_interactions_are_states(body: dict[str, object], state: str) -> None:
    status = read_interaction(body)
    assert (status.state, status.error) == (state, None)


@pytest.mark.parametrize(
    ("body", "raises", "words"),
    [
        pytest.param(
            output({"type": "text", "text": "I cannot."}, usage={"total_output_tokens": 0}),
            ContentModerationError,
            "I cannot",
            id="refused-in-prose",
        ),
        pytest.param(output(), ContentModerationError, "nothing was generated", id="silently-refused"),
        pytest.param(
            output({"type": "text", "text": "A story."}, usage={"total_output_tokens": 90}),
            GenerationFailedError,
            "A story",
            id="only-text",
        ),
        pytest.param(
            {"status": "failed", "errors": [{"code": "internal", "message": "Broken."}]},
            GenerationFailedError,
            "Broken",
            id="errors",
        ),
        pytest.param(
            {
                "status": "failed",
                "steps": [{"type": "model_output", "error": {"code": 3, "message": BLOCKED}}],
            },
            ContentModerationError,
            "58061214",
            id="step-error",
        ),
        pytest.param({"status": "failed"}, GenerationFailedError, "no explanation", id="no-reason"),
        pytest.param({"status": "incomplete"}, GenerationFailedError, "incomplete", id="cut"),
        pytest.param({"status": "budget_exceeded"}, QuotaExceededError, "budget", id="budget"),
        pytest.param({"status": "requires_action"}, GenerationFailedError, "requires_action", id="action"),
        pytest.param({"status": "idle"}, GenerationFailedError, "idle", id="idle-without-media"),
    ],
)
def test_interactions_that_end_badly_say_why(
    body: dict[str, object], raises: type[TarashException], words: str
) -> None:
    status = read_interaction(body)
    assert status.state == "failed"
    assert isinstance(status.error, raises)
    assert words in status.error.message


def test_an_input_that_is_echoed_is_no_result() -> None:
    echo = {"type": "user_input", "content": [VIDEO]}
    assert output_media({"status": "completed", "steps": [echo]}) == []


@pytest.mark.parametrize(
    ("body", "state"),
    [
        pytest.param({"name": VEO_NAME}, "processing", id="no-done"),
        pytest.param({"name": VEO_NAME, "done": False}, "processing", id="not-done"),
        pytest.param(
            {"done": True, "response": {"videos": [{"gcsUri": "gs://b/o"}]}}, "completed", id="vertex"
        ),
        pytest.param(
            {
                "done": True,
                "response": {"generateVideoResponse": {"generatedSamples": [{"video": {"uri": FILE}}]}},
            },
            "completed",
            id="gemini",
        ),
    ],
)
def test_operations_are_done_or_not(body: dict[str, object], state: str) -> None:
    assert read_operation(body).state == state


@pytest.mark.parametrize(
    ("result", "raises"),
    [
        pytest.param({"error": {"code": 3, "message": BLOCKED}}, ContentModerationError, id="prompt"),
        pytest.param({"error": {"code": 3, "message": "bad aspectRatio"}}, ValidationError, id="invalid"),
        pytest.param({"error": {"code": 7, "message": "no role"}}, AuthenticationError, id="permission"),
        pytest.param({"error": {"code": 8, "message": "no quota"}}, QuotaExceededError, id="quota"),
        pytest.param({"error": {"code": 13, "message": "broken"}}, GenerationFailedError, id="internal"),
        pytest.param({"response": {"raiMediaFilteredCount": 2}}, ContentModerationError, id="filtered"),
        pytest.param(
            {"response": {"generateVideoResponse": {"raiMediaFilteredReasons": ["violence"]}}},
            ContentModerationError,
            id="filtered-on-gemini",
        ),
        pytest.param({"response": {}}, GenerationFailedError, id="nothing"),
        pytest.param({}, GenerationFailedError, id="no-response"),
    ],
)
def test_operations_that_end_badly_say_why(result: dict[str, object], raises: type[TarashException]) -> None:
    status = read_operation({"done": True, **result})
    assert status.state == "failed"
    assert type(status.error) is raises


def test_some_filtered_videos_do_not_lose_the_others() -> None:
    body = {"done": True, "response": {"raiMediaFilteredCount": 1, "videos": [{"gcsUri": "gs://b/o"}, {}]}}
    assert read_operation(body).state == "completed"
    assert len(output_videos(body)) == 1


def candidate(reason: str, *parts: Mapping[str, object]) -> dict[str, object]:
    return {"candidates": [{"finishReason": reason, "content": {"parts": list(parts)}}]}


def test_drafts_among_the_thoughts_are_no_results() -> None:
    picture = {"inlineData": {"mimeType": "image/png", "data": "YWJj"}}
    body = candidate("STOP", {**picture, "thought": True}, {"text": "Done."}, picture)
    assert [asset.content for asset in content_images(body)] == [b"abc"]


@pytest.mark.parametrize(
    ("body", "raises"),
    [
        pytest.param({"promptFeedback": {"blockReason": "SAFETY"}}, ContentModerationError, id="prompt"),
        *[
            pytest.param(candidate(reason), ContentModerationError, id=reason)
            for reason in sorted(MODERATION)
        ],
        pytest.param(candidate("NO_IMAGE"), GenerationFailedError, id="NO_IMAGE"),
        pytest.param(candidate("OTHER"), GenerationFailedError, id="OTHER"),
        pytest.param(candidate("STOP", {"text": "I would rather not."}), GenerationFailedError, id="prose"),
        pytest.param(candidate("PUP_LIMITED_DISABLED"), AuthenticationError, id="account"),
        pytest.param({}, GenerationFailedError, id="nothing"),
    ],
)
def test_answers_without_a_picture_say_why(body: dict[str, object], raises: type[TarashException]) -> None:
    with pytest.raises(raises) as refused:
        content_images(body)
    assert type(refused.value) is raises


def test_a_refusal_in_prose_is_quoted() -> None:
    with pytest.raises(GenerationFailedError, match="rather not"):
        content_images(candidate("STOP", {"text": "I would rather not."}))


def test_filtered_predictions_are_moderated() -> None:
    with pytest.raises(ContentModerationError, match="29310472"):
        predicted_images({"predictions": [{"raiFilteredReason": "Support codes: 29310472"}]})


def test_media_that_are_no_base64_are_an_unexpected_answer() -> None:
    with pytest.raises(UnexpectedResponseError):
        content_images(candidate("STOP", {"inlineData": {"data": "a"}}))


@pytest.mark.parametrize(
    ("uri", "address", "key"),
    [
        pytest.param(FILE, f"{FILE}:download?alt=media", TEST_KEY, id="file"),
        pytest.param(f"{FILE}:download?alt=media", f"{FILE}:download?alt=media", TEST_KEY, id="download"),
    ],
)
def test_files_of_the_platform_are_downloaded_with_the_key(uri: str, address: str, key: str) -> None:
    body = output({**VIDEO, "uri": uri})
    generated, _ = drive(
        google.tarash_normalize(call_for(google, "gemini-omni-1.2-flash"), INTERACTION, body)
    )
    download = generated.assets[0].download
    assert download is not None
    assert (download.url, download.headers["x-goog-api-key"]) == (address, key)


@pytest.mark.parametrize("uri", [FILE, f"{FILE}:download?alt=media"])
def test_a_server_in_between_is_asked_for_googles_files(uri: str) -> None:
    call = call_for(google, "gemini-omni-1.2-flash", base_url="https://proxy.test")
    generated, _ = drive(google.tarash_normalize(call, INTERACTION, output({**VIDEO, "uri": uri})))
    download = generated.assets[0].download
    assert download is not None
    assert download.url == "https://proxy.test/v1beta/files/abc:download?alt=media"


def test_a_result_elsewhere_is_fetched_without_the_key() -> None:
    body = output({**VIDEO, "uri": "https://cdn.test/fox.mp4"})
    generated, _ = drive(
        google.tarash_normalize(call_for(google, "gemini-omni-1.2-flash"), INTERACTION, body)
    )
    asset = generated.assets[0]
    assert (asset.url, asset.download) == ("https://cdn.test/fox.mp4", None)


def test_a_result_without_an_address_is_unexpected() -> None:
    body = output({**VIDEO, "uri": "spanner://x"})
    with pytest.raises(UnexpectedResponseError, match="begins with 'spanner'"):
        drive(google.tarash_normalize(call_for(google, "gemini-omni-1.2-flash"), INTERACTION, body))


def test_inline_media_are_decoded() -> None:
    data = base64.b64encode(b"video").decode()
    body = output({"type": "video", "mime_type": "video/mp4", "data": data})
    generated, _ = drive(
        google.tarash_normalize(call_for(google, "gemini-omni-1.2-flash"), INTERACTION, body)
    )
    assert generated.assets == (Asset(kind="video", content=b"video", content_type="video/mp4"),)


def test_an_object_is_read_from_cloud_storage_with_the_token() -> None:
    body = {
        "done": True,
        "response": {"videos": [{"gcsUri": "gs://films/a b/1.mp4", "mimeType": "video/mp4"}]},
    }
    job = {"protocol": "predict_long_running", "path": "/p", "operation": VEO_NAME, "location": "us-central1"}
    call = call_for(google, "veo-3.1-generate-001", provider_config=PROJECT)
    generated, _ = drive(google.tarash_normalize(call, job, body))
    download = generated.assets[0].download
    assert download is not None
    assert download.url == "https://storage.googleapis.com/storage/v1/b/films/o/a%20b%2F1.mp4?alt=media"
    assert download.headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_webhook_names_the_interaction_which_is_then_fetched() -> None:
    call = call_for(
        google, "gemini-omni-1.2-flash", provider_config={"webhook_secret": GoogleSimulator.webhook_secret}
    )
    with GoogleSimulator() as simulator:
        event = google.tarash_webhook(call, simulator.signed_delivery("v1_a"))
    assert event is not None
    assert (event.request_id, event.status.state) == ("v1_a", "completed")
    generated, calls = drive(
        google.tarash_normalize(call, INTERACTION, event.status.raw), json_reply(output(VIDEO))
    )
    assert len(generated.assets) == 1
    assert calls[0].url.endswith("/v1beta/interactions/v1_a")


def test_a_webhook_ahead_of_the_result_is_read_again_later() -> None:
    call = call_for(google, "gemini-omni-1.2-flash")
    with pytest.raises(UnexpectedResponseError) as early:
        drive(google.tarash_normalize(call, INTERACTION, {}), json_reply({"status": "in_progress"}))
    assert early.value.is_retryable


def test_a_webhook_about_a_failure_is_a_failure() -> None:
    call = call_for(
        google, "gemini-omni-1.2-flash", provider_config={"webhook_secret": GoogleSimulator.webhook_secret}
    )
    with GoogleSimulator() as simulator:
        event = google.tarash_webhook(call, simulator.signed_delivery("v1_a", state="failed"))
    assert event is not None
    assert event.status.state == "failed"


@pytest.mark.parametrize("kind", ["batch.succeeded", "webhook.ping", ""])
def test_a_webhook_about_anything_else_is_no_job(kind: str) -> None:
    call = call_for(
        google, "gemini-omni-1.2-flash", provider_config={"webhook_secret": GoogleSimulator.webhook_secret}
    )
    with GoogleSimulator() as simulator:
        assert google.tarash_webhook(call, simulator.signed_event(kind, "batches/b1")) is None


@pytest.mark.parametrize("what", ["late", "forged", "key-pair", "no-secret"])
def test_a_webhook_that_proves_nothing_is_refused(what: str) -> None:
    config = {} if what == "no-secret" else {"webhook_secret": GoogleSimulator.webhook_secret}
    with GoogleSimulator() as simulator:
        delivery = simulator.signed_delivery("v1_a")
    headers, body, at = dict(delivery.headers), delivery.body, delivery.received_at
    if what == "late":
        at += timedelta(hours=1)
    elif what == "forged":
        body = json.dumps({"type": "interaction.completed", "data": {"id": "v1_b"}}).encode()
    elif what == "key-pair":
        headers["webhook-signature"] = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"
    with pytest.raises(AuthenticationError):
        google.tarash_webhook(
            call_for(google, "gemini-omni-1.2-flash", provider_config=config),
            Delivery(headers=headers, body=body, received_at=at),
        )
