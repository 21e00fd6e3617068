from __future__ import annotations

from datetime import timedelta

import pytest

import tarash_gateway_luma as luma
from plugins.luma.luma_calls import AGENTS_KEY, BOAT, DREAM_KEY, make_call
from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    Flow,
    HTTPError,
    HttpReply,
    QuotaExceededError,
    Submission,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
    default_error,
)
from tarash.tarash_gateway.testing import drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import NOW
from tarash.tarash_gateway.testing.simulator import tiny_mp4
from tarash_gateway_luma.fields import MAX_INLINE_BYTES

AGENTS = "https://agents.lumalabs.ai/v1"
DREAM = "https://api.lumalabs.ai/dream-machine/v1"
LARGE = tiny_mp4() + b"\0" * MAX_INLINE_BYTES
QUEUED = {"id": "7", "state": "queued"}


def test_a_submit_to_the_agents_api_goes_there_with_a_request_id_and_is_never_repeated() -> None:
    call = make_call("ray-3.2")
    payload = map_for(luma, call).payload
    submission, calls = drive(luma.tarash_submit(call, payload), json_reply(QUEUED, 201))
    assert submission.job == {"id": "7", "api": "agents"}
    assert (submission.request_id, submission.state) == ("7", "queued")
    assert [(step.method, step.url, step.json, step.may_create_job) for step in calls] == [
        ("POST", f"{AGENTS}/generations", payload, True)
    ]
    assert calls[0].headers == {
        "Authorization": f"Bearer {AGENTS_KEY}",
        "X-Request-Id": call.idempotency_key,
    }


@pytest.mark.parametrize(
    ("model", "extra", "path"),
    [
        ("ray-2", {}, "/generations/video"),
        ("ray-flash-3", {}, "/generations/video"),
        (
            "ray-2",
            {"media": {"url": BOAT}, "mode": "flex_1", "generation_type": "modify_video"},
            "/generations/video/modify",
        ),
        (
            "ray-2",
            {"generation_type": "add_audio", "generation_id": "9/../x"},
            "/generations/9%2F..%2Fx/audio",
        ),
    ],
)
def test_a_submit_to_dream_machine_goes_there_by_the_kind_of_work(
    model: str, extra: dict[str, object], path: str
) -> None:
    call = make_call(model, api_key=DREAM_KEY)
    payload = map_for(luma, call, extra_params=extra).payload
    submission, calls = drive(luma.tarash_submit(call, payload), json_reply(QUEUED, 201))
    assert submission.job == {"id": "7", "api": "dream_machine"}
    assert (calls[0].url, calls[0].may_create_job) == (f"{DREAM}{path}", True)
    assert calls[0].headers == {"Authorization": f"Bearer {DREAM_KEY}"}
    body = calls[0].json
    assert isinstance(body, dict)
    assert "generation_id" not in body


def test_the_callback_address_is_sent_where_there_are_callbacks() -> None:
    hook = "https://me.test/hook"
    dream = map_for(luma, make_call("ray-2", webhook_url=hook))
    agents = map_for(luma, make_call("ray-3.2", webhook_url=hook))
    assert dream.payload["callback_url"] == hook
    assert "callback_url" not in agents.payload
    assert (dream.takes_webhook_url, agents.takes_webhook_url) == (True, False)


def test_an_image_made_while_the_caller_waits_is_finished_at_once() -> None:
    call = make_call("photon-1", "image")
    payload = map_for(luma, call, extra_params={"sync": True, "sync_timeout": 30}).payload
    made = {"id": "7", "state": "completed", "assets": {"image": BOAT}}
    submission, _ = drive(luma.tarash_submit(call, payload), json_reply(made, 201))
    assert (submission.state, submission.raw) == ("completed", made)


def test_a_key_of_the_agents_api_is_refused_before_it_is_sent_to_dream_machine() -> None:
    call = make_call("ray-2", api_key=AGENTS_KEY)
    with pytest.raises(AuthenticationError, match="give a Dream Machine key") as refused:
        drive(luma.tarash_submit(call, map_for(luma, call).payload))
    assert AGENTS_KEY not in str(refused.value)


def test_the_agents_api_also_takes_a_key_without_its_prefix() -> None:
    call = make_call("ray-3.2", api_key=DREAM_KEY)
    _, sent = drive(
        luma.tarash_submit(call, map_for(luma, call).payload), json_reply({"id": "7", "state": "queued"}, 201)
    )
    assert sent[0].headers["Authorization"] == f"Bearer {DREAM_KEY}"


@pytest.mark.parametrize("model", ["ray-2", "ray-3.2"])
def test_another_server_is_taken_as_it_is_with_whatever_key(model: str) -> None:
    call = make_call(model, api_key="proxy-key", base_url="https://proxy.test/luma")
    _, calls = drive(luma.tarash_submit(call, map_for(luma, call).payload), json_reply(QUEUED, 201))
    assert calls[0].url.startswith("https://proxy.test/luma/generations")
    assert calls[0].headers["Authorization"] == "Bearer proxy-key"


def test_an_answer_without_id_is_unexpected() -> None:
    call = make_call("ray-3.2")
    with pytest.raises(UnexpectedResponseError, match="has no id"):
        drive(luma.tarash_submit(call, map_for(luma, call).payload), json_reply({"state": "queued"}, 201))


@pytest.mark.parametrize(("model", "base"), [("ray-3.2", AGENTS), ("ray-2", DREAM)])
def test_a_status_is_read_where_the_job_was_made(model: str, base: str) -> None:
    api = "agents" if model == "ray-3.2" else "dream_machine"
    status, calls = drive(
        luma.tarash_poll(make_call(model), {"id": "7", "api": api}),
        json_reply({"id": "7", "state": "completed"}),
    )
    assert (status.state, calls[0].url) == ("completed", f"{base}/generations/7")


def test_the_agents_api_has_no_cancel() -> None:
    assert luma.tarash_cancel(make_call("ray-3.2"), {"id": "7", "api": "agents"}) is None


@pytest.mark.parametrize(
    ("state", "answers", "outcome"),
    [
        ("dreaming", [json_reply({}, 204)], "unknown"),
        ("queued", [json_reply({"detail": "Generation not found"}, 404)], "refused"),
        ("completed", [], "finished"),
        ("failed", [], "finished"),
    ],
)
def test_an_unfinished_job_of_dream_machine_is_deleted_and_a_paid_result_is_not(
    state: str, answers: list[object], outcome: str
) -> None:
    flow = luma.tarash_cancel(make_call("ray-2"), {"id": "7", "api": "dream_machine"})
    assert flow is not None
    said, calls = drive(flow, json_reply({"id": "7", "state": state}), *answers)  # type: ignore[arg-type]  # replies
    assert said.outcome == outcome
    assert [(step.method, step.url) for step in calls][1:] == [("DELETE", f"{DREAM}/generations/7")] * len(
        answers
    )


class TestUploads:
    def _submit(self) -> Flow[Submission]:
        call = make_call("ray-3.2")
        return luma.tarash_submit(call, map_for(luma, call, video=LARGE).payload)

    def test_a_large_file_is_stored_at_luma_and_referred_to_when_it_is_ready(self) -> None:
        address = "https://bucket.example.org/f1?X-Amz-Signature=ab"
        upload = {"url": address, "method": "PUT", "headers": {"Content-Type": "video/mp4"}}
        _, calls = drive(
            self._submit(),
            json_reply({"id": "f1", "state": "pending", "upload": upload}, 201),
            json_reply({}),
            json_reply({"id": "f1", "state": "pending"}),
            json_reply({"id": "f1", "state": "pending"}),
            json_reply({"id": "f1", "state": "ready"}),
            json_reply(QUEUED, 201),
        )
        assert [(step.method, step.url) for step in calls] == [
            ("POST", f"{AGENTS}/files"),
            ("PUT", address),
            ("POST", f"{AGENTS}/files/f1/complete"),
            ("GET", f"{AGENTS}/files/f1"),
            ("GET", f"{AGENTS}/files/f1"),
            ("POST", f"{AGENTS}/generations"),
        ]
        assert calls[0].json == {
            "mime_type": "video/mp4",
            "size_bytes": len(LARGE),
            "filename": "media.mp4",
            "purpose": "input",
            "expires_at": (NOW + timedelta(days=1)).isoformat(),
        }
        assert (calls[1].content, calls[1].headers) == (LARGE, {"Content-Type": "video/mp4"})
        assert not any(step.may_create_job for step in calls[:-1])
        body = calls[-1].json
        assert isinstance(body, dict)
        assert body["source"] == {"file_id": "f1"}

    @pytest.mark.parametrize(
        ("reason", "kind"),
        [("Unsupported codec", ValidationError), ("Rejected by moderation", ContentModerationError)],
    )
    def test_a_file_that_luma_rejects_ends_the_submit(self, reason: str, kind: type[TarashException]) -> None:
        with pytest.raises(kind, match=reason):
            drive(
                self._submit(),
                json_reply({"id": "f1", "upload": {"url": "https://bucket.example.org/f1"}}, 201),
                json_reply({}),
                json_reply({"id": "f1", "state": "failed", "failure_reason": reason}),
            )

    def test_a_file_is_not_sent_where_anyone_could_read_it(self) -> None:
        ticket = {"id": "f1", "upload": {"url": "http://bucket.example.org/f1"}}
        with pytest.raises(UnexpectedResponseError, match="not https"):
            drive(self._submit(), json_reply(ticket, 201))

    def test_an_answer_without_address_is_unexpected(self) -> None:
        with pytest.raises(UnexpectedResponseError, match=r"no upload\.url"):
            drive(self._submit(), json_reply({"id": "f1", "upload": None}, 201))

    def test_a_storage_that_refuses_a_file_is_not_luma_refusing_the_key(self) -> None:
        refusal = default_error(HttpReply(403, {}, b"<Error><Message>Request has expired</Message></Error>"))
        ticket = {"id": "f1", "upload": {"url": "https://bucket.example.org/f1"}}
        with pytest.raises(HTTPError) as caught:
            drive(self._submit(), json_reply(ticket, 201), refusal)
        assert type(caught.value) is HTTPError
        assert "bucket.example.org" in caught.value.message
        assert caught.value.submitted == "no"

    def test_an_error_in_place_of_the_upload_ticket_is_told_and_nothing_was_submitted(self) -> None:
        with pytest.raises(HTTPError, match="storage is full") as caught:
            drive(self._submit(), json_reply({"error": {"message": "storage is full", "code": 500}}))
        assert caught.value.submitted == "no"


@pytest.mark.parametrize("model", ["ray-3.2", "ray-2"])
def test_an_error_with_http_200_is_the_reason(model: str) -> None:
    call = make_call(model)
    body = {"error": {"message": "Insufficient credits for this request", "code": 402}}
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(luma.tarash_submit(call, map_for(luma, call).payload), json_reply(body))
    assert caught.value.submitted == "no"


def test_a_delete_whose_answer_was_lost_is_not_sent_again() -> None:
    """The generation may be finished by then, and a second one would delete what was paid for."""
    flow = luma.tarash_cancel(make_call("ray-2"), {"id": "7", "api": "dream_machine"})
    assert flow is not None
    _, (_, delete) = drive(flow, json_reply({"id": "7", "state": "dreaming"}), json_reply({}, 204))
    assert delete.repeatable is False


def test_a_numeric_id_is_one() -> None:
    _, (get,) = drive(luma.tarash_poll(make_call("ray-3.2"), {"id": 7, "api": "agents"}), json_reply({}))
    assert get.url == f"{AGENTS}/generations/7"
