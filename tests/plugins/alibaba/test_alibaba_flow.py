from __future__ import annotations

import pytest

import tarash_gateway_alibaba as alibaba
from simulators.alibaba.failures import SENSITIVE_PROMPT
from tarash.tarash_gateway.plugin import (
    Call,
    ContentModerationError,
    HTTPError,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import TEST_KEY
from tarash.tarash_gateway.testing.simulator import tiny_mp4
from tarash_gateway_alibaba.errors import tarash_error
from tarash_gateway_alibaba.payload import tarash_submit

SINGAPORE = "https://dashscope-intl.aliyuncs.com/api/v1"
VIDEOS = "/services/aigc/video-generation/video-synthesis"
CREATED = json_reply({"request_id": "r-1", "output": {"task_id": "a853", "task_status": "PENDING"}})
POLICY = {
    "policy": "p",
    "signature": "s",
    "upload_dir": "dashscope-instant/1/2",
    "upload_host": "https://dashscope-file.oss.example",
    "max_file_size_mb": 100,
    "oss_access_key_id": "LTAI",
    "x_oss_object_acl": "private",
    "x_oss_forbid_overwrite": "true",
}


def edit(call: Call) -> dict[str, object]:
    return map_for(alibaba, call, video=tiny_mp4()).payload


def test_a_task_is_created_once_and_asynchronously() -> None:
    call = call_for(alibaba, "wan3.0-video")
    payload = map_for(alibaba, call).payload
    submission, (sent,) = drive(tarash_submit(call, payload), CREATED)
    assert submission.job == {"task_id": "a853"}
    assert submission.request_id == "a853"
    assert (sent.method, sent.url, sent.json) == ("POST", f"{SINGAPORE}{VIDEOS}", payload)
    assert sent.headers["Authorization"] == f"Bearer {TEST_KEY}"
    assert sent.headers["X-DashScope-Async"] == "enable"
    assert "X-DashScope-OssResourceResolve" not in sent.headers
    assert sent.may_create_job


def test_images_are_there_at_once_without_asking_for_a_task() -> None:
    call = call_for(alibaba, "qwen-image-2.0", "image")
    choices = [{"message": {"content": [{"image": "https://e.org/a.png"}]}}]
    submission, (sent,) = drive(
        tarash_submit(call, map_for(alibaba, call).payload),
        json_reply({"request_id": "r-1", "output": {"choices": choices}}),
    )
    assert (submission.job, submission.request_id) == (None, "r-1")
    assert sent.url.endswith("/services/aigc/multimodal-generation/generation")
    assert "X-DashScope-Async" not in sent.headers
    assert sent.timeout_seconds == 300.0


@pytest.mark.parametrize(
    ("settings", "url", "headers"),
    [
        pytest.param({}, SINGAPORE, {}, id="singapore"),
        pytest.param({"region": "us-east-1"}, "https://dashscope-us.aliyuncs.com/api/v1", {}, id="virginia"),
        pytest.param({"region": "cn-beijing"}, "https://dashscope.aliyuncs.com/api/v1", {}, id="beijing"),
        pytest.param(
            {"region": "eu-central-1", "workspace": "ws-1a"},
            "https://ws-1a.eu-central-1.maas.aliyuncs.com/api/v1",
            {"X-DashScope-WorkSpace": "ws-1a"},
            id="a-workspace-in-frankfurt",
        ),
    ],
)
def test_a_call_goes_to_its_region_with_the_key(
    settings: dict[str, object], url: str, headers: dict[str, str]
) -> None:
    call = call_for(alibaba, "wan3.0-video", provider_config=settings)
    _, (sent,) = drive(tarash_submit(call, map_for(alibaba, call).payload), CREATED)
    assert sent.url == f"{url}{VIDEOS}"
    assert sent.headers["Authorization"] == f"Bearer {TEST_KEY}"
    assert headers.items() <= sent.headers.items()


def test_a_base_url_of_the_user_takes_precedence() -> None:
    settings = {"region": "cn-beijing", "workspace": "ws-1a"}
    call = call_for(
        alibaba, "wan3.0-video", base_url="https://proxy.example/api/v1", provider_config=settings
    )
    _, (sent,) = drive(tarash_submit(call, map_for(alibaba, call).payload), CREATED)
    assert sent.url == f"https://proxy.example/api/v1{VIDEOS}"
    assert sent.headers["X-DashScope-WorkSpace"] == "ws-1a"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"region": "cn-hongkong"}, "needs a workspace", id="no-shared-server"),
        pytest.param({"region": "mars"}, "region", id="region"),
        pytest.param({"workspace": "evil.example/"}, "not a workspace id", id="host-name-injection"),
    ],
)
def test_a_setting_that_names_no_server_is_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        call_for(alibaba, "wan3.0-video", provider_config=settings)


def test_a_clip_is_uploaded_to_the_bucket_without_the_key_and_named_to_the_model() -> None:
    call = call_for(alibaba, "wan3.0-video", provider_config={"region": "cn-beijing"})
    _, (asked, stored, sent) = drive(
        tarash_submit(call, edit(call)), json_reply({"data": POLICY}), json_reply({}), CREATED
    )
    assert asked.url == "https://dashscope.aliyuncs.com/api/v1/uploads?action=getPolicy&model=wan3.0-video"
    assert (stored.method, stored.url) == ("POST", POLICY["upload_host"])
    assert "Authorization" not in stored.headers
    parts = {part.name: part for part in stored.multipart or ()}
    assert [part.name for part in stored.multipart or ()][-1] == "file"
    key = str(parts["key"].value)
    assert key.startswith("dashscope-instant/1/2/")
    assert key.endswith(".mp4")
    assert parts["file"].value == tiny_mp4()
    assert sent.json == {
        "model": "wan3.0-video",
        "input": {"prompt": "a paper boat", "media": [{"type": "reference_video", "url": f"oss://{key}"}]},
    }
    assert sent.headers["X-DashScope-OssResourceResolve"] == "enable"


def test_one_policy_serves_every_file_and_no_two_get_the_same_name() -> None:
    call = call_for(alibaba, "wan3.0-video")
    payload = map_for(alibaba, call, extra_params={"reference_video": [tiny_mp4(), tiny_mp4()]}).payload
    replies = (json_reply({"data": POLICY}), json_reply({}), json_reply({}), CREATED)
    _, calls = drive(tarash_submit(call, payload), *replies)
    assert [sent.method for sent in calls] == ["GET", "POST", "POST", "POST"]


def test_an_address_that_the_user_uploaded_is_resolved() -> None:
    call = call_for(alibaba, "wan3.0-video")
    payload = map_for(alibaba, call, video="oss://dashscope-instant/1/2/a.mp4").payload
    _, (sent,) = drive(tarash_submit(call, payload), CREATED)
    assert sent.headers["X-DashScope-OssResourceResolve"] == "enable"


def test_a_file_beyond_what_the_model_takes_is_refused_before_it_is_sent() -> None:
    call = call_for(alibaba, "wan3.0-video")
    policy = {**POLICY, "max_file_size_mb": 0.0001}
    with pytest.raises(ValidationError, match=r"at most 0\.0001 MB"):
        drive(tarash_submit(call, edit(call)), json_reply({"data": policy}))


@pytest.mark.parametrize("host", ["http://storage.example", "file:///etc", "", None])
def test_a_file_is_not_sent_to_an_address_that_is_not_https(host: object) -> None:
    call = call_for(alibaba, "wan3.0-video")
    with pytest.raises(UnexpectedResponseError, match="https"):
        drive(tarash_submit(call, edit(call)), json_reply({"data": {**POLICY, "upload_host": host}}))


def test_a_region_without_storage_says_what_to_do() -> None:
    call = call_for(alibaba, "wan3.0-video")
    with pytest.raises(HTTPError, match="pass the input as a URL"):
        drive(
            tarash_submit(call, edit(call)),
            tarash_error(json_reply({"code": "NotFound", "message": "Not found!"}, 404)),
        )


def test_a_refusal_behind_http_200_is_told_before_anything_is_waited_for() -> None:
    call = call_for(alibaba, "wan3.0-video")
    with pytest.raises(ContentModerationError):
        drive(tarash_submit(call, map_for(alibaba, call).payload), json_reply(SENSITIVE_PROMPT.json))


@pytest.mark.parametrize(
    ("model", "modality", "body", "says"),
    [
        ("wan3.0-video", "video", {}, "no output"),
        ("wan3.0-video", "video", {"output": {"task_status": "PENDING"}}, "task_id"),
        ("qwen-image-2.0", "image", {"output": {"finished": True}}, "no images"),
    ],
)
def test_an_answer_without_what_was_asked_for_is_unexpected(
    model: str, modality: str, body: dict[str, object], says: str
) -> None:
    call = call_for(alibaba, model, modality)
    with pytest.raises(UnexpectedResponseError, match=says):
        drive(tarash_submit(call, map_for(alibaba, call).payload), json_reply(body))
