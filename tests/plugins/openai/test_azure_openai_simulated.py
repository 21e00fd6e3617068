from __future__ import annotations

from pathlib import Path

import pytest

from execution import Run
from file_urls import path_of
from simulators.asking import image_config, image_request, video_config, video_request
from simulators.openai import AzureOpenAISimulator
from tarash.tarash_gateway import (
    Gateway,
    ImageGenerationConfig,
    ModelNotFoundError,
    VideoGenerationConfig,
)
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

DATED = "2025-04-01-preview"

# the Sora models are retired, which they say
pytestmark = pytest.mark.filterwarnings("ignore::tarash.tarash_gateway.exceptions.ModelLifecycleWarning")


def test_images_are_rendered_at_the_dated_url_of_a_deployment(
    run: Run, gateway: Gateway, simulator: AzureOpenAISimulator
) -> None:
    simulator.deployments = {"my-images"}
    config = image_config(simulator, api_version=DATED, provider_config={"deployment": "my-images"})
    response = run(gateway, "generate_image", config, image_request())
    assert path_of(response.image).read_bytes() == tiny_png()
    (sent,) = simulator.requests_to("submit")
    assert sent.path == "/openai/deployments/my-images/images/generations"
    assert sent.query == {"api-version": DATED}
    assert sent.headers["api-key"] == simulator.api_key
    assert "Authorization" not in sent.headers


def test_a_video_is_rendered_and_downloaded_at_the_undated_urls(
    run: Run, gateway: Gateway, simulator: AzureOpenAISimulator
) -> None:
    response = run(gateway, "generate_video", video_config(simulator), video_request())
    assert path_of(response.video).read_bytes() == tiny_mp4()
    assert {request.path.split("/videos")[0] for request in simulator.requests} == {"/openai/v1"}


def test_the_environment_gives_address_and_key(
    run: Run, simulator: AzureOpenAISimulator, tmp_path: Path
) -> None:
    environ = {"AZURE_OPENAI_ENDPOINT": simulator.url, "AZURE_OPENAI_API_KEY": simulator.api_key}
    with Gateway(environ=environ, output_dir=tmp_path / "output") as gateway:
        config = ImageGenerationConfig(provider="azure_openai", model="gpt-image-2")
        assert run(gateway, "generate_image", config, image_request()).images
    assert simulator.count("submit") == 1


@pytest.mark.parametrize("version", [None, DATED], ids=["undated", "dated"])
def test_an_entra_token_will_do(
    run: Run, gateway: Gateway, simulator: AzureOpenAISimulator, version: str | None
) -> None:
    config = image_config(
        simulator,
        api_key=simulator.entra_token,
        api_version=version,
        provider_config={"azure_auth": "bearer"},
    )
    assert run(gateway, "generate_image", config, image_request()).images


@pytest.mark.parametrize("version", [None, DATED], ids=["undated", "dated"])
def test_a_model_without_a_deployment_is_named_as_such(
    run: Run, gateway: Gateway, simulator: AzureOpenAISimulator, version: str | None
) -> None:
    simulator.deployments = {"my-images"}
    with pytest.raises(ModelNotFoundError, match="deployment"):
        run(gateway, "generate_image", image_config(simulator, api_version=version), image_request())
    assert simulator.jobs == []


def test_the_provider_openai_reaches_azure_when_it_is_told_so(
    run: Run, gateway: Gateway, simulator: AzureOpenAISimulator
) -> None:
    config = VideoGenerationConfig.model_validate(
        {
            **video_config(simulator).model_dump(exclude={"api_key"}),
            "provider": "openai",
            "api_key": simulator.api_key,
            "provider_config": {"azure": True},
        }
    )
    assert run(gateway, "generate_video", config, video_request()).provider == "openai"
