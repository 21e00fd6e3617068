from __future__ import annotations

import pytest

import tarash_gateway_minimax as minimax
from simulators.minimax.failures import OK, base
from tarash.tarash_gateway.plugin import QuotaExceededError, UnexpectedResponseError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import TEST_KEY
from tarash_gateway_minimax.payload import tarash_submit


@pytest.mark.parametrize(
    ("model", "path", "version"),
    [("MiniMax-H3", "/v2/video_generation", "v2"), ("MiniMax-Hailuo-02", "/v1/video_generation", "v1")],
)
def test_a_submit_is_never_repeatable_and_gives_the_task(model: str, path: str, version: str) -> None:
    call = call_for(minimax, model)
    submission, (sent,) = drive(
        tarash_submit(call, map_for(minimax, call).payload), json_reply({"task_id": "2874", "base_resp": OK})
    )
    assert submission.job == {"task_id": "2874", "version": version}
    assert submission.request_id == "2874"
    assert sent.url == f"https://api.minimax.io{path}"
    assert sent.headers["Authorization"] == f"Bearer {TEST_KEY}"
    assert sent.may_create_job


@pytest.mark.parametrize("suffix", ["", "/v1", "/v2", "/anthropic"])
def test_the_end_of_a_pasted_address_is_dropped(suffix: str) -> None:
    call = call_for(minimax, "MiniMax-H3", base_url=f"https://api.minimaxi.com{suffix}")
    _, (sent,) = drive(tarash_submit(call, map_for(minimax, call).payload), json_reply({"task_id": "2874"}))
    assert sent.url == "https://api.minimaxi.com/v2/video_generation"
    assert "Authorization" in sent.headers


def test_images_are_there_at_once() -> None:
    call = call_for(minimax, "image-01", "image")
    answer = json_reply({"id": "i1", "data": {"image_urls": ["https://e.org/a.jpg"]}, "base_resp": OK})
    submission, (sent,) = drive(tarash_submit(call, map_for(minimax, call).payload), answer)
    assert submission.job is None
    assert submission.request_id == "i1"
    assert sent.timeout_seconds == 180.0


def test_a_refusal_behind_http_200_is_a_refusal() -> None:
    call = call_for(minimax, "image-01", "image")
    with pytest.raises(QuotaExceededError):
        drive(
            tarash_submit(call, map_for(minimax, call).payload),
            json_reply(base(1008, "insufficient balance").json),
        )


@pytest.mark.parametrize(("model", "says"), [("MiniMax-H3", "no task_id"), ("image-01", "no images")])
def test_an_answer_without_what_was_asked_for_is_unexpected(model: str, says: str) -> None:
    if model == "image-01":
        call = call_for(minimax, model, "image")
        payload = map_for(minimax, call).payload
    else:
        call = call_for(minimax, model)
        payload = map_for(minimax, call).payload
    with pytest.raises(UnexpectedResponseError, match=says):
        drive(tarash_submit(call, payload), json_reply({"base_resp": OK}))


@pytest.mark.parametrize(
    ("model", "modality"), [("MiniMax-H3", "video"), ("T2V-01", "video"), ("image-01", "image")]
)
def test_an_error_with_http_200_is_the_reason(model: str, modality: str) -> None:
    call = call_for(minimax, model, modality)
    body = {"error": {"message": "Insufficient credits for this request", "code": 402}}
    with pytest.raises(QuotaExceededError, match="Insufficient credits") as caught:
        drive(tarash_submit(call, map_for(minimax, call).payload), json_reply(body))
    assert caught.value.submitted == "no"


def test_a_lost_submission_is_not_looked_for_where_nothing_in_the_list_is_ours() -> None:
    assert not hasattr(minimax, "tarash_find_submission")
