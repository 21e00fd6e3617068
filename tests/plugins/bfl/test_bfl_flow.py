from __future__ import annotations

import base64
from typing import Literal

import pytest

import tarash_gateway_bfl as bfl
from tarash.tarash_gateway.plugin import HttpReply, UnexpectedResponseError, ValidationError
from tarash.tarash_gateway.testing import call_for, drive, json_reply, map_for
from tarash.tarash_gateway.testing.flows import TEST_KEY
from tarash.tarash_gateway.testing.simulator import tiny_png

MODEL, IMAGE_MODEL = "flux-3-video", "flux-2-pro"
CLUSTER = "https://api.us1.bfl.ai/v1/get_result?id=j1"
HOOK = "https://me.example.org/hook"
PENDING = json_reply({"id": "j1", "status": "Pending"})


def test_a_submit_is_never_repeatable_and_remembers_where_to_poll() -> None:
    call = call_for(bfl, IMAGE_MODEL, "image")
    answer = json_reply({"id": "j1", "polling_url": CLUSTER, "cost": 4.5, "input_mp": 0.0, "output_mp": 1.98})
    submission, (sent,) = drive(bfl.tarash_submit(call, map_for(bfl, call).payload), answer)
    assert submission.job == {"id": "j1", "polling_url": CLUSTER, "cost": 4.5}
    assert submission.request_id == "j1"
    assert (sent.method, sent.url) == ("POST", "https://api.bfl.ai/v1/flux-2-pro")
    assert sent.headers == {"x-key": TEST_KEY}
    assert sent.may_create_job


def test_a_name_with_parts_is_a_path() -> None:
    call = call_for(bfl, "flux-tools/deblur-v1", "image")
    frame = {"image": "https://example.org/a.png", "type": "first_frame"}
    payload = map_for(bfl, call, prompt="", image_list=[frame]).payload
    _, (sent,) = drive(bfl.tarash_submit(call, payload), json_reply({"id": "j1"}))
    assert sent.url == "https://api.bfl.ai/v1/flux-tools/deblur-v1"


def test_an_image_by_url_is_downloaded_for_an_endpoint_that_fetches_none() -> None:
    call = call_for(bfl, "flux-pro-1.1", "image")
    reference = {"image": "https://example.org/a.png", "type": "reference"}
    payload = map_for(bfl, call, image_list=[reference]).payload
    picture = HttpReply(200, {"content-type": "image/png"}, tiny_png())
    _, (fetched, sent) = drive(bfl.tarash_submit(call, payload), picture, json_reply({"id": "j1"}))
    assert fetched.url == "https://example.org/a.png"
    assert "x-key" not in fetched.headers
    assert isinstance(sent.json, dict)
    assert sent.json["image_prompt"] == base64.b64encode(tiny_png()).decode()


@pytest.mark.parametrize(
    ("model", "modality", "told"),
    [
        (IMAGE_MODEL, "image", {"webhook_url": HOOK, "webhook_secret": "s3cret-of-ours"}),
        # its schema is strict
        (MODEL, "video", {}),
    ],
)
def test_a_webhook_goes_to_the_models_that_have_them(
    model: str, modality: str, told: dict[str, object]
) -> None:
    config = {"webhook_secret": "s3cret-of-ours"}
    call = call_for(bfl, model, modality, webhook_url=HOOK, provider_config=config)
    mapped = map_for(bfl, call)
    payload = mapped.payload
    assert mapped.takes_webhook_url == bool(told)
    assert "webhook_secret" not in payload
    answer = json_reply({"id": "j1", "status": "Pending", "webhook_url": HOOK})
    submission, (sent,) = drive(bfl.tarash_submit(call, payload), answer)
    assert sent.json == {**told, **payload}
    assert submission.job == {"id": "j1"}


@pytest.mark.parametrize(("region", "host"), [("global", "api"), ("eu", "api.eu"), ("us", "api.us")])
def test_a_job_is_created_in_the_region(region: str, host: str) -> None:
    call = call_for(bfl, MODEL, provider_config={"region": region})
    _, (sent,) = drive(bfl.tarash_submit(call, map_for(bfl, call).payload), json_reply({"id": "j1"}))
    assert sent.url == f"https://{host}.bfl.ai/v1/flux-3-video"
    assert sent.headers["x-key"] == TEST_KEY


@pytest.mark.parametrize(("model", "modality"), [(IMAGE_MODEL, "image"), (MODEL, "video")])
def test_a_webhook_secret_is_a_setting_and_no_parameter(
    model: str, modality: Literal["image", "video"]
) -> None:
    """A parameter would win over the setting in silence, so that every webhook is refused, and lie in the saved job."""
    config = {"webhook_secret": "s3cret-of-ours"}
    call = call_for(bfl, model, modality, webhook_url=HOOK, provider_config=config)
    with pytest.raises(ValidationError, match="provider_config") as refused:
        map_for(bfl, call, extra_params={"webhook_secret": "s3cret-of-theirs"})
    assert "s3cret" not in str(refused.value)


def test_another_region_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ValidationError, match="region"):
        call_for(bfl, MODEL, provider_config={"region": "asia"})


class TestPolling:
    def test_the_cluster_that_has_the_job_is_asked_with_the_key(self) -> None:
        call = call_for(bfl, MODEL, provider_config={"region": "us"})
        _, (sent,) = drive(bfl.tarash_poll(call, {"id": "j1", "polling_url": CLUSTER}), PENDING)
        assert (sent.url, sent.headers) == (CLUSTER, {"x-key": TEST_KEY})

    def test_the_id_is_added_where_the_address_has_none(self) -> None:
        job = {"id": "j/1", "polling_url": "https://gateway.bfl.ai/v1/get_result"}
        _, (sent,) = drive(bfl.tarash_poll(call_for(bfl, MODEL), job), PENDING)
        assert sent.url == "https://gateway.bfl.ai/v1/get_result?id=j%2F1"

    @pytest.mark.parametrize(
        "url",
        [
            None,
            "https://evil.example.org/v1/get_result?id=j1",
            "https://bfl.ai.example.org/v1/get_result?id=j1",
            "https://evilbfl.ai/v1/get_result?id=j1",
            "http://api.us1.bfl.ai/v1/get_result?id=j1",
            "https://api.us1.bfl.ai:8443/v1/get_result?id=j1",
            "https://user:word@api.us1.bfl.ai/v1/get_result?id=j1",
            "https://[::1",
            "file:///etc/passwd",
            "\ud800",
        ],
    )
    def test_an_address_elsewhere_is_never_called(self, url: str | None) -> None:
        _, (sent,) = drive(bfl.tarash_poll(call_for(bfl, MODEL), {"id": "j1", "polling_url": url}), PENDING)
        assert sent.url == "https://api.bfl.ai/v1/get_result?id=j1"

    def test_the_key_of_a_proxy_stays_with_the_proxy(self) -> None:
        call = call_for(bfl, MODEL, base_url="https://proxy.example.org/bfl")
        _, (sent,) = drive(bfl.tarash_poll(call, {"id": "j1", "polling_url": CLUSTER}), PENDING)
        assert sent.url == "https://proxy.example.org/bfl/get_result?id=j1"

    def test_a_job_that_has_moved_is_followed(self) -> None:
        moved = HttpReply(307, {"location": "https://api.eu2.bfl.ai/v1/get_result?id=j1"})
        _, sent = drive(
            bfl.tarash_poll(call_for(bfl, MODEL), {"id": "j1", "polling_url": CLUSTER}), moved, PENDING
        )
        assert sent[-1].url == "https://api.eu2.bfl.ai/v1/get_result?id=j1"
        assert sent[-1].headers == {"x-key": TEST_KEY}

    @pytest.mark.parametrize("location", ["https://evil.example.org/", "https://[::1", "", "/a\x00"])
    def test_a_redirect_elsewhere_is_not(self, location: str) -> None:
        moved = HttpReply(307, {"location": location})
        with pytest.raises(UnexpectedResponseError, match="not the provider's") as caught:
            drive(bfl.tarash_poll(call_for(bfl, MODEL), {"id": "j1"}), moved)
        assert caught.value.is_retryable

    def test_a_circle_ends(self) -> None:
        circle = HttpReply(307, {"location": "/v1/get_result?id=j1"})
        with pytest.raises(UnexpectedResponseError, match="again and again"):
            drive(bfl.tarash_poll(call_for(bfl, MODEL), {"id": "j1"}), *[circle] * 4)

    @pytest.mark.parametrize("job", [{}, {"id": None}, {"id": "\ud800"}])
    def test_a_reference_without_an_id_asks_nothing(self, job: dict[str, object]) -> None:
        with pytest.raises(ValidationError, match="no id"):
            drive(bfl.tarash_poll(call_for(bfl, MODEL), job))


def test_an_answer_without_an_id_is_unexpected() -> None:
    call = call_for(bfl, MODEL)
    with pytest.raises(UnexpectedResponseError, match="has no id"):
        drive(bfl.tarash_submit(call, map_for(bfl, call).payload), json_reply({}))
