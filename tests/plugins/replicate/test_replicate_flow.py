from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import tarash_gateway_replicate as replicate
from plugins.replicate.replicate_calls import NOW, VEO, prediction
from simulators.replicate.cases import WEBHOOK_SECRET, sign
from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Call,
    Delivery,
    HttpReply,
    ModelNotFoundError,
    QuotaExceededError,
    SubmissionUnknownError,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import TEST_KEY

BASE_URL = replicate.PROVIDER.base_url
VERSION = "c0ffee" + "0" * 58
CREATED = json_reply(prediction(), 201)
FOUND_DATE = {"date": "Sun, 22 Nov 2026 12:00:00 GMT"}


@pytest.mark.parametrize(
    ("model", "config", "path", "version"),
    [
        pytest.param("google/veo-3", {}, "/models/google/veo-3/predictions", None, id="official"),
        pytest.param(
            f"acme/clip:{VERSION}", {}, "/predictions", f"acme/clip:{VERSION}", id="version of a model"
        ),
        pytest.param(VERSION, {}, "/predictions", VERSION, id="bare version"),
        pytest.param(
            "acme/prod", {"deployment": True}, "/deployments/acme/prod/predictions", None, id="deployment"
        ),
    ],
)
def test_the_model_name_decides_the_route(
    model: str, config: dict[str, object], path: str, version: str | None
) -> None:
    call = call_for(replicate, model, provider_config=config)
    submission, (sent,) = drive(replicate.tarash_submit(call, {"prompt": "a paper boat"}), CREATED)
    assert (submission.request_id, submission.state) == (prediction()["id"], "queued")
    assert submission.job == {"id": prediction()["id"]}
    assert (sent.method, sent.url) == ("POST", BASE_URL + path)
    expected = {"input": {"prompt": "a paper boat"}} | ({"version": version} if version else {})
    assert sent.json == expected
    assert sent.headers["Authorization"] == f"Bearer {TEST_KEY}"
    assert sent.may_create_job


def test_a_community_model_is_tried_once_more_by_its_latest_version() -> None:
    flow = replicate.tarash_submit(call_for(replicate, "acme/clip"), {"prompt": "a paper boat"})
    answers = (
        json_reply({"detail": "not found"}, 404),
        json_reply({"latest_version": {"id": VERSION}}),
        CREATED,
    )
    submission, (first, look_up, second) = drive(flow, *answers)
    assert submission.request_id == prediction()["id"]
    assert [first.url, look_up.url, second.url] == [
        f"{BASE_URL}/models/acme/clip/predictions",
        f"{BASE_URL}/models/acme/clip",
        f"{BASE_URL}/predictions",
    ]
    assert second.json == {"input": {"prompt": "a paper boat"}, "version": f"acme/clip:{VERSION}"}


def test_a_model_that_nobody_knows_is_not_found() -> None:
    missing = json_reply({"detail": "not found"}, 404)
    with pytest.raises(ModelNotFoundError):
        drive(replicate.tarash_submit(call_for(replicate, "acme/clip"), {}), missing, missing)
    with pytest.raises(ModelNotFoundError, match="no published version"):
        drive(
            replicate.tarash_submit(call_for(replicate, "acme/clip"), {}),
            missing,
            json_reply({"latest_version": None}),
        )


def test_a_version_or_deployment_that_is_unknown_is_not_looked_up() -> None:
    for call in (
        call_for(replicate, VERSION),
        call_for(replicate, "acme/prod", provider_config={"deployment": True}),
    ):
        with pytest.raises(ModelNotFoundError):
            drive(
                replicate.tarash_submit(call, {}),
                replicate.tarash_error(json_reply({"detail": "not found"}, 404)),
            )


@pytest.mark.parametrize("model", ["veo-3", "google/", "a/b/c", "acme/clip:", "Acme clip/x", "C0FFEE"])
def test_a_name_that_is_no_model_is_refused_before_anything_is_sent(model: str) -> None:
    with pytest.raises(ValidationError, match="use owner/name"):
        drive(replicate.tarash_submit(call_for(replicate, model), {}))


def test_a_version_is_no_deployment() -> None:
    with pytest.raises(ValidationError, match="is not a deployment"):
        drive(
            replicate.tarash_submit(
                call_for(replicate, f"acme/clip:{VERSION}", provider_config={"deployment": True}), {}
            )
        )


@pytest.mark.parametrize("base_url", [BASE_URL, "https://api.replicate.com", "http://127.0.0.1:9/v1"])
def test_the_base_url_may_hold_the_version_or_not(base_url: str) -> None:
    call = call_for(replicate, VEO, base_url=base_url)
    _, (sent,) = drive(replicate.tarash_submit(call, {}), CREATED)
    _, (polled,) = drive(replicate.tarash_poll(call, {"id": "r1"}), json_reply(prediction("processing")))
    root = base_url.removesuffix("/v1")
    assert sent.url == f"{root}/v1/models/google/veo-3.1-fast/predictions"
    assert polled.url == f"{root}/v1/predictions/r1"


@pytest.mark.parametrize(
    ("timeout_seconds", "config", "header"),
    [
        (600.0, {}, "1200s"),
        (30.0, {}, "600s"),
        (600.5, {"cancel_after_seconds": 89.2}, "90s"),
        (600.0, {"cancel_after_seconds": False}, None),
    ],
)
def test_every_prediction_has_a_deadline_at_replicate(
    timeout_seconds: float, config: dict[str, object], header: str | None
) -> None:
    call = call_for(
        replicate,
        VEO,
        timeout_seconds=timeout_seconds,
        provider_config=config,
        # without a mark: the odd seconds come from this key
        idempotency_key="0" * 32,
    )
    _, (sent,) = drive(replicate.tarash_submit(call, {}), CREATED)
    assert sent.headers.get("Cancel-After") == header
    assert "Prefer" not in sent.headers


def test_a_submit_is_held_only_when_asked_for() -> None:
    call = call_for(
        replicate, "black-forest-labs/flux-schnell", "image", provider_config={"wait_seconds": 30}
    )
    _, (sent,) = drive(replicate.tarash_submit(call, {}), CREATED)
    assert sent.headers["Prefer"] == "wait=30"
    assert sent.timeout_seconds is not None
    assert sent.timeout_seconds > 30


@pytest.mark.parametrize(
    ("status", "output", "state"),
    [
        pytest.param("succeeded", ["https://replicate.delivery/1.png"], "completed", id="done"),
        pytest.param(
            "processing", "https://replicate.delivery/1.png", "completed", id="done but for the books"
        ),
        pytest.param(
            "processing", ["https://replicate.delivery/1.png"], "queued", id="a list may still grow"
        ),
        pytest.param("starting", None, "queued", id="the wait was too short"),
        pytest.param("failed", None, "queued", id="the next status request tells why"),
    ],
)
def test_a_held_submit_may_bring_the_result(status: str, output: object, state: str) -> None:
    answer = json_reply(prediction(status, output=output), 201)
    submission, _ = drive(
        replicate.tarash_submit(call_for(replicate, VEO, provider_config={"wait_seconds": 5}), {}), answer
    )
    assert submission.state == state


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"wait_second": 5}, "did you mean 'wait_seconds'"),
        ({"wait_seconds": 61}, "must be a number, at most 60"),
        ({"wait_seconds": True}, "must be a whole number"),
        ({"deployment": "yes"}, "must be True or False"),
        ({"cancel_after_seconds": 0}, "seconds from 1"),
        ({"cancel_after_seconds": True}, "seconds from 1"),
        ({"cancel_after_seconds": "1h"}, "must be a number"),
    ],
)
def test_a_wrong_setting_is_refused_before_anything_is_sent(config: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        call_for(replicate, VEO, provider_config=config)


def test_a_webhook_is_asked_for_the_end_only() -> None:
    call = call_for(replicate, VEO, webhook_url="https://me.test/hook")
    _, (sent,) = drive(replicate.tarash_submit(call, {}), CREATED)
    assert sent.json == {
        "input": {},
        "webhook": "https://me.test/hook",
        "webhook_events_filter": ["completed"],
    }


def test_small_media_go_inline_and_large_ones_through_the_files_api() -> None:
    call = call_for(replicate, VEO)
    small, large = b"\x89PNG\r\n\x1a\n" + b"s" * 100, b"\x89PNG\r\n\x1a\n" + b"l" * 256_000
    images = [{"image": small, "type": "first_frame"}, {"image": large, "type": "last_frame"}]
    payload = map_for(replicate, call, image_list=images).payload
    file_url = f"{BASE_URL}/files/f1"
    _, (upload, sent) = drive(
        replicate.tarash_submit(call, payload),
        json_reply({"id": "f1", "urls": {"get": file_url}}, 201),
        CREATED,
    )
    assert (upload.method, upload.url) == ("POST", f"{BASE_URL}/files")
    assert not upload.may_create_job
    assert upload.multipart is not None
    (part,) = upload.multipart
    assert (part.name, part.value, part.filename, part.content_type) == (
        "content", large, "media.png", "image/png",
    )  # fmt: skip
    inline = "data:image/png;base64," + base64.b64encode(small).decode()
    assert sent.json == {"input": {"prompt": "a paper boat", "image": inline, "last_frame": file_url}}


def test_an_upload_without_an_address_is_no_upload() -> None:
    call = call_for(replicate, VEO)
    image = {"image": b"\x89PNG\r\n\x1a\n" + b"l" * 256_000, "type": "first_frame"}
    flow = replicate.tarash_submit(call, map_for(replicate, call, image_list=[image]).payload)
    with pytest.raises(UnexpectedResponseError, match=r"no urls\.get"):
        drive(flow, json_reply({"id": "f1"}))


def test_a_created_prediction_without_an_id_leaves_the_submission_unknown() -> None:
    with pytest.raises(UnexpectedResponseError):
        drive(replicate.tarash_submit(call_for(replicate, VEO), {}), json_reply({}, 201))


def test_an_error_with_http_200_is_the_reason() -> None:
    body = {"error": {"message": "Insufficient credits for this request", "code": 402}}
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(replicate.tarash_submit(call_for(replicate, VEO), {}), json_reply(body))
    assert caught.value.submitted == "no"


def test_a_numeric_id_is_one() -> None:
    submission, _ = drive(
        replicate.tarash_submit(call_for(replicate, VEO), {}), json_reply(prediction(id=17), 201)
    )
    assert submission.job == {"id": "17"}


def _listed(*predictions: dict[str, object], next_page: str | None = None) -> HttpReply:
    return json_reply({"previous": None, "next": next_page, "results": list(predictions)}, headers=FOUND_DATE)


def _ours(call: Call, **members: object) -> dict[str, object]:
    """The prediction that a submit of `call` makes, with the deadline that it asks for."""
    _, (sent,) = drive(replicate.tarash_submit(call, {}), CREATED)
    seconds = int(sent.headers["Cancel-After"].removesuffix("s"))
    deadline = NOW - timedelta(seconds=10) + timedelta(seconds=seconds)
    return {**prediction(), "id": "ours", "deadline": deadline.isoformat(), **members}


def test_a_lost_submit_is_found_by_its_mark_and_its_input() -> None:
    call = call_for(replicate, VEO, idempotency_key="00000005" + "0" * 24)
    image = {"image": b"\x89PNG\r\n\x1a\n" + b"s" * 100, "type": "first_frame"}
    payload = map_for(replicate, call, duration_seconds=4, image_list=[image]).payload
    echoed = {"prompt": "a paper boat", "duration": 4, "image": "data:image/png;base64,xx"}
    deadline = (NOW - timedelta(seconds=10) + timedelta(seconds=1215)).isoformat()
    ours = prediction(id="ours", input=echoed, deadline=deadline)
    strangers = [
        prediction(id="another prompt", input={**echoed, "prompt": "a dog"}),
        prediction(id="too old", input=echoed, created_at="2026-11-22T11:50:00Z"),
        prediction(id="another model", input=echoed, model="google/veo-3.1"),
        prediction(id="another call alike", input=echoed, deadline="2026-11-22T12:19:50Z"),
        prediction(id="one without a mark", input=echoed),
        prediction(id="made on the website", input=echoed, source="web"),
    ]
    flow = replicate.tarash_find_submission(call, payload)
    submission, (sent,) = drive(flow, _listed(*strangers[2:], ours, *strangers[:2]))
    assert submission is not None
    assert (submission.request_id, submission.job) == ("ours", {"id": "ours"})
    assert (sent.method, sent.url) == ("GET", f"{BASE_URL}/predictions")


@pytest.mark.parametrize(("request_timeout", "is_found"), [(None, False), (900.0, True)])
def test_a_submit_that_may_take_longer_is_looked_for_longer(
    request_timeout: float | None, is_found: bool
) -> None:
    call = replace(call_for(replicate, VEO), request_timeout_seconds=request_timeout)
    ours = _ours(call)
    created = datetime.fromisoformat(str(ours["created_at"])) - timedelta(minutes=10)
    deadline = datetime.fromisoformat(str(ours["deadline"])) - timedelta(minutes=10)
    earlier = {**ours, "created_at": created.isoformat(), "deadline": deadline.isoformat()}
    flow = replicate.tarash_find_submission(call, {"prompt": "a paper boat"})
    if not is_found:
        with pytest.raises(SubmissionUnknownError, match="no prediction of the last 90 s"):
            drive(flow, _listed(earlier))
        return
    submission, _ = drive(flow, _listed(earlier))
    assert submission is not None
    assert submission.request_id == "ours"


@pytest.mark.parametrize("count", [0, 2])
def test_none_or_several_candidates_prove_nothing(count: int) -> None:
    call = call_for(replicate, VEO)
    with pytest.raises(SubmissionUnknownError):
        drive(
            replicate.tarash_find_submission(call, {"prompt": "a paper boat"}),
            _listed(*[_ours(call)] * count),
        )


@pytest.mark.parametrize("chosen", [900, False])
def test_without_a_mark_of_ours_nothing_is_looked_for(chosen: object) -> None:
    """The same request of another caller has the same deadline then, and would be handed out, or cancelled, as ours."""
    call = call_for(replicate, VEO, provider_config={"cancel_after_seconds": chosen})
    with pytest.raises(SubmissionUnknownError, match="no mark of ours"):
        drive(replicate.tarash_find_submission(call, {"prompt": "a paper boat"}))


def test_the_search_follows_pages_as_far_as_they_are_recent() -> None:
    others = prediction(input={"prompt": "a dog"})
    old = prediction(created_at="2026-11-22T11:00:00Z")
    call = call_for(replicate, VEO)
    flow = replicate.tarash_find_submission(call, {"prompt": "a paper boat"})
    submission, calls = drive(
        flow,
        _listed(others, next_page="https://api.replicate.com/v1/predictions?cursor=abc"),
        _listed(_ours(call), old, next_page="https://api.replicate.com/v1/predictions?cursor=def"),
    )
    assert submission is not None
    assert submission.request_id == "ours"
    assert [call.url for call in calls] == [f"{BASE_URL}/predictions", f"{BASE_URL}/predictions?cursor=abc"]


def test_a_deployments_prediction_names_another_model() -> None:
    call = call_for(replicate, "acme/prod", provider_config={"deployment": True})
    ours = _ours(call, model="acme/behind-it", deployment="prod")
    other = {**ours, "id": "other", "deployment": "staging"}
    submission, _ = drive(
        replicate.tarash_find_submission(call, {"prompt": "a paper boat"}), _listed(other, ours)
    )
    assert submission is not None
    assert submission.request_id == "ours"


def test_without_a_date_header_the_local_clock_serves() -> None:
    call = call_for(replicate, VEO)
    page = json_reply({"next": None, "results": [_ours(call)]})
    flow = replicate.tarash_find_submission(call, {"prompt": "a paper boat"})
    submission, _ = drive(flow, page, now=NOW)
    assert submission is not None


def _delivery(body: object) -> Delivery:
    assert isinstance(body, dict)
    return sign(body)


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (prediction("succeeded", output="https://replicate.delivery/a.mp4"), "completed"),
        (prediction("failed", error="NSFW content"), "failed"),
        (prediction("aborted"), "cancelled"),
    ],
)
def test_a_signed_delivery_is_read_as_a_status(body: dict[str, object], state: str) -> None:
    event = replicate.tarash_webhook(
        call_for(replicate, VEO, provider_config={"webhook_secret": WEBHOOK_SECRET}), _delivery(body)
    )
    assert (event.request_id, event.status.state) == (body["id"], state)


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_delivery_with_a_wrong_header_is_refused(header: str) -> None:
    good = _delivery(prediction("succeeded"))
    forged = Delivery(headers={**good.headers, header: "1"}, body=good.body, received_at=datetime.now(UTC))
    with pytest.raises(AuthenticationError):
        replicate.tarash_webhook(
            call_for(replicate, VEO, provider_config={"webhook_secret": WEBHOOK_SECRET}), forged
        )


def test_a_changed_delivery_is_refused() -> None:
    good = _delivery(prediction("failed"))
    forged = Delivery(
        headers=good.headers,
        body=json.dumps(prediction("succeeded")).encode(),
        received_at=good.received_at,
    )
    with pytest.raises(AuthenticationError, match="does not match"):
        replicate.tarash_webhook(
            call_for(replicate, VEO, provider_config={"webhook_secret": WEBHOOK_SECRET}), forged
        )


def test_without_a_secret_no_delivery_is_believed() -> None:
    with pytest.raises(AuthenticationError, match="webhook_secret"):
        replicate.tarash_webhook(call_for(replicate, VEO), _delivery(prediction("succeeded")))
