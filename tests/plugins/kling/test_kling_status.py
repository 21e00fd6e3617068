from __future__ import annotations

from datetime import UTC, datetime

import pytest

import tarash_gateway_kling as kling
from plugins.kling.kling_calls import ok
from simulators.kling.failures import envelope
from tarash.tarash_gateway.models.update import GenerationState
from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    HttpReply,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply
from tarash_gateway_kling.results import read_result, tarash_normalize
from tarash_gateway_kling.status import read_task, tarash_poll

PATH_TASK = {
    "id": "86",
    "status": "succeeded",
    "message": "",
    "create_time": 1790000000000,
    "update_time": 1790000090000,
    "external_id": "0d7e",
    "outputs": [
        {
            "type": "video",
            "id": "v1",
            "url": "https://cdn.test/x.mp4?sign=1",
            "watermark_url": "",
            "duration": "8.1",
        }
    ],
    "billing": [
        {
            "charge_type": "cash",
            "cash_type": "balance",
            "amount": "1.12",
            "currency": "USD",
            "list_price": "1.12",
        }
    ],
}
LEGACY_TASK = {
    "task_id": "8642",
    "task_status": "succeed",
    "task_status_msg": "",
    "task_info": {},
    "created_at": 1,
    "updated_at": 1790000090000,
    "final_unit_deduction": "3.5",
    "task_result": {
        "videos": [{"id": "v1", "url": "https://cdn.test/y.mp4", "watermark_url": "", "duration": "5.1"}]
    },
}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("submitted", "queued"),
        ("processing", "processing"),
        ("succeeded", "completed"),
        ("succeed", "completed"),
        ("success", "completed"),
        ("failed", "failed"),
        ("SUCCEED", "completed"),
        ("done", "completed"),
        ("Error", "failed"),
        ("canceled", "cancelled"),
        ("a_new_word", "processing"),
    ],
)
@pytest.mark.parametrize("member", ["status", "task_status"])
def test_both_spellings_are_read_everywhere(member: str, word: str, state: GenerationState) -> None:
    assert read_task({member: word}).state == state


def test_a_path_task_is_found_in_the_list_by_its_id() -> None:
    job = {"task_id": "86", "path": "/tasks"}
    status, calls = drive(
        tarash_poll(call_for(kling, "kling-3.0"), job), ok([{"id": "85", "status": "failed"}, PATH_TASK])
    )
    assert calls[0].url == f"{kling.PROVIDER.base_url}/tasks?task_ids=86"
    assert (status.state, status.billed_usd) == ("completed", 1.12)


def test_a_legacy_task_is_asked_for_at_its_endpoint() -> None:
    job = {"task_id": "8642", "path": "/v1/videos/image2video"}
    status, calls = drive(tarash_poll(call_for(kling, "kling-v3"), job), ok(LEGACY_TASK))
    assert calls[0].url == f"{kling.PROVIDER.base_url}/v1/videos/image2video/8642"
    assert (status.state, status.billed_usd) == ("completed", None)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(ok([]), id="absent from the list"),
        pytest.param(json_reply(envelope(1203, "no such task"), 404), id="code 1203"),
        pytest.param(json_reply(envelope(1203, "no such task"), 200), id="code 1203 with HTTP 200"),
        pytest.param(ok(None), id="no data"),
    ],
)
def test_a_task_that_is_not_listed_does_not_end_the_wait(answer: HttpReply) -> None:
    flow = tarash_poll(call_for(kling, "kling-3.0"), {"task_id": "86", "path": "/tasks"})
    with pytest.raises(UnexpectedResponseError, match="not listed"):
        drive(flow, answer)


@pytest.mark.parametrize(
    "job",
    [{}, {"task_id": "86"}, {"task_id": [86], "path": "/tasks"}, {"task_id": "86", "path": "@evil.test"}],
)
def test_a_job_that_was_not_saved_like_this_is_refused(job: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="as it was saved"):
        drive(tarash_poll(call_for(kling, "kling-3.0"), job))


@pytest.mark.parametrize("moment", ["soon", 1e30, -1e30, "nan", None])
def test_a_moment_that_no_calendar_has_is_no_last_day(moment: object) -> None:
    (asset,) = read_result({**PATH_TASK, "update_time": moment}).assets
    assert asset.expires_at is None


@pytest.mark.parametrize("unit", [1, 1000, 1_000_000])
def test_the_last_day_is_read_in_any_unit(unit: int) -> None:
    (asset,) = read_result({**PATH_TASK, "update_time": 1790000090 * unit}).assets
    assert asset.expires_at == datetime(2026, 10, 21, 14, 14, 50, tzinfo=UTC)


def test_a_numeric_id_is_one() -> None:
    job = {"task_id": 86, "path": "/tasks"}
    status, _ = drive(tarash_poll(call_for(kling, "kling-3.0"), job), ok([{**PATH_TASK, "id": 86}]))
    assert status.state == "completed"


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        ("the prompt contains sensitive words", "input"),
        ("the generated video was flagged", "output"),
        ("Failure to pass the risk control system", "unknown"),
        ("refused by moderation", "unknown"),
    ],
)
def test_moderation_told_in_the_status_is_moderation(words: str, stage: str) -> None:
    error = read_task({"status": "failed", "message": words}).error
    assert isinstance(error, ContentModerationError)
    assert (error.stage, error.allows_fallback) == (stage, False)


def test_a_failed_task_tells_why() -> None:
    status = read_task({"status": "failed", "message": "Failure to pass the risk control system"})
    assert isinstance(status.error, ContentModerationError)
    legacy = read_task({"task_status": "failed", "task_status_msg": "out of luck"})
    assert legacy.error is not None
    assert "out of luck" in legacy.error.message


def test_a_video_has_its_real_length_and_its_last_day() -> None:
    generated, _ = drive(tarash_normalize(PATH_TASK))
    (asset,) = generated.assets
    assert (asset.kind, asset.url, asset.duration_seconds) == ("video", "https://cdn.test/x.mp4?sign=1", 8.1)
    assert asset.expires_at == datetime(2026, 10, 21, 14, 14, 50, tzinfo=UTC)
    assert (generated.duration_seconds, generated.cost_usd) == (8.1, 1.12)


def test_legacy_outputs_are_listed_in_order() -> None:
    task = {
        "task_result": {"images": [{"index": 0, "url": "https://a"}], "series_images": [{"url": "https://b"}]}
    }
    assert [asset.url for asset in read_result(task).assets] == ["https://a", "https://b"]
    assert read_result(LEGACY_TASK).assets[0].url == "https://cdn.test/y.mp4"


def test_sound_and_pictures_among_the_outputs_are_listed() -> None:
    outputs = [
        {"type": "image", "url": "https://a.png"},
        {"type": "audio", "mp3_url": "https://a.mp3", "wav_url": "https://a.wav"},
        {"type": "element", "id": "1"},
    ]
    assets = read_result({"outputs": outputs}).assets
    assert [(asset.kind, asset.url) for asset in assets] == [
        ("image", "https://a.png"),
        ("audio", "https://a.wav"),
    ]


@pytest.mark.parametrize(
    ("billing", "usd"),
    [
        ([{"charge_type": "unit", "amount": "3.5", "package_type": "video"}], None),
        ([{"charge_type": "cash", "amount": "7", "currency": "CNY"}], None),
        ([{"charge_type": "cash", "amount": "0.4", "currency": "USD"}] * 2, 0.8),
        ([], None),
    ],
)
def test_only_dollars_from_the_balance_are_a_cost(billing: list[object], usd: float | None) -> None:
    assert read_task({"status": "succeeded", "billing": billing}).billed_usd == usd
