from __future__ import annotations

from datetime import UTC, datetime

import pytest

import tarash_gateway_bfl as bfl
from simulators.bfl.failures import FAILURES
from tarash.tarash_gateway.plugin import (
    Asset,
    AuthenticationError,
    ContentModerationError,
    Delivery,
    GenerationFailedError,
    HTTPError,
    TarashException,
    UnexpectedResponseError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply
from tarash.tarash_gateway.testing.flows import NOW
from tarash_gateway_bfl.status import read_status

CALL = call_for(bfl, "flux-3-video")
IMAGE_CALL = call_for(bfl, "flux-2-pro", "image")
JOB = {"id": "j1", "cost": 4.5}
OURS = "s3cret-ö"
URL = "https://delivery.us1.bfl.ai/results/a.jpeg"
READY: dict[str, object] = {
    "id": "j1",
    "status": "Ready",
    "result": {
        "sample": URL,
        "prompt": "a paper boat",
        "seed": 7,
        "end_time": 1_764_219_600.5,
        "duration": 4.2,
    },
}


@pytest.mark.parametrize(
    ("body", "state", "percent"),
    [
        ({"status": "Pending"}, "processing", None),
        ({"status": "Reasoning", "progress": 0.1}, "processing", 10.0),
        ({"status": "Generating", "progress": 0.5}, "processing", 50.0),
        ({"status": "Ready"}, "completed", None),
        ({"state": "Ready"}, "completed", None),
        ({"status": "Error"}, "failed", None),
        ({"status": "Failed"}, "failed", None),
        ({"status": "Request Moderated"}, "failed", None),
        ({"status": "Content Moderated"}, "failed", None),
        ({"status": "Warming Up"}, "processing", None),
    ],
)
def test_wire_states_map_to_job_states(body: dict[str, object], state: str, percent: float | None) -> None:
    status = read_status(body, {})
    assert (status.state, status.progress_percent) == (state, percent)


def test_a_job_that_the_cluster_does_not_know_may_be_known_later() -> None:
    with pytest.raises(HTTPError, match="job not found") as caught:
        read_status({"status": "Task not found"}, {})
    assert (caught.value.status_code, caught.value.allows_fallback) == (404, False)


@pytest.mark.parametrize(
    ("failure", "kind", "says"),
    [
        ("internal", GenerationFailedError, "The generation failed"),
        ("failed", GenerationFailedError, "no explanation given"),
        ("request_moderated", ContentModerationError, "Violence"),
        ("content_moderated", ContentModerationError, "flagged"),
    ],
)
def test_a_job_that_ends_badly_says_why(failure: str, kind: type[TarashException], says: str) -> None:
    error = read_status(FAILURES[failure], JOB).error
    assert type(error) is kind
    assert says in error.message


@pytest.mark.parametrize(
    ("failure", "stage"), [("request_moderated", "input"), ("content_moderated", "output")]
)
def test_the_refused_side_is_named(failure: str, stage: str) -> None:
    error = read_status(FAILURES[failure], JOB).error
    assert isinstance(error, ContentModerationError)
    assert error.stage == stage


@pytest.mark.parametrize(
    ("body", "job", "usd"),
    [
        pytest.param(READY, JOB, 0.045, id="as-told-at-submission"),
        pytest.param({**READY, "cost": 60}, JOB, 0.6, id="as-settled"),
        pytest.param({**READY, "cost": None}, {}, None, id="unknown"),
        pytest.param({**READY, "cost": -1}, {}, None, id="nonsense"),
        pytest.param({"status": "Error"}, JOB, None, id="failed"),
    ],
)
def test_the_cost_is_told_in_credits(
    body: dict[str, object], job: dict[str, object], usd: float | None
) -> None:
    assert read_status(body, job).billed_usd == usd


def test_a_finished_image_gives_its_link_for_ten_minutes() -> None:
    result, _ = drive(bfl.tarash_normalize(IMAGE_CALL, JOB, READY))
    ends = datetime(2025, 11, 27, 5, 10, 0, 500_000, tzinfo=UTC)
    assert result.assets == (Asset(kind="image", url=URL, expires_at=ends),)
    assert (result.seed, result.cost_usd, result.duration_seconds) == (7, 0.045, None)


def test_a_draft_gives_its_bundle_beside_the_clip() -> None:
    raw = {
        "status": "Ready",
        "result": {"sample": "https://delivery.bfl.ai/a.mp4", "draft_cache": "https://delivery.bfl.ai/a.bin"},
    }
    result, _ = drive(bfl.tarash_normalize(CALL, JOB, raw))
    assert [(asset.kind, asset.content_type) for asset in result.assets] == [
        ("video", "video/mp4"),
        ("other", None),
    ]


@pytest.mark.parametrize(
    "result",
    [
        [{"url": "https://delivery.bfl.ai/1"}, "https://delivery.bfl.ai/2", {}],
        {"samples": ["https://delivery.bfl.ai/1", {"sample": "https://delivery.bfl.ai/2"}]},
    ],
)
def test_the_clips_of_a_batch_stay_several(result: object) -> None:
    found, _ = drive(bfl.tarash_normalize(CALL, JOB, {"status": "Ready", "result": result}))
    assert [asset.url for asset in found.assets] == ["https://delivery.bfl.ai/1", "https://delivery.bfl.ai/2"]


def test_a_rewritten_prompt_is_told() -> None:
    call = call_for(bfl, "flux-2-flex", "image", values={"prompt": "a boat"})
    result, _ = drive(bfl.tarash_normalize(call, JOB, READY))
    assert result.revised_prompt == "a paper boat"
    same = call_for(bfl, "flux-2-flex", "image", values={"prompt": "a paper boat"})
    assert drive(bfl.tarash_normalize(same, JOB, READY))[0].revised_prompt is None


class TestWebhooks:
    @staticmethod
    def delivery(body: object, secret: str | None) -> Delivery:
        headers = {} if secret is None else {"x-webhook-secret": secret}
        return Delivery(headers=headers, body=json_reply(body).content, received_at=NOW)

    CALL = call_for(bfl, "flux-2-pro", "image", provider_config={"webhook_secret": OURS})

    @pytest.mark.parametrize("name", ["id", "task_id"])
    def test_the_job_is_read(self, name: str) -> None:
        event = bfl.tarash_webhook(self.CALL, self.delivery({name: "j1", "status": "Ready", "cost": 3}, OURS))
        assert (event.request_id, event.status.state, event.status.billed_usd) == ("j1", "completed", 0.03)

    @pytest.mark.parametrize("secret", [None, "", "s3cret", "s3cret-ö!"])
    def test_without_the_secret_it_is_refused(self, secret: str | None) -> None:
        with pytest.raises(AuthenticationError, match="missing or wrong"):
            bfl.tarash_webhook(self.CALL, self.delivery({"id": "j1"}, secret))

    def test_without_a_configured_secret_nothing_is_accepted(self) -> None:
        with pytest.raises(AuthenticationError, match="no webhook secret"):
            bfl.tarash_webhook(IMAGE_CALL, self.delivery({"id": "j1"}, ""))

    def test_what_is_not_a_job_is_unexpected(self) -> None:
        with pytest.raises(UnexpectedResponseError, match="has no id"):
            bfl.tarash_webhook(self.CALL, self.delivery({"hello": 1}, OURS))
