"""Owns the proof that the simulator of Azure OpenAI speaks its wire: the openai client works against it, both ways."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator

import openai
import pytest

from simulators.openai import AzureOpenAISimulator
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

# The client marks its videos methods as deprecated since the service ended; compatible servers still speak
# that wire.
# mypy: disable-error-code="deprecated"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

DATED = "2025-04-01-preview"


@pytest.fixture
def client(simulator: AzureOpenAISimulator) -> Iterator[openai.AzureOpenAI]:
    with openai.AzureOpenAI(
        azure_endpoint=simulator.url,
        api_key=simulator.api_key,
        api_version=DATED,
        max_retries=0,
        webhook_secret=simulator.webhook_secret,
    ) as client:
        yield client


class TestDatedUrls:
    def test_images_are_rendered_by_the_deployment_in_the_path(
        self, client: openai.AzureOpenAI, simulator: AzureOpenAISimulator
    ) -> None:
        simulator.deployments = {"my-images"}
        made = client.images.generate(model="my-images", prompt="a boat")
        assert made.data is not None
        assert base64.b64decode(made.data[0].b64_json or "") == tiny_png()
        client.images.edit(model="my-images", prompt="a boat", image=tiny_png())
        assert [(request.path, request.query) for request in simulator.requests_to("submit")] == [
            ("/openai/deployments/my-images/images/generations", {"api-version": DATED}),
            ("/openai/deployments/my-images/images/edits", {"api-version": DATED}),
        ]
        assert {request.headers["api-key"] for request in simulator.requests} == {simulator.api_key}

    def test_a_video_is_rendered_and_downloaded(
        self, client: openai.AzureOpenAI, simulator: AzureOpenAISimulator
    ) -> None:
        video = client.videos.create_and_poll(model="sora-2", prompt="a boat")
        assert client.videos.download_content(video.id).content == tiny_mp4()
        assert {request.path.split("/videos")[0] for request in simulator.requests} == {"/openai"}

    def test_an_image_is_rendered_in_the_background(self, client: openai.AzureOpenAI) -> None:
        response = client.responses.create(
            model="gpt-5.5", input="a boat", background=True, tools=[{"type": "image_generation"}]
        )
        client.responses.retrieve(response.id)
        done = client.responses.retrieve(response.id)
        assert done.output[0].type == "image_generation_call"
        assert base64.b64decode(done.output[0].result or "") == tiny_png()

    def test_an_unknown_deployment_is_not_found(
        self, client: openai.AzureOpenAI, simulator: AzureOpenAISimulator
    ) -> None:
        simulator.deployments = {"my-images"}
        with pytest.raises(openai.NotFoundError) as refused:
            client.images.generate(model="other", prompt="a boat")
        assert refused.value.code == "DeploymentNotFound"
        assert simulator.jobs == []

    def test_a_url_without_a_version_is_not_found(self, simulator: AzureOpenAISimulator) -> None:
        with (
            openai.OpenAI(
                base_url=f"{simulator.url}/openai", api_key=simulator.entra_token, max_retries=0
            ) as client,
            pytest.raises(openai.NotFoundError, match="Resource not found"),
        ):
            client.videos.create(prompt="a boat")


class TestUndatedUrls:
    def test_the_plain_client_renders_by_the_deployment_in_the_body(
        self, simulator: AzureOpenAISimulator
    ) -> None:
        simulator.deployments = {"my-images", "my-videos"}
        with openai.OpenAI(base_url=f"{simulator.url}/openai/v1", api_key=simulator.api_key) as client:
            client.images.generate(model="my-images", prompt="a boat")
            video = client.videos.create_and_poll(model="my-videos", prompt="a boat")
            assert client.videos.download_content(video.id).content == tiny_mp4()
            with pytest.raises(openai.NotFoundError):
                client.videos.create(model="sora-2", prompt="a boat")

    def test_the_asynchronous_client_reaches_the_clip_too(self, simulator: AzureOpenAISimulator) -> None:
        async def scenario() -> bytes:
            async with openai.AsyncOpenAI(
                base_url=f"{simulator.url}/openai/v1", api_key=simulator.api_key
            ) as client:
                video = await client.videos.create_and_poll(prompt="a boat")
                return (await client.videos.download_content(video.id)).content

        assert asyncio.run(scenario()) == tiny_mp4()


class TestCredentials:
    def test_an_entra_token_is_a_bearer_token(self, simulator: AzureOpenAISimulator) -> None:
        with openai.AzureOpenAI(
            azure_endpoint=simulator.url, azure_ad_token=simulator.entra_token, api_version=DATED
        ) as client:
            client.images.generate(model="my-images", prompt="a boat")
        assert "api-key" not in simulator.requests[0].headers

    def test_a_wrong_key_is_refused(self, simulator: AzureOpenAISimulator) -> None:
        with (
            openai.AzureOpenAI(azure_endpoint=simulator.url, api_key="wrong", api_version=DATED) as client,
            pytest.raises(openai.AuthenticationError, match="invalid subscription key"),
        ):
            client.images.generate(model="my-images", prompt="a boat")


class TestWebhooks:
    def test_a_delivery_about_a_response_is_unwrapped(
        self, client: openai.AzureOpenAI, simulator: AzureOpenAISimulator
    ) -> None:
        delivery = simulator.signed_delivery("resp_1")
        assert client.webhooks.unwrap(delivery.body, delivery.headers).type == "response.completed"

    def test_there_are_none_about_videos(self, simulator: AzureOpenAISimulator) -> None:
        with pytest.raises(LookupError, match="responses only"):
            simulator.signed_delivery("video_1")
