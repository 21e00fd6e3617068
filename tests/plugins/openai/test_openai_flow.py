from __future__ import annotations

import pytest

import tarash_gateway_openai as plugin
from plugins.openai.openai_calls import make_call
from simulators.openai import OpenAISimulator
from simulators.openai.webhooks import signed_event
from tarash.tarash_gateway.exceptions import (
    AuthenticationError,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.plugin import Delivery, HttpReply
from tarash.tarash_gateway.testing import drive, json_reply
from tarash_gateway_openai import azure

VIDEO = {"kind": "video", "id": "video_1"}
RESPONSE = {"kind": "response", "id": "resp_1"}
PAYLOAD = {"model": "sora-2", "prompt": "a paper boat", "seconds": "8"}


def test_the_job_is_the_id_of_the_video() -> None:
    call = make_call("sora-2", "video")
    answer = json_reply({"id": "video_1", "object": "video", "status": "queued"})
    submission, _ = drive(plugin.tarash_submit(call, PAYLOAD), answer)
    assert submission.job == VIDEO
    assert submission.request_id == "video_1"


@pytest.mark.parametrize("header", ["x-request-id", "apim-request-id"])
def test_images_are_there_at_once(header: str) -> None:
    body = {"created": 1, "data": []}
    answer = json_reply(body, headers={header: "req_1"})
    submission, _ = drive(plugin.tarash_submit(make_call(), {"prompt": "a paper boat"}), answer)
    assert (submission.job, submission.result, submission.request_id) == (None, body, "req_1")


@pytest.mark.parametrize("modality", ["video", "image"])
def test_an_answer_without_an_id_is_unexpected(modality: str) -> None:
    call = make_call("sora-2", "video") if modality == "video" else make_call(responses_model="gpt-5.5")
    with pytest.raises(UnexpectedResponseError):
        drive(plugin.tarash_submit(call, PAYLOAD), json_reply({"status": "queued"}))


def test_a_reference_without_an_id_asks_nothing() -> None:
    for flow in (plugin.tarash_poll, plugin.tarash_cancel):
        with pytest.raises(ValidationError, match="no id"):
            drive(flow(make_call("sora-2", "video"), {"kind": "video"}))


class TestCancel:
    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            (json_reply({"status": "cancelled"}), "accepted"),
            (json_reply({"status": "in_progress"}), "accepted"),
            (json_reply({"status": "completed"}), "finished"),
            (json_reply({"error": {}}), "unknown"),
            (json_reply({"error": {}}, 404), "refused"),
        ],
    )
    def test_a_response_is_cancelled(self, answer: HttpReply, outcome: str) -> None:
        cancellation, calls = drive(plugin.tarash_cancel(make_call(), RESPONSE), answer)
        assert cancellation.outcome == outcome
        assert calls[0].url == "https://api.openai.com/v1/responses/resp_1/cancel"
        assert calls[0].repeatable is not False

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            (json_reply({"status": "in_progress"}), "refused"),
            (json_reply({"status": "completed"}), "finished"),
            (json_reply({"status": "failed"}), "finished"),
            (json_reply({"error": {}}, 404), "refused"),
        ],
    )
    def test_a_video_cannot_be_cancelled_only_asked_about(self, answer: HttpReply, outcome: str) -> None:
        cancellation, calls = drive(plugin.tarash_cancel(make_call("sora-2", "video"), VIDEO), answer)
        assert cancellation.outcome == outcome
        assert calls[0].method == "GET"

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            pytest.param(json_reply({}), "accepted", id="an object"),
            pytest.param(HttpReply(204), "accepted", id="nothing to say"),
            pytest.param(json_reply({}, 400), "refused", id="refused"),
            pytest.param(json_reply({"deleted": False}), "unknown", id="not deleted"),
            pytest.param(json_reply({"error": {"message": "busy"}}), "unknown", id="an error"),
            pytest.param(HttpReply(200, content=b"<html></html>"), "unknown", id="a web page"),
        ],
    )
    def test_a_video_is_deleted_where_that_stops_it(self, answer: HttpReply, outcome: str) -> None:
        call = make_call("wan-2.5", "video", delete_cancels=True)
        cancellation, calls = drive(plugin.tarash_cancel(call, VIDEO), answer)
        assert cancellation.outcome == outcome
        assert (calls[0].method, calls[0].url) == ("DELETE", "https://api.openai.com/v1/videos/video_1")


def test_a_lost_submission_is_never_looked_for_among_the_jobs_of_others() -> None:
    # nothing that the list shows is ours: a video with the same prompt may be another caller's
    for provider in (plugin, azure):
        assert not hasattr(provider, "tarash_find_submission")


class TestWebhooks:
    @pytest.mark.parametrize("job_id", ["video_1", "resp_1"])
    def test_a_signed_delivery_names_the_job(self, job_id: str) -> None:
        delivery = OpenAISimulator().signed_delivery(job_id)
        call = make_call(webhook_secret=OpenAISimulator.webhook_secret)
        event = plugin.tarash_webhook(call, delivery)
        assert event is not None
        assert (event.request_id, event.status.state) == (job_id, "completed")

    def test_a_webhook_tells_of_a_failure_without_its_reason(self) -> None:
        delivery = OpenAISimulator().signed_delivery("video_1", state="failed")
        call = make_call(webhook_secret=OpenAISimulator.webhook_secret)
        event = plugin.tarash_webhook(call, delivery)
        assert event is not None
        assert (event.status.state, event.status.error) == ("failed", None)

    @pytest.mark.parametrize("secret", [None, "whsec_b3RoZXI="], ids=["none", "wrong"])
    def test_a_delivery_that_cannot_be_verified_is_refused(self, secret: str | None) -> None:
        delivery = OpenAISimulator().signed_delivery("video_1")
        with pytest.raises(AuthenticationError):
            plugin.tarash_webhook(make_call(webhook_secret=secret), delivery)

    def test_a_forged_body_is_refused(self) -> None:
        delivery = OpenAISimulator().signed_delivery("video_1")
        forged = Delivery(
            headers=delivery.headers, body=delivery.body + b" ", received_at=delivery.received_at
        )
        with pytest.raises(AuthenticationError):
            plugin.tarash_webhook(make_call(webhook_secret=OpenAISimulator.webhook_secret), forged)

    def test_events_about_something_else_are_no_job(self) -> None:
        call = make_call(webhook_secret=OpenAISimulator.webhook_secret)
        assert plugin.tarash_webhook(call, signed_event("batch.completed", "batch_1")) is None
