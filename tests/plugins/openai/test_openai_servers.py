from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

import tarash_gateway_openai as plugin
import tarash_gateway_openai.azure as azure_plugin
from plugins.openai.openai_calls import make_call, submitted
from simulators.openai import OpenAISimulator
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.testing import call_for, drive, map_for
from tarash.tarash_gateway.testing.flows import TEST_KEY
from tarash.tarash_gateway.testing.simulator import tiny_png

RESOURCE = "https://acme.openai.azure.com"
DATED = "2025-04-01-preview"
ANSWER = {"id": "video_1", "status": "queued", "data": []}


@pytest.mark.parametrize(
    ("base_url", "version", "image_url", "video_url"),
    [
        (RESOURCE, None, "/openai/v1/images/generations", "/openai/v1/videos"),
        (f"{RESOURCE}/openai/v1", None, "/openai/v1/images/generations", "/openai/v1/videos"),
        (
            RESOURCE,
            "preview",
            "/openai/v1/images/generations?api-version=preview",
            "/openai/v1/videos?api-version=preview",
        ),
        (
            RESOURCE,
            DATED,
            f"/openai/deployments/gpt-image-2/images/generations?api-version={DATED}",
            f"/openai/videos?api-version={DATED}",
        ),
        (
            f"{RESOURCE}/openai/deployments/mine",
            DATED,
            f"/openai/deployments/mine/images/generations?api-version={DATED}",
            f"/openai/videos?api-version={DATED}",
        ),
        (
            "https://acme.services.ai.azure.com",
            None,
            "/openai/v1/images/generations",
            "/openai/v1/videos",
        ),
    ],
)
def test_azure_has_two_styles_of_url(
    base_url: str, version: str | None, image_url: str, video_url: str
) -> None:
    origin = "/".join(base_url.split("/")[:3])
    image = make_call("gpt-image-2", base_url=base_url, api_version=version)
    http = submitted(image, map_for(plugin, image), ANSWER)
    assert http.url == f"{origin}{image_url}"
    assert http.headers == {"api-key": TEST_KEY}
    video = make_call("sora-2", "video", base_url=base_url, api_version=version)
    assert submitted(video, map_for(plugin, video), ANSWER).url == f"{origin}{video_url}"


def test_edits_go_to_the_deployment_too() -> None:
    call = make_call("gpt-image-2", base_url=RESOURCE, api_version=DATED, deployment="my images")
    http = submitted(call, map_for(plugin, call, image_list=[{"image": tiny_png()}]), ANSWER)
    assert http.url == f"{RESOURCE}/openai/deployments/my%20images/images/edits?api-version={DATED}"


def test_the_deployment_stands_for_the_model() -> None:
    call = make_call("gpt-image-2", base_url=RESOURCE, deployment="my-images")
    assert map_for(plugin, call, aspect_ratio="16:9").payload == {
        "model": "my-images",
        "prompt": "a paper boat",
        "size": "1536x864",
    }


def test_an_entra_token_is_a_bearer_token() -> None:
    call = make_call(base_url=RESOURCE, azure_auth="bearer")
    assert submitted(call, map_for(plugin, call), ANSWER).headers == {"Authorization": f"Bearer {TEST_KEY}"}


def test_azure_is_chosen_by_the_setting_where_the_host_does_not_tell() -> None:
    call = make_call(base_url="https://gateway.example.com", azure=True)
    http = submitted(call, map_for(plugin, call), ANSWER)
    assert http.url == "https://gateway.example.com/openai/v1/images/generations"
    assert "api-key" in http.headers


def test_azure_without_an_address_is_refused() -> None:
    call = make_call(azure=True)
    with pytest.raises(ValidationError, match="base_url"):
        drive(plugin.tarash_submit(call, map_for(plugin, call).payload))


def test_the_provider_of_azure_needs_an_address_and_signs_with_its_header() -> None:
    info = azure_plugin.tarash_provider()
    missing = replace(make_call(base_url=info.base_url), provider=info)
    with pytest.raises(ValidationError, match="base_url"):
        drive(plugin.tarash_submit(missing, {"prompt": "a paper boat"}))
    call = replace(missing, base_url="https://gateway.example.com")
    http = submitted(call, map_for(plugin, call), ANSWER)
    assert http.url == "https://gateway.example.com/openai/v1/images/generations"
    assert http.headers == {"api-key": TEST_KEY}


def test_azure_signs_its_webhooks_as_openai_does() -> None:
    info = azure_plugin.tarash_provider()
    call = make_call(base_url=RESOURCE, webhook_secret=OpenAISimulator.webhook_secret)
    event = azure_plugin.tarash_webhook(
        replace(call, provider=info), OpenAISimulator().signed_delivery("resp_1")
    )
    assert event is not None
    assert (event.request_id, event.status.state) == ("resp_1", "completed")


def test_organization_and_project_are_headers() -> None:
    call = make_call(organization="org_1", project="proj_1")
    headers = submitted(call, map_for(plugin, call), ANSWER).headers
    assert headers["OpenAI-Organization"] == "org_1"
    assert headers["OpenAI-Project"] == "proj_1"


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"organisation": "org_1"}, "did you mean 'organization'"),
        ({"project": 7}, "project"),
        ({"azure": "yes"}, "azure"),
        ({"azure_auth": "basic"}, "azure_auth"),
        ({"variants": ["poster"]}, "variants"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_told_before_anything_is_sent(settings: dict[str, object], match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        map_for(plugin, make_call(**settings))  # type: ignore[arg-type]  # settings are not the named parameters


@pytest.mark.parametrize(
    ("model", "modality", "ends_on"),
    [
        ("gpt-image-1-mini", "image", date(2027, 4, 7)),
        ("sora-2", "video", date(2026, 11, 2)),
        # no date of Azure is known, and that of OpenAI does not apply
        ("sora-2-pro", "video", None),
    ],
)
def test_azure_ends_models_on_dates_of_its_own(model: str, modality: str, ends_on: date | None) -> None:
    lifecycle = call_for(azure_plugin, model, modality).row.lifecycle
    assert (None if lifecycle is None else lifecycle.ends_on) == ends_on
