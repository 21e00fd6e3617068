"""What becomes of answers that are not as documented."""

from __future__ import annotations

import base64

import pytest

import tarash_gateway_google as google
from odd_answers import example, odd_answers, standard_webhook
from plugins.google.google_calls import PROJECT
from tarash.tarash_gateway.plugin import (
    Asset,
    HttpCall,
    HTTPError,
    HttpReply,
    QuotaExceededError,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
    default_error,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png
from tarash_gateway_google.results import content_images
from tarash_gateway_google.status import read_interaction, read_operation

NO_CREDIT = {"error": {"message": "Insufficient credits for this request", "code": 402}}
MODELS = (
    "gemini-omni-1.2-flash",
    "veo-3.1-generate-preview",
    "gemini-3-pro-image",
    "imagen-4.0-generate-001",
)


@pytest.mark.parametrize("model", MODELS)
def test_an_error_told_with_http_200_is_the_reason(model: str) -> None:
    call = call_for(google, model, "image" if "ima" in model else "video")
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(google.tarash_submit(call, map_for(google, call).payload), json_reply(NO_CREDIT))
    assert caught.value.submitted == "no"


@pytest.mark.parametrize("word", ["completed", "COMPLETED", "Succeeded", "done", "INCOMPLETE"])
def test_an_interaction_with_a_video_is_finished_in_every_spelling(word: str) -> None:
    content = [{"type": "video", "uri": "https://cdn.test/a.mp4"}]
    body = {"id": "v1_a", "status": word, "steps": [{"type": "model_output", "content": content}]}
    assert read_interaction(body).state == "completed"


@pytest.mark.parametrize("word", ["FAILED", "error"])
def test_a_failed_interaction_tells_its_reason_in_every_spelling(word: str) -> None:
    status = read_interaction({"status": word, "error": {"code": 13, "message": "the oven is cold"}})
    assert status.state == "failed"
    assert status.error is not None
    assert "the oven is cold" in status.error.message


@pytest.mark.parametrize("done", [{"done": True}, {"done": "true"}, {}])
def test_an_operation_with_a_video_is_finished(done: dict[str, object]) -> None:
    body = {**done, "response": {"videos": [{"gcsUri": "gs://film/a.mp4"}]}}
    assert read_operation(body).state == "completed"


def test_an_operation_that_is_done_in_quotes_has_ended() -> None:
    assert read_operation({"done": "true", "response": {}}).state == "failed"
    assert read_operation({"done": "false"}).state == "processing"


def test_a_picture_among_the_thoughts_is_the_picture_when_there_is_no_other() -> None:
    draft, final = (
        {"thought": True, "inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}}
        for data in (b"draft", b"final")
    )
    outside = {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(b"outside").decode()}}
    for parts, delivered in (
        ([draft, {"text": "done"}, final], b"final"),
        ([draft, outside, final], b"outside"),
    ):
        body = {"candidates": [{"content": {"parts": parts}}]}
        assert [asset.content for asset in content_images(body)] == [delivered]


@pytest.mark.parametrize("model", ["gemini-3-pro-image", "veo-3.1-generate-001"])
def test_a_redirected_input_is_followed_and_a_refused_one_blames_its_own_host(model: str) -> None:
    call = call_for(google, model, "image" if "image" in model else "video", provider_config=PROJECT)
    role = "reference" if "image" in model else "first_frame"
    frame = [{"image": "https://cdn.test/frame", "type": role}]
    payload = map_for(google, call, image_list=frame).payload
    moved = HttpReply(302, {"location": "https://other.test/frame.png"})
    picture = HttpReply(200, {"content-type": "image/png"}, tiny_png())
    done = json_reply({"name": f"models/{model}/operations/6f", "candidates": []})
    _, calls = drive(google.tarash_submit(call, payload), moved, picture, done)
    assert [fetch.url for fetch in calls[:2]] == ["https://cdn.test/frame", "https://other.test/frame.png"]
    assert not any("Authorization" in fetch.headers for fetch in calls[:2])
    for status in (401, 402, 403, 404, 410):
        with pytest.raises(ValidationError, match=rf"other\.test cannot be fetched \(HTTP {status}\)"):
            drive(google.tarash_submit(call, payload), moved, HttpReply(status, {}, b"no"))


def _linked(uri: str) -> Asset:
    content = [{"type": "video", "uri": uri}]
    body = {"status": "completed", "steps": [{"type": "model_output", "content": content}]}
    call = call_for(google, "gemini-omni-1.2-flash")
    generated, _ = drive(google.tarash_normalize(call, {"protocol": "interactions"}, body))
    return generated.assets[0]


@pytest.mark.parametrize("uri", ["HTTPS://films.test/a.mp4", " https://films.test/\na.mp4\n"])
def test_an_oddly_written_address_costs_no_result(uri: str) -> None:
    assert _linked(uri).url == "https://films.test/a.mp4"


@pytest.mark.parametrize("end", ["a\ud800", "a b\n"])
def test_a_result_whose_address_cannot_be_sent_is_unreadable(end: str) -> None:
    with pytest.raises(UnexpectedResponseError, match="not a URL"):
        _linked(f"gs://{end}")


def test_a_video_to_be_downloaded_names_its_kind_and_type() -> None:
    body = {"done": True, "response": {"videos": [{"gcsUri": "gs://films/a"}]}}
    call = call_for(google, "veo-3.1-generate-001", provider_config=PROJECT)
    generated, _ = drive(google.tarash_normalize(call, {"protocol": "predict_long_running"}, body))
    (asset,) = generated.assets
    assert asset.download is not None
    assert (asset.kind, asset.content_type) == ("video", "video/mp4")


class TestUploads:
    LARGE = tiny_mp4() + bytes(5 * 1024 * 1024)
    STARTED = HttpReply(200, {"x-goog-upload-url": "https://upload.test/files?upload_id=u1"})
    STORED = json_reply({"file": {"name": "files/abc", "uri": "https://files.test/abc", "state": "active"}})

    def submitted(self, *answers: HttpReply | TarashException) -> list[HttpCall]:
        call = call_for(google, "gemini-omni-1.2-flash")
        payload = map_for(google, call, video=self.LARGE).payload
        return drive(google.tarash_submit(call, payload), *answers)[1]

    @pytest.mark.parametrize(
        "broken",
        [
            [HttpReply(200)],
            [STARTED, HttpReply(200, {}, b'{"file": {"na')],
            [STARTED, json_reply({"file": {}})],
        ],
        ids=["no address", "cut off", "no name"],
    )
    def test_an_upload_that_breaks_is_made_again(self, broken: list[HttpReply]) -> None:
        running = json_reply({"id": "v1_a", "status": "in_progress"})
        calls = self.submitted(*broken, self.STARTED, self.STORED, running)
        assert [call.may_create_job for call in calls] == [False] * (len(calls) - 1) + [True]

    @pytest.mark.parametrize(
        "address", ["https://[::1", "https:///u", "https://a.test:port/", "http://a.test/"]
    )
    def test_an_upload_address_that_is_none_gets_no_file(self, address: str) -> None:
        started = HttpReply(200, {"x-goog-upload-url": address})
        with pytest.raises(UnexpectedResponseError, match="not https"):
            self.submitted(*[started] * 3)

    @pytest.mark.parametrize("status", [402, 403, 404])
    def test_an_upload_address_that_refuses_says_nothing_about_key_or_model(self, status: int) -> None:
        with pytest.raises(HTTPError, match=rf"storage upload\.test refused .* \(HTTP {status}\)") as caught:
            self.submitted(self.STARTED, default_error(HttpReply(status, {}, b"<Error>AccessDenied</Error>")))
        assert type(caught.value) is HTTPError
        assert (caught.value.submitted, caught.value.fallback_reason) == ("no", "server_error")


SECRET = "whsec_c2VjcmV0IG9mIHRoaXMgdGVzdA=="
FILE = "https://generativelanguage.googleapis.com/v1beta/files/abc"
MEDIA = [{"type": "video", "uri": FILE}, {"type": "image", "data": "iVBORw0KGgo=", "mime_type": "image/png"}]
INTERACTION = {
    "id": "v1_a",
    "status": "completed",
    "steps": [{"type": "model_output", "content": [*MEDIA, {"type": "text", "text": "done"}]}],
    "usage": {"total_output_tokens": 5},
    "errors": [{"code": 3, "message": "no"}],
    "state": "ACTIVE",
}
VEO = "projects/film/locations/us-central1/publishers/google/models/veo-3.1-generate-001"
OPERATION = {
    "name": f"{VEO}/operations/6f",
    "done": True,
    "response": {
        "videos": [{"gcsUri": "gs://films/a.mp4", "mimeType": "video/mp4"}, {"bytesBase64Encoded": "QUJD"}],
        "generateVideoResponse": {"generatedSamples": [{"video": {"uri": FILE}}]},
        "raiMediaFilteredReasons": ["no"],
        "raiMediaFilteredCount": 1,
    },
}
PARTS = [{"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}, "thought": True}, {"text": "done"}]
CONTENT = {
    "candidates": [{"content": {"parts": PARTS}, "finishReason": "STOP", "finishMessage": "done"}],
    "promptFeedback": {"blockReason": "SAFETY"},
    "responseId": "r1",
}
PREDICTED = {
    "predictions": [{"bytesBase64Encoded": "QUJD", "mimeType": "image/png", "raiFilteredReason": "no"}]
}
REFUSED = {
    "error": {
        "code": 429,
        "status": "RESOURCE_EXHAUSTED",
        "message": "You exceeded your current quota",
        "details": [
            {"reason": "API_KEY_INVALID"},
            {"retryDelay": "37s"},
            {"violations": [{"quotaId": "PerDay", "quotaValue": "0"}]},
        ],
    }
}
EVENT = {"type": "interaction.completed", "data": {"id": "v1_a"}}
STREAMED = (
    {"event_type": "interaction.status_update", "interaction_id": "v1_a", "status": "in_progress"},
    {"event_type": "interaction.completed", "interaction": {"id": "v1_a", "status": "completed"}},
    {"event_type": "error", "error": {"code": "internal", "message": "no"}},
)

test_nothing_but_exceptions_of_the_gateway_leaves_a_hook = odd_answers(
    google,
    example(
        google,
        "gemini-omni-1.2-flash",
        job={
            "protocol": "interactions",
            "path": "/v1beta/interactions/v1_a",
            "location": "",
            "delivery": "uri",
        },
        bodies=(INTERACTION, EVENT, *STREAMED, REFUSED),
        deliver=standard_webhook(SECRET),
        provider_config={"webhook_secret": SECRET},
    ),
    example(
        google,
        "gemini-omni-1.2-flash",
        bodies=({"file": {"name": "files/abc", "uri": FILE, "state": "PROCESSING"}}, INTERACTION),
        fields={"video": TestUploads.LARGE},
    ),
    example(
        google,
        "veo-3.1-generate-001",
        job={
            "protocol": "predict_long_running",
            "path": f"/v1/{VEO}:fetchPredictOperation",
            "operation": f"{VEO}/operations/6f",
            "location": "us-central1",
        },
        bodies=(OPERATION, REFUSED),
        provider_config=PROJECT,
    ),
    example(google, "gemini-3-pro-image", "image", bodies=(CONTENT, REFUSED)),
    example(google, "imagen-4.0-generate-001", "image", bodies=(PREDICTED, REFUSED)),
)
