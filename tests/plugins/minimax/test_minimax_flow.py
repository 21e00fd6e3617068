from __future__ import annotations

import pytest

import tarash_gateway_minimax as minimax
from simulators.minimax.failures import OK, base
from tarash.tarash_gateway.plugin import QuotaExceededError, SubmissionUnknownError, UnexpectedResponseError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import NOW, TEST_KEY
from tarash_gateway_minimax.lost_submissions import tarash_find_submission
from tarash_gateway_minimax.payload import tarash_submit

ADOPTING = {"adopt_lost_tasks": True}


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


def listed(**changes: object) -> dict[str, object]:
    """A task as the list shows it, ten seconds old."""
    return {
        "id": "2874",
        "model": "MiniMax-H3",
        "status": "queued",
        "duration": 5,
        "resolution": "768P",
        "created_at": int(NOW.timestamp()) - 10,
        **changes,
    }


def test_the_only_task_that_fits_is_taken_over_where_the_owner_allows_it() -> None:
    call = call_for(minimax, "MiniMax-H3", provider_config=ADOPTING)
    others = [listed(id="1", duration=6), listed(id="2", created_at=int(NOW.timestamp()) - 600)]
    answer = json_reply({"items": [listed(), *others], "total": 3})
    found, (sent,) = drive(tarash_find_submission(call, map_for(minimax, call).payload), answer)
    assert found is not None
    assert found.job == {"task_id": "2874", "version": "v2"}
    assert sent.url.endswith("/v2/query/video_generation?page_num=1&page_size=20")


@pytest.mark.parametrize(
    ("items", "config", "says"),
    [
        pytest.param([listed()], {}, "recent tasks that fit: 2874", id="not-allowed"),
        pytest.param([listed(), listed(id="2875")], ADOPTING, "2874, 2875", id="two"),
        pytest.param([], ADOPTING, "none", id="none-which-may-still-come"),
    ],
)
def test_a_task_that_may_be_anothers_is_left_alone(
    items: list[object], config: dict[str, object], says: str
) -> None:
    call = call_for(minimax, "MiniMax-H3", provider_config=config)
    with pytest.raises(SubmissionUnknownError, match=says):
        drive(tarash_find_submission(call, map_for(minimax, call).payload), json_reply({"items": items}))


def test_the_first_version_has_no_list_to_look_in() -> None:
    call = call_for(minimax, "T2V-01", provider_config=ADOPTING)
    with pytest.raises(SubmissionUnknownError, match="no list"):
        drive(tarash_find_submission(call, map_for(minimax, call).payload))
