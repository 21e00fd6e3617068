from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

import pytest
from google.auth.exceptions import DefaultCredentialsError, RefreshError, TransportError

import tarash_gateway_google as google
from plugins.google.google_calls import PROJECT, TOKEN
from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Flow,
    GenerationFailedError,
    HTTPConnectionError,
    HttpReply,
    JobStatus,
    Secret,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.steps import BlockingCall, Instant, ReadClock
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import NOW, TEST_KEY
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png
from tarash_gateway_google.connection import connect, vertex_host
from tarash_gateway_google.settings import GoogleSettings
from tarash_gateway_google.tokens import Token, TokenCache, mint, sign_in_error

OMNI = "gemini-omni-1.2-flash"
VEO = "veo-3.1-generate-001"
PRO = "gemini-3-pro-image"
VEO_NAME = f"projects/film/locations/us-central1/publishers/google/models/{VEO}/operations/6f"
GEMINI = "https://generativelanguage.googleapis.com"
VEO_JOB = {
    "protocol": "predict_long_running",
    "path": f"/v1/{VEO_NAME.partition('/operations/')[0]}:fetchPredictOperation",
    "operation": VEO_NAME,
    "location": "us-central1",
}
INTERACTION = {"protocol": "interactions", "path": "/v1beta/interactions/v1_a", "location": ""}
LINKED = {**INTERACTION, "delivery": "uri"}
RUNNING = {"id": "v1_a", "status": "in_progress"}


def test_an_interaction_runs_in_the_background_and_leaves_its_path() -> None:
    call = call_for(google, OMNI)
    submission, calls = drive(google.tarash_submit(call, map_for(google, call).payload), json_reply(RUNNING))
    assert calls[0].url == f"{GEMINI}/v1beta/interactions"
    assert calls[0].headers == {"x-goog-api-key": TEST_KEY}
    assert calls[0].may_create_job
    assert (submission.request_id, submission.job) == ("v1_a", LINKED)


def test_an_interaction_that_has_ended_already_needs_no_poll() -> None:
    call = call_for(google, OMNI)
    content = [{"type": "video", "uri": "https://cdn.test/a.mp4"}]
    ended = {"status": "completed", "steps": [{"type": "model_output", "content": content}]}
    stored, _ = drive(
        google.tarash_submit(call, map_for(google, call).payload), json_reply({"id": "v1_a", **ended})
    )
    unstored, _ = drive(google.tarash_submit(call, map_for(google, call).payload), json_reply(ended))
    assert (stored.state, stored.job) == ("completed", LINKED)
    assert (unstored.job, unstored.result) == (None, ended)


def test_an_answer_without_an_id_is_unexpected() -> None:
    call = call_for(google, OMNI)
    with pytest.raises(UnexpectedResponseError):
        drive(
            google.tarash_submit(call, map_for(google, call).payload), json_reply({"status": "in_progress"})
        )


def test_veo_on_vertex_is_polled_by_a_post_that_may_be_repeated() -> None:
    call = call_for(google, VEO, provider_config=PROJECT)
    submission, calls = drive(
        google.tarash_submit(call, map_for(google, call).payload), json_reply({"name": VEO_NAME})
    )
    model = VEO_NAME.partition("/operations/")[0]
    host = "https://us-central1-aiplatform.googleapis.com"
    assert calls[0].url == f"{host}/v1/{model}:predictLongRunning"
    assert calls[0].may_create_job
    assert submission.job is not None
    status, polls = drive(google.tarash_poll(call, submission.job), json_reply({"name": VEO_NAME}))
    assert polls[0].method == "POST"
    assert polls[0].url == f"{host}/v1/{model}:fetchPredictOperation"
    assert polls[0].json == {"operationName": VEO_NAME}
    assert polls[0].repeatable is not False
    assert status == JobStatus(state="processing", raw={"name": VEO_NAME})


def test_the_old_veo_of_the_gemini_api_is_polled_by_its_name() -> None:
    call = call_for(google, "veo-3.1-generate-preview", base_url="https://proxy.test")
    name = "models/veo-3.1-generate-preview/operations/ab"
    submission, calls = drive(
        google.tarash_submit(call, map_for(google, call).payload), json_reply({"name": name})
    )
    assert calls[0].url == "https://proxy.test/v1beta/models/veo-3.1-generate-preview:predictLongRunning"
    assert submission.job is not None
    _, polls = drive(google.tarash_poll(call, submission.job), json_reply({"name": name}))
    assert (polls[0].method, polls[0].url) == ("GET", f"https://proxy.test/v1beta/{name}")


def test_a_picture_is_a_result_at_once_and_gets_time() -> None:
    call = call_for(google, PRO, "image")
    submission, calls = drive(
        google.tarash_submit(call, map_for(google, call).payload), json_reply({"responseId": "r1"})
    )
    assert calls[0].url == f"{GEMINI}/v1beta/models/{PRO}:generateContent"
    assert (calls[0].timeout_seconds or 0) >= 180
    assert calls[0].may_create_job
    assert (submission.job, submission.request_id) == (None, "r1")


@pytest.mark.parametrize(
    ("location", "host"),
    [
        pytest.param("us-central1", "us-central1-aiplatform.googleapis.com", id="region"),
        pytest.param("global", "aiplatform.googleapis.com", id="global"),
        pytest.param("eu", "aiplatform.eu.rep.googleapis.com", id="multi-region"),
    ],
)
def test_the_host_of_vertex_follows_the_location(location: str, host: str) -> None:
    call = call_for(google, OMNI, provider_config={**PROJECT, "location": location})
    _, calls = drive(google.tarash_submit(call, map_for(google, call).payload), json_reply(RUNNING))
    assert calls[0].url == f"https://{host}/v1beta1/projects/film/locations/{location}/interactions"


def test_a_job_is_asked_for_where_it_runs() -> None:
    call = call_for(google, OMNI, provider_config={**PROJECT, "location": "us"})
    job = {**INTERACTION, "location": "europe-west4"}
    _, calls = drive(google.tarash_poll(call, job), json_reply(RUNNING))
    assert calls[0].url.startswith("https://europe-west4-aiplatform.googleapis.com/")


@pytest.mark.parametrize(
    ("api_key", "provider_config", "headers"),
    [
        pytest.param(TEST_KEY, {}, {"x-goog-api-key": TEST_KEY}, id="gemini"),
        pytest.param(TEST_KEY, {"vertex": True}, {"x-goog-api-key": TEST_KEY}, id="express"),
        pytest.param(TOKEN, {"project": "film"}, {"Authorization": f"Bearer {TOKEN}"}, id="token-as-key"),
        pytest.param(
            TEST_KEY,
            {"project": "film", "access_token": TOKEN},
            {"Authorization": f"Bearer {TOKEN}"},
            id="token",
        ),
        pytest.param(
            TEST_KEY, {"vertex": False, "project": "film"}, {"x-goog-api-key": TEST_KEY}, id="not-vertex"
        ),
        pytest.param(
            "",
            {**PROJECT, "quota_project": "studio"},
            {"Authorization": f"Bearer {TOKEN}", "x-goog-user-project": "studio"},
            id="quota-project",
        ),
    ],
)
def test_a_call_is_signed_in_by_what_was_given(
    api_key: str, provider_config: dict[str, object], headers: dict[str, str]
) -> None:
    connection, _ = drive(connect(call_for(google, OMNI, api_key=api_key, provider_config=provider_config)))
    assert connection.headers == headers


def test_without_a_key_the_error_names_both_ways() -> None:
    call = call_for(google, OMNI, api_key="")
    with pytest.raises(AuthenticationError, match=r"GEMINI_API_KEY.*Vertex AI"):
        drive(google.tarash_submit(call, map_for(google, call).payload))


def test_a_token_without_a_project_is_not_enough() -> None:
    with pytest.raises(AuthenticationError, match="project"):
        drive(connect(call_for(google, OMNI, provider_config={"access_token": TOKEN})))


@pytest.mark.parametrize(
    ("provider_config", "message"),
    [
        pytest.param({"projct": "film"}, "did you mean 'project'", id="unknown"),
        pytest.param({"project": 7}, "must be text", id="type"),
        pytest.param({"vertex": "yes"}, "must be True or False", id="switch"),
        pytest.param({"storage_uri": "films/"}, "gs://", id="bucket"),
        pytest.param({"storage_base_url": "storage.test"}, "https://", id="storage"),
        pytest.param({"location": "evil.test/"}, "not a location", id="location"),
        pytest.param({"access_token": 7}, "must be text", id="token"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(provider_config: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        map_for(google, call_for(google, OMNI, provider_config=provider_config))


def test_settings_show_no_secret() -> None:
    config = {"access_token": TOKEN, "credentials": "{private}", "webhook_secret": "whsec_x"}
    shown = repr(call_for(google, OMNI, provider_config=config).settings)
    assert not any(secret in shown for secret in config.values())
    assert TOKEN not in repr(Token(value=TOKEN))


@pytest.mark.parametrize(
    ("job", "message"),
    [
        pytest.param({"path": None}, "no path", id="no-path"),
        pytest.param({"path": "@evil.test/"}, "no path", id="path-of-another-host"),
        pytest.param({"location": "evil.test/x"}, "location", id="location-of-another-host"),
    ],
)
def test_a_reference_that_was_altered_asks_nothing(job: dict[str, object], message: str) -> None:
    call = call_for(google, OMNI, provider_config=PROJECT)
    for flow in (google.tarash_poll, google.tarash_cancel):
        with pytest.raises(ValidationError, match=message):
            drive(flow(call, {**INTERACTION, **job}))


@pytest.mark.parametrize("location", ["us-central1", "global", "us", "eu"])
def test_every_address_of_vertex_may_see_the_token(location: str) -> None:
    assert any(fnmatchcase(vertex_host(location), origin) for origin in google.PROVIDER.origins)


def test_a_token_is_named_as_a_secret_of_its_call() -> None:
    call = call_for(google, VEO, provider_config={**PROJECT, "storage_base_url": "https://storage.test/"})
    _, polls = drive(google.tarash_poll(call, VEO_JOB), json_reply({"name": VEO_NAME}))
    assert polls[0].secrets == (TOKEN,)
    stored = {"done": True, "response": {"videos": [{"gcsUri": "gs://films/1.mp4"}]}}
    generated, _ = drive(google.tarash_normalize(call, VEO_JOB, stored))
    download = generated.assets[0].download
    assert download is not None
    assert (download.url, download.secrets) == (
        "https://storage.test/storage/v1/b/films/o/1.mp4?alt=media",
        (TOKEN,),
    )


def test_an_operation_that_does_not_name_its_model_cannot_be_asked_for() -> None:
    call = call_for(google, VEO, provider_config=PROJECT)
    with pytest.raises(UnexpectedResponseError, match="without its model"):
        drive(google.tarash_submit(call, map_for(google, call).payload), json_reply({"name": "6f"}))


class TestTokens:
    def obtain(self, cache: TokenCache, *minted: Token, seconds: float = 0.0) -> tuple[Token, int]:
        """Run `obtain` at a moment, with these tokens to mint; give its token and how many were minted."""
        flow: Flow[Token] = cache.obtain(GoogleSettings(credentials_path="/key.json"))
        waiting = list(minted)
        answer: object = None
        while True:
            try:
                step = flow.send(answer)
            except StopIteration as done:
                token: Token = done.value
                return token, len(minted) - len(waiting)
            if isinstance(step, ReadClock):
                answer = Instant(seconds, NOW + timedelta(seconds=seconds))
            else:
                assert isinstance(step, BlockingCall)
                answer = waiting.pop(0)

    def test_a_token_is_kept_until_shortly_before_its_end(self) -> None:
        cache = TokenCache()
        first = Token(value="one", ends_at=NOW + timedelta(hours=1))
        second = Token(value="two", ends_at=NOW + timedelta(hours=2))
        assert self.obtain(cache, first) == (first, 1)
        assert self.obtain(cache, second, seconds=3200) == (first, 0)
        assert self.obtain(cache, second, seconds=3400) == (second, 1)

    def test_a_token_that_was_refused_is_not_used_again(self) -> None:
        cache = TokenCache()
        first = Token(value="one", ends_at=NOW + timedelta(hours=1))
        self.obtain(cache, first)
        cache.forget(GoogleSettings(credentials_path="/key.json"))
        assert self.obtain(cache, Token(value="two"))[0].value == "two"

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            pytest.param("{not json", "is not JSON", id="no-json"),
            pytest.param('{"type": "external_account"}', "GOOGLE_APPLICATION_CREDENTIALS", id="other-type"),
            pytest.param('{"type": "service_account"}', "no access token", id="incomplete"),
            pytest.param('{"type": "authorized_user"}', "no access token", id="incomplete-user"),
            pytest.param(
                '{"type": "service_account", "client_email": "a", "token_uri": "b", "private_key": 7}',
                "no access token",
                id="number-for-a-key",
            ),
            pytest.param(
                '{"type": "authorized_user", "client_id": 1, "client_secret": [], "refresh_token": 2}',
                "no access token",
                id="numbers-for-a-user",
            ),
            pytest.param("[" * 100_000, "is not JSON", id="deep"),
        ],
    )
    def test_credentials_that_cannot_be_used_say_why(
        self, content: str, message: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "key.json"
        path.write_text(content)
        for settings in (
            GoogleSettings(credentials=Secret(content)),
            GoogleSettings(credentials_path=str(path)),
        ):
            with pytest.raises(AuthenticationError, match=message):
                mint(settings)

    def test_a_missing_key_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(AuthenticationError, match=r"none\.json"):
            mint(GoogleSettings(credentials_path=str(tmp_path / "none.json")))

    @pytest.mark.parametrize(
        ("make", "raises"),
        [
            pytest.param(TransportError, HTTPConnectionError, id="transport"),
            pytest.param(partial(RefreshError, retryable=True), HTTPConnectionError, id="busy"),
            pytest.param(RefreshError, AuthenticationError, id="refused"),
            pytest.param(DefaultCredentialsError, AuthenticationError, id="no-credentials"),
            pytest.param(ValueError, AuthenticationError, id="value"),
            pytest.param(KeyError, AuthenticationError, id="key"),
            pytest.param(PermissionError, AuthenticationError, id="file"),
        ],
    )
    def test_what_google_auth_raises_is_an_exception_of_the_gateway(
        self, make: Callable[..., Exception], raises: type[Exception]
    ) -> None:
        for error in (make("its words"), make()):
            assert type(sign_in_error(error)) is raises
        assert "its words" in str(sign_in_error(make("its words")))

    def test_google_auth_is_loaded_with_the_first_token_only(self) -> None:
        code = "import sys, tarash_gateway_google; sys.exit(any(m.startswith('google.auth') for m in sys.modules))"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_ready_token_that_is_refused_is_not_replaced() -> None:
    call = call_for(google, OMNI, provider_config=PROJECT)
    refused = AuthenticationError("expired", status_code=401)
    with pytest.raises(AuthenticationError, match="expired"):
        drive(google.tarash_poll(call, INTERACTION), refused)


def test_a_finished_interaction_waits_for_its_file() -> None:
    uri = f"{GEMINI}/v1beta/files/abc"
    step = {"type": "model_output", "content": [{"type": "video", "uri": uri}]}
    done = json_reply({"id": "v1_a", "status": "completed", "steps": [step]})
    poll = google.tarash_poll
    call = call_for(google, OMNI)
    waiting, calls = drive(poll(call, INTERACTION), done, json_reply({"state": "PROCESSING"}))
    assert waiting.state == "processing"
    assert calls[1].url == uri
    assert drive(poll(call, INTERACTION), done, json_reply({"state": "ACTIVE"}))[0].state == "completed"
    failed, _ = drive(poll(call, INTERACTION), done, json_reply({"state": "FAILED"}))
    assert isinstance(failed.error, GenerationFailedError)
    # a file that does not show its state may still be downloaded
    hidden, _ = drive(poll(call, INTERACTION), done, json_reply({}, 403))
    assert hidden.state == "completed"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param(json_reply({"status": "cancelled"}), "accepted", id="cancelled"),
        pytest.param(json_reply({"status": "in_progress"}), "accepted", id="asked"),
        pytest.param(json_reply({"error": {"message": "internal"}}), "unknown", id="error-in-200"),
        pytest.param(json_reply({}, 400), "finished", id="too-late"),
        pytest.param(json_reply({}, 404), "unknown", id="gone"),
        pytest.param(json_reply({}, 409), "refused", id="conflict"),
    ],
)
def test_cancelling_an_interaction(answer: HttpReply, outcome: str) -> None:
    cancellation, calls = drive(google.tarash_cancel(call_for(google, OMNI), INTERACTION), answer)
    assert cancellation.outcome == outcome
    assert calls[0].url == f"{GEMINI}/v1beta/interactions/v1_a/cancel"


def test_veo_cannot_be_cancelled() -> None:
    job = {"protocol": "predict_long_running", "path": "/p", "operation": VEO_NAME, "location": "us-central1"}
    cancellation, calls = drive(google.tarash_cancel(call_for(google, VEO, provider_config=PROJECT), job))
    assert (cancellation.outcome, calls) == ("refused", [])


class TestInputs:
    LARGE = tiny_mp4() + bytes(5 * 1024 * 1024)
    STARTED = HttpReply(200, {"x-goog-upload-url": f"{GEMINI}/upload/v1beta/files?upload_id=u1"})

    def stored(self, state: str) -> HttpReply:
        file = {"name": "files/abc", "uri": f"{GEMINI}/v1beta/files/abc", "state": state}
        return json_reply({"file": file})

    def test_a_large_video_is_uploaded_without_the_key_at_its_address(self) -> None:
        call = call_for(google, OMNI)
        payload = map_for(google, call, video=self.LARGE).payload
        _, calls = drive(
            google.tarash_submit(call, payload), self.STARTED, self.stored("ACTIVE"), json_reply(RUNNING)
        )
        assert calls[0].headers["X-Goog-Upload-Header-Content-Length"] == str(len(self.LARGE))
        assert calls[0].headers["X-Goog-Upload-Header-Content-Type"] == "video/mp4"
        assert not any(upload.may_create_job for upload in calls[:2])
        assert "x-goog-api-key" not in calls[1].headers
        assert calls[1].content == self.LARGE
        part = {"type": "video", "uri": f"{GEMINI}/v1beta/files/abc", "mime_type": "video/mp4"}
        assert part in calls[2].json["input"][0]["content"]  # type: ignore[index] # JSON as sent

    def test_a_video_is_not_sent_where_anyone_could_read_it(self) -> None:
        call = call_for(google, OMNI)
        started = HttpReply(200, {"x-goog-upload-url": "http://uploads.test/files?upload_id=u1"})
        with pytest.raises(UnexpectedResponseError, match="not https"):
            drive(google.tarash_submit(call, map_for(google, call, video=self.LARGE).payload), *[started] * 3)

    def test_a_video_that_is_being_processed_is_waited_for(self) -> None:
        call = call_for(google, OMNI)
        payload = map_for(google, call, video=self.LARGE).payload
        states = (
            self.stored("PROCESSING"),
            json_reply({"state": "PROCESSING"}),
            json_reply({"state": "ACTIVE"}),
        )
        _, calls = drive(google.tarash_submit(call, payload), self.STARTED, *states, json_reply(RUNNING))
        assert [each.url for each in calls[2:4]] == [f"{GEMINI}/v1beta/files/abc"] * 2

    def test_bytes_go_through_the_server_in_between(self) -> None:
        call = call_for(google, OMNI, base_url="https://proxy.test")
        payload = map_for(google, call, video=self.LARGE).payload
        _, calls = drive(
            google.tarash_submit(call, payload), self.STARTED, self.stored("ACTIVE"), json_reply(RUNNING)
        )
        assert calls[1].url == "https://proxy.test/upload/v1beta/files?upload_id=u1"

    def test_an_upload_that_fails_is_told(self) -> None:
        call = call_for(google, OMNI)
        payload = map_for(google, call, video=self.LARGE).payload
        with pytest.raises(GenerationFailedError, match="FAILED"):
            drive(google.tarash_submit(call, payload), self.STARTED, self.stored("FAILED"))

    def test_vertex_has_no_file_api_so_bytes_stay_inline(self) -> None:
        call = call_for(google, OMNI, provider_config=PROJECT)
        _, calls = drive(
            google.tarash_submit(call, map_for(google, call, video=self.LARGE).payload), json_reply(RUNNING)
        )
        assert base64.b64encode(self.LARGE).decode() in str(calls[0].json)

    @pytest.mark.parametrize("model", [VEO, PRO])
    def test_a_link_that_a_model_cannot_take_is_fetched_without_credentials(self, model: str) -> None:
        modality = "video" if model == VEO else "image"
        call = call_for(google, model, modality, provider_config=PROJECT)
        link = {"image": "https://films.test/frame", "type": "reference"}
        mapped = map_for(google, call, image_list=[link])
        picture = HttpReply(200, {"content-type": "image/png"}, tiny_png())
        _, calls = drive(
            google.tarash_submit(call, mapped.payload),
            picture,
            json_reply({"name": VEO_NAME, "responseId": "r"}),
        )
        assert (calls[0].url, calls[0].headers) == ("https://films.test/frame", {})
        assert base64.b64encode(tiny_png()).decode() in str(calls[1].json)

    def test_a_link_to_something_else_is_refused(self) -> None:
        call = call_for(google, VEO, provider_config=PROJECT)
        frame = {"image": "https://films.test/frame.png", "type": "first_frame"}
        page = HttpReply(200, {"content-type": "text/html"}, b"<html>")
        with pytest.raises(ValidationError, match=r"the input at films\.test"):
            drive(google.tarash_submit(call, map_for(google, call, image_list=[frame]).payload), page)

    def test_a_link_that_its_host_refuses_is_the_callers_mistake(self) -> None:
        call = call_for(google, VEO, provider_config=PROJECT)
        frame = {"image": "https://cdn.test/frame.png", "type": "first_frame"}
        refusal = HttpReply(404, {}, b"gone")
        with pytest.raises(ValidationError, match=r"cdn\.test cannot be fetched \(HTTP 404\)"):
            drive(google.tarash_submit(call, map_for(google, call, image_list=[frame]).payload), refusal)

    def test_an_object_without_an_extension_is_refused(self) -> None:
        call = call_for(google, VEO, provider_config=PROJECT)
        frame = {"image": "gs://films/frame", "type": "first_frame"}
        with pytest.raises(ValidationError, match="extension"):
            drive(google.tarash_submit(call, map_for(google, call, image_list=[frame]).payload))

    def test_a_video_for_the_old_veo_is_a_file(self) -> None:
        call = call_for(google, "veo-3.1-generate-preview")
        payload = map_for(google, call, video=tiny_mp4()).payload
        name = json_reply({"name": "models/veo/operations/a"})
        _, calls = drive(google.tarash_submit(call, payload), self.STARTED, self.stored("ACTIVE"), name)
        assert calls[2].json["instances"][0]["video"] == {"uri": f"{GEMINI}/v1beta/files/abc"}  # type: ignore[index]
