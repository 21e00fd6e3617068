"""Proves the flows by feeding them answers by hand: what is sent, with which headers, and what is concluded."""

from __future__ import annotations

import pytest

import tarash_gateway_runway as runway
from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    HTTPConnectionError,
    HTTPError,
    HttpReply,
    JobReference,
    QuotaExceededError,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
    default_error,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import TEST_KEY
from tarash.tarash_gateway.testing.simulator import tiny_mp4
from tarash_gateway_runway import (
    tarash_cancel,
    tarash_normalize,
    tarash_poll,
    tarash_submit,
)

JOB: JobReference = {"id": "17f20503"}
CREATED = json_reply({"id": "17f20503", "estimatedCost": {"credits": 60}})
TICKET = {
    "uploadUrl": "https://bucket.example/",
    "fields": {"key": "k/clip.mp4", "policy": "p"},
    "runwayUri": "runway://abc",
}
GONE = HttpReply(204)


def task(status: str, **more: object) -> HttpReply:
    return json_reply({"id": "17f20503", "createdAt": "2026-11-22T10:00:00.000Z", "status": status, **more})


def test_a_submit_is_one_post_that_may_not_be_repeated() -> None:
    call = call_for(runway, "gen4.5")
    submission, (post,) = drive(tarash_submit(call, map_for(runway, call).payload), CREATED)
    assert (post.method, post.url) == ("POST", "https://api.dev.runwayml.com/v1/text_to_video")
    assert post.headers == {"Authorization": f"Bearer {TEST_KEY}", "X-Runway-Version": "2024-11-06"}
    assert post.may_create_job
    assert (submission.job, submission.request_id) == ({"id": "17f20503"}, "17f20503")


def test_the_configured_version_of_the_api_is_sent() -> None:
    call = call_for(runway, "gen4.5", api_version="2027-01-01")
    _, (get,) = drive(tarash_poll(call, JOB), task("RUNNING"))
    assert get.headers["X-Runway-Version"] == "2027-01-01"


def test_a_large_file_is_uploaded_before_the_submit_without_the_key() -> None:
    call = call_for(runway, "act_two")
    clip = tiny_mp4() + bytes(5 * 1024 * 1024)
    payload = map_for(
        runway, call, prompt="", video=clip, image_list=[{"image": "https://example.com/a.png"}]
    ).payload
    _, (ticket, form, submit) = drive(tarash_submit(call, payload), json_reply(TICKET), GONE, CREATED)
    assert ticket.json == {"filename": "media.mp4", "type": "ephemeral"}
    assert ticket.repeatable
    assert form.repeatable
    assert (form.url, form.headers) == ("https://bucket.example/", {})
    assert form.multipart is not None
    assert [part.name for part in form.multipart] == ["key", "policy", "file"]
    assert (form.multipart[-1].value, form.multipart[-1].content_type) == (clip, "video/mp4")
    assert submit.json == {
        "model": "act_two",
        "character": {"uri": "https://example.com/a.png", "type": "image"},
        "reference": {"uri": "runway://abc", "type": "video"},
    }


def test_an_upload_ticket_without_an_address_is_unexpected() -> None:
    call = call_for(runway, "aleph2")
    payload = map_for(runway, call, video=tiny_mp4() + bytes(5 * 1024 * 1024)).payload
    with pytest.raises(UnexpectedResponseError, match="no uploadUrl"):
        drive(tarash_submit(call, payload), json_reply({"fields": {}}))


def test_a_file_is_never_sent_in_the_clear_to_another_host() -> None:
    call = call_for(runway, "aleph2")
    payload = map_for(runway, call, video=tiny_mp4() + bytes(5 * 1024 * 1024)).payload
    with pytest.raises(UnexpectedResponseError, match="not https"):
        drive(tarash_submit(call, payload), json_reply({**TICKET, "uploadUrl": "http://bucket.example/"}))


def test_a_created_task_without_an_id_is_unexpected() -> None:
    call = call_for(runway, "gen4.5")
    with pytest.raises(UnexpectedResponseError, match="no id"):
        drive(
            tarash_submit(call, map_for(runway, call).payload), json_reply({"estimatedCost": {"credits": 60}})
        )


@pytest.mark.parametrize(
    ("model", "member"), [("enhance_frame_rate", "targetFramerate"), ("gwm1_avatars", "avatar")]
)
def test_what_only_extra_params_can_supply_is_asked_for_before_anything_is_sent(
    model: str, member: str
) -> None:
    call = call_for(runway, model)
    fields = {"prompt": "", "video": "https://example.com/a.mp4"} if model == "enhance_frame_rate" else {}
    with pytest.raises(ValidationError, match=f"{member} is required"):
        map_for(runway, call, **fields)


def test_only_runway_s_own_server_is_asked_at_its_own_pace() -> None:
    elsewhere, _ = drive(
        tarash_poll(call_for(runway, "gen4.5", base_url="https://proxy.test"), JOB), task("RUNNING")
    )
    own = call_for(runway, "gen4.5")
    there, _ = drive(tarash_poll(own, JOB), task("RUNNING"))
    assert (elsewhere.suggested_delay_seconds, there.suggested_delay_seconds) == (None, 5.0)


def test_outputs_that_the_status_does_not_carry_are_fetched() -> None:
    answer = task("SUCCEEDED", output=["https://cdn.example/a.mp4"], cost={"credits": 60})
    generated, (get,) = drive(tarash_normalize(call_for(runway, "gen4.5"), JOB, None), answer)
    assert get.url == "https://api.dev.runwayml.com/v1/tasks/17f20503"
    assert generated.assets[0].url == "https://cdn.example/a.mp4"


@pytest.mark.parametrize(
    ("before", "billed"),
    [
        pytest.param(task("PENDING"), "unknown", id="waiting: perhaps refunded"),
        pytest.param(task("THROTTLED"), "unknown", id="throttled: perhaps refunded"),
        pytest.param(task("RUNNING", progress=0.1), "yes", id="running: charged all the same"),
    ],
)
def test_a_task_that_has_not_ended_is_deleted(before: HttpReply, billed: str) -> None:
    cancellation, (_, delete) = drive(tarash_cancel(call_for(runway, "gen4.5"), JOB), before, GONE)
    assert (delete.method, delete.url) == ("DELETE", "https://api.dev.runwayml.com/v1/tasks/17f20503")
    assert delete.headers["X-Runway-Version"] == "2024-11-06"
    assert (cancellation.outcome, cancellation.billed) == ("accepted", billed)


@pytest.mark.parametrize(
    ("before", "billed"),
    [
        pytest.param(
            task("SUCCEEDED", output=["https://cdn.example/a.mp4"], cost={"credits": 60}),
            "yes",
            id="succeeded",
        ),
        pytest.param(task("FAILED", failure="x", cost={"credits": 0}), "no", id="failed"),
        pytest.param(task("CANCELLED", cost={"credits": 0}), "no", id="cancelled"),
    ],
)
def test_a_task_that_has_ended_is_left_alone_with_its_outputs(before: HttpReply, billed: str) -> None:
    cancellation, calls = drive(tarash_cancel(call_for(runway, "gen4.5"), JOB), before)
    assert [call.method for call in calls] == ["GET"]
    assert (cancellation.outcome, cancellation.billed) == ("finished", billed)


@pytest.mark.parametrize(
    "failure", [HTTPError("HTTP 503", status_code=503), HTTPConnectionError("connection failed: reset")]
)
def test_a_task_that_nobody_could_look_at_is_not_deleted(failure: TarashException) -> None:
    """It may have finished, and then the same request would delete what was paid for."""
    with pytest.raises(type(failure)):
        drive(tarash_cancel(call_for(runway, "gen4.5"), JOB), failure)


MISSING = json_reply({"error": "Task not found."}, 404)
RUNNING = task("RUNNING", progress=0.5)
DONE = task("SUCCEEDED", output=["https://cdn.example/a.mp4"], cost={"credits": 60})
LOST = HTTPConnectionError("connection failed: reset")
PAGE = HttpReply(200, {"content-type": "text/html"}, b"<html></html>")


@pytest.mark.parametrize(
    ("answers", "methods", "outcome", "billed"),
    [
        pytest.param([RUNNING, LOST, DONE], "GET DELETE GET", "finished", "yes", id="it finished meanwhile"),
        pytest.param([RUNNING, LOST, MISSING], "GET DELETE GET", "accepted", "yes", id="the first one worked"),
        pytest.param([RUNNING, LOST, RUNNING, GONE], "GET DELETE GET DELETE", "accepted", "yes", id="it never arrived"),
        pytest.param([RUNNING, LOST, RUNNING, MISSING], "GET DELETE GET DELETE", "accepted", "yes", id="it came late"),
        pytest.param([RUNNING, LOST] * 3, "GET DELETE " * 3, "unknown", "yes", id="no answer ever comes"),
        pytest.param([MISSING], "GET", "unknown", "unknown", id="somebody else deleted it before"),
        pytest.param([RUNNING, PAGE], "GET DELETE", "unknown", "yes", id="a proxy answered"),
        pytest.param([RUNNING, MISSING], "GET DELETE", "unknown", "yes", id="somebody else deleted it meanwhile"),
        pytest.param(
            [RUNNING, HTTPError("HTTP 503", status_code=503), DONE], "GET DELETE GET", "finished", "yes", id="refused, and finished"
        ),
    ],
)  # fmt: skip
def test_every_delete_follows_a_look(
    answers: list[HttpReply | TarashException], methods: str, outcome: str, billed: str
) -> None:
    cancellation, calls = drive(tarash_cancel(call_for(runway, "gen4.5"), JOB), *answers)
    assert [call.method for call in calls] == methods.split()
    assert all(call.repeatable is False for call in calls if call.method == "DELETE")
    assert (cancellation.outcome, cancellation.billed) == (outcome, billed)


def test_a_refused_delete_is_told_as_it_is() -> None:
    with pytest.raises(AuthenticationError):
        drive(
            tarash_cancel(call_for(runway, "gen4.5"), JOB),
            RUNNING,
            AuthenticationError("no", status_code=403),
        )


def test_an_error_with_http_200_is_the_reason() -> None:
    call = call_for(runway, "gen4.5")
    body = {"error": {"message": "Insufficient credits for this request", "code": 402}}
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(tarash_submit(call, map_for(runway, call).payload), json_reply(body))
    assert caught.value.submitted == "no"


def test_a_bucket_that_refuses_a_file_is_not_runway_refusing_the_key() -> None:
    call = call_for(runway, "aleph2")
    payload = map_for(runway, call, video=tiny_mp4() + bytes(5 * 1024 * 1024)).payload
    refusal = default_error(HttpReply(403, {}, b"<Error><Message>Request has expired</Message></Error>"))
    with pytest.raises(HTTPError) as caught:
        drive(tarash_submit(call, payload), json_reply(TICKET), refusal)
    assert type(caught.value) is HTTPError
    assert "bucket.example" in caught.value.message


@pytest.mark.parametrize("job", [{}, {"id": None}, {"id": ["x"]}, {"id": "a\ud800"}])
def test_a_reference_without_an_id_is_refused(job: JobReference) -> None:
    with pytest.raises(ValidationError, match="no id"):
        drive(tarash_poll(call_for(runway, "gen4.5"), job))


def test_a_numeric_id_is_one() -> None:
    call = call_for(runway, "gen4.5")
    submission, _ = drive(tarash_submit(call, map_for(runway, call).payload), json_reply({"id": 17}))
    assert submission.job == {"id": "17"}
    _, (get,) = drive(tarash_poll(call, {"id": 17}), task("RUNNING"))
    assert get.url.endswith("/v1/tasks/17")
