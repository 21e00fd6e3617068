from __future__ import annotations

from datetime import timedelta

import pytest

import tarash_gateway_bytedance as bytedance
from tarash.tarash_gateway.plugin import SubmissionUnknownError, UnexpectedResponseError, ValidationError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import NOW, TEST_KEY
from tarash_gateway_bytedance.lost_submissions import PAGE_SIZE
from tarash_gateway_bytedance.payload import marked_expiry_seconds

MODEL = "seedance-1-5-pro-251215"
IMAGE_MODEL = "seedream-4-5-251128"
CREATED = int(NOW.timestamp())


def listed(**changes: object) -> dict[str, object]:
    """A task as the list has it, with the mark of the usual call."""
    mark = marked_expiry_seconds(call_for(bytedance, MODEL))
    return {
        "id": "cgt-1", "model": MODEL, "status": "queued", "created_at": CREATED, "execution_expires_after": mark, **changes,
    }  # fmt: skip


def test_a_submit_is_never_repeatable_and_gives_the_task_id() -> None:
    call = call_for(bytedance, MODEL)
    payload = map_for(bytedance, call).payload
    submission, (sent,) = drive(bytedance.tarash_submit(call, payload), json_reply({"id": "cgt-1"}))
    assert (submission.job, submission.request_id) == ({"id": "cgt-1", "region": "ap-southeast"}, "cgt-1")
    base = "https://ark.ap-southeast.bytepluses.com/api/v3"
    assert (sent.method, sent.url) == ("POST", f"{base}/contents/generations/tasks")
    assert sent.headers["Authorization"] == f"Bearer {TEST_KEY}"
    assert sent.headers["X-Client-Request-Id"] == call.idempotency_key
    assert sent.may_create_job
    assert isinstance(sent.json, dict)
    assert 172_800 <= sent.json["execution_expires_after"] <= 259_200


def test_two_attempts_bear_different_marks_and_one_attempt_the_same() -> None:
    first, again = (marked_expiry_seconds(call_for(bytedance, MODEL)) for _ in range(2))
    other = marked_expiry_seconds(call_for(bytedance, MODEL, idempotency_key="f" * 32))
    assert first == again != other


def test_an_expiry_of_the_users_own_is_sent() -> None:
    call = call_for(bytedance, MODEL)
    payload = map_for(bytedance, call, extra_params={"execution_expires_after": 3600}).payload
    _, (sent,) = drive(bytedance.tarash_submit(call, payload), json_reply({"id": "cgt-1"}))
    assert isinstance(sent.json, dict)
    assert sent.json["execution_expires_after"] == 3600


def test_images_are_there_at_once() -> None:
    call = call_for(bytedance, IMAGE_MODEL, "image")
    answer = json_reply({"data": [{"url": "https://example.org/a.jpg"}]}, headers={"x-request-id": "r-1"})
    submission, (sent,) = drive(bytedance.tarash_submit(call, map_for(bytedance, call).payload), answer)
    assert (submission.job, submission.request_id) == (None, "r-1")
    assert sent.url.endswith("/api/v3/images/generations")
    assert isinstance(sent.json, dict)
    assert "execution_expires_after" not in sent.json


@pytest.mark.parametrize(
    ("region", "origin"),
    [
        ("ap-southeast", "https://ark.ap-southeast.bytepluses.com"),
        ("eu-west", "https://ark.eu-west.bytepluses.com"),
        ("cn-beijing", "https://ark.cn-beijing.volces.com"),
    ],
)
def test_every_call_goes_to_the_region_with_the_key(region: str, origin: str) -> None:
    call = call_for(bytedance, MODEL, provider_config={"region": region})
    payload, job = map_for(bytedance, call).payload, {"id": "cgt-1"}
    task = json_reply(listed())
    _, submitted = drive(bytedance.tarash_submit(call, payload), json_reply({"id": "cgt-1"}))
    _, polled = drive(bytedance.tarash_poll(call, job), task)
    _, cancelled = drive(bytedance.tarash_cancel(call, job), task, json_reply({}), task)
    _, found = drive(bytedance.tarash_find_submission(call, payload), json_reply({"items": [listed()]}))
    for sent in (*submitted, *polled, *cancelled, *found):
        assert sent.url.startswith(f"{origin}/api/v3/contents/generations/tasks")
        assert sent.headers["Authorization"] == f"Bearer {TEST_KEY}"
    assert {origin, "https://ark.ap-southeast.bytepluses.com"} <= {
        bytedance.PROVIDER.base_url.removesuffix("/api/v3"),
        *bytedance.PROVIDER.origins,
    }


def test_an_address_of_the_users_own_takes_precedence_over_the_region() -> None:
    own = "https://proxy.example.org/ark"
    call = call_for(bytedance, MODEL, base_url=own, provider_config={"region": "cn-beijing"})
    _, (sent,) = drive(bytedance.tarash_poll(call, {"id": "cgt-1"}), json_reply(listed()))
    assert sent.url == f"{own}/contents/generations/tasks/cgt-1"


def test_another_region_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ValidationError, match="region"):
        call_for(bytedance, MODEL, provider_config={"region": "us-east"})


@pytest.mark.parametrize(("modality", "says"), [("video", "has no id"), ("image", "no images")])
def test_an_answer_without_what_was_asked_for_is_unexpected(modality: str, says: str) -> None:
    call = call_for(bytedance, MODEL if modality == "video" else IMAGE_MODEL, modality)
    with pytest.raises(UnexpectedResponseError, match=says):
        drive(bytedance.tarash_submit(call, map_for(bytedance, call).payload), json_reply({}))


class TestLostSubmissions:
    def test_the_one_task_with_our_mark_is_ours(self) -> None:
        call = call_for(bytedance, MODEL)
        others = [
            listed(id="cgt-2", execution_expires_after=172_800),
            listed(id="cgt-3", model="seedance-1-0-pro-250528"),
            listed(id="cgt-4", created_at=CREATED - 7200),
            listed(id="cgt-5", duration=9),
            listed(id=None),
        ]
        submission, (sent,) = drive(
            bytedance.tarash_find_submission(call, map_for(bytedance, call, duration_seconds=5).payload),
            json_reply({"items": [*others, listed(duration=5)], "total": 6}),
        )
        assert submission is not None
        assert (submission.job, submission.request_id) == ({"id": "cgt-1", "region": "ap-southeast"}, "cgt-1")
        assert sent.url.endswith("/tasks?page_num=1&page_size=100")

    def test_what_modelark_chose_in_the_meantime_does_not_matter(self) -> None:
        call = call_for(bytedance, MODEL)
        frame = {"image": "https://example.org/a.png", "type": "first_frame"}
        payload = map_for(bytedance, call, aspect_ratio="adaptive", image_list=[frame]).payload
        submission, _ = drive(
            bytedance.tarash_find_submission(call, payload), json_reply({"items": [listed(ratio="4:3")]})
        )
        assert submission is not None

    def test_the_next_page_is_read_after_a_full_one(self) -> None:
        call = call_for(bytedance, MODEL)
        full = [listed(id=f"cgt-x{number}", execution_expires_after=3600) for number in range(PAGE_SIZE)]
        submission, sent = drive(
            bytedance.tarash_find_submission(call, map_for(bytedance, call).payload),
            json_reply({"items": full}),
            json_reply({"items": [listed()]}),
        )
        assert submission is not None
        assert [call.url.partition("?")[2] for call in sent] == [
            "page_num=1&page_size=100",
            "page_num=2&page_size=100",
        ]

    @pytest.mark.parametrize(
        ("items", "says"),
        [
            pytest.param([], "no tasks", id="none"),
            pytest.param([listed(), listed(id="cgt-2")], "2 tasks", id="two"),
        ],
    )
    def test_none_and_several_prove_nothing(self, items: list[object], says: str) -> None:
        call = call_for(bytedance, MODEL)
        with pytest.raises(SubmissionUnknownError, match=says):
            drive(
                bytedance.tarash_find_submission(call, map_for(bytedance, call).payload),
                json_reply({"items": items}),
                now=NOW + timedelta(minutes=5),
            )

    def test_an_expiry_of_the_users_own_marks_nothing(self) -> None:
        call = call_for(bytedance, MODEL)
        payload = map_for(bytedance, call, extra_params={"execution_expires_after": 3600}).payload
        with pytest.raises(SubmissionUnknownError, match="no mark"):
            drive(bytedance.tarash_find_submission(call, payload))

    def test_images_leave_nothing_to_look_for(self) -> None:
        call = call_for(bytedance, IMAGE_MODEL, "image")
        with pytest.raises(SubmissionUnknownError, match="image request"):
            drive(bytedance.tarash_find_submission(call, map_for(bytedance, call).payload))
