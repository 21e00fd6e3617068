"""Owns the proof that the plugin sends what OpenAI's own client sends."""

# The client marks its videos methods as deprecated since the service ended; compatible servers still speak it.
# mypy: disable-error-code="deprecated"

from __future__ import annotations

import io
from collections.abc import Callable

import openai
import pytest
from PIL import Image
from pydantic import SecretStr

from simulators.openai import OpenAISimulator
from tarash.tarash_gateway.gateway import Gateway
from tarash.tarash_gateway.models.config import ImageGenerationConfig, VideoGenerationConfig
from tarash.tarash_gateway.models.request import ImageGenerationRequest, VideoGenerationRequest
from tarash.tarash_gateway.testing.simulator import RecordedRequest, tiny_png

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::tarash.tarash_gateway.exceptions.ModelLifecycleWarning"),
]


def transparent_png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (64, 36), (0, 0, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


FILE = ("media.png", tiny_png(), "image/png")
MASK = ("media.png", transparent_png(), "image/png")


def generate(client: openai.OpenAI) -> None:
    client.images.generate(model="gpt-image-2", prompt="a boat", size="1536x864", quality="high", n=2)


def edit_one(client: openai.OpenAI) -> None:
    client.images.edit(model="gpt-image-2", prompt="a boat", image=FILE, n=2)


def edit_two(client: openai.OpenAI) -> None:
    client.images.edit(
        model="gpt-image-2", prompt="a boat", image=[FILE, FILE], mask=MASK, output_compression=80
    )


def create(client: openai.OpenAI) -> None:
    client.videos.create(model="sora-2", prompt="a boat", seconds="8", size="1280x720", input_reference=FILE)


def create_bare(client: openai.OpenAI) -> None:
    client.videos.create(model="sora-2", prompt="a boat")


def edit_clip(client: openai.OpenAI) -> None:
    client.videos.edit(prompt="a boat", video=FILE)


PICTURE = {"image": tiny_png()}
IMAGES: list[tuple[Callable[[openai.OpenAI], None], dict[str, object]]] = [
    (generate, {"aspect_ratio": "16:9", "quality": "high", "n": 2}),
    (edit_one, {"image_list": [PICTURE], "n": 2}),
    (
        edit_two,
        {
            "image_list": [PICTURE, PICTURE],
            "mask_image": transparent_png(),
            "extra_params": {"output_compression": 80},
        },
    ),
]
VIDEOS: list[tuple[Callable[[openai.OpenAI], None], dict[str, object]]] = [
    (
        create,
        {
            "duration_seconds": 8,
            "resolution": "1280x720",
            "image_list": [{**PICTURE, "type": "first_frame"}],
        },
    ),
    (create_bare, {}),
    (edit_clip, {"video": tiny_png()}),
]


def ask(simulator: OpenAISimulator, by_client: Callable[[openai.OpenAI], None]) -> None:
    with openai.OpenAI(api_key=simulator.api_key, base_url=f"{simulator.url}/v1") as client:
        by_client(client)


def shown(request: RecordedRequest) -> tuple[str, object, list[tuple[str, bytes, str | None, str | None]]]:
    parts = [(part.name, part.data, part.filename, part.content_type) for part in request.form]
    return request.path, request.json, sorted(parts, key=lambda part: part[:2])


@pytest.mark.parametrize(("by_client", "fields"), IMAGES, ids=lambda value: getattr(value, "__name__", ""))
def test_images_are_asked_for_as_the_client_does(
    simulator: OpenAISimulator, by_client: Callable[[openai.OpenAI], None], fields: dict[str, object]
) -> None:
    ask(simulator, by_client)
    config = ImageGenerationConfig(
        provider="openai",
        model="gpt-image-2",
        base_url=f"{simulator.url}/v1",
        api_key=SecretStr(simulator.api_key),
    )
    with Gateway() as gateway:
        gateway.generate_image(config, ImageGenerationRequest.model_validate({"prompt": "a boat", **fields}))
    theirs, ours = simulator.requests_to("submit")
    assert shown(ours) == shown(theirs)


@pytest.mark.parametrize(("by_client", "fields"), VIDEOS, ids=lambda value: getattr(value, "__name__", ""))
def test_videos_are_asked_for_as_the_client_does(
    simulator: OpenAISimulator, by_client: Callable[[openai.OpenAI], None], fields: dict[str, object]
) -> None:
    ask(simulator, by_client)
    config = VideoGenerationConfig(
        provider="openai",
        model="sora-2",
        base_url=f"{simulator.url}/v1",
        api_key=SecretStr(simulator.api_key),
        # the client sends a form even without a file
        provider_config={"multipart": True},
    )
    with Gateway() as gateway:
        gateway.submit_video(config, VideoGenerationRequest.model_validate({"prompt": "a boat", **fields}))
    theirs, ours = simulator.requests_to("submit")
    assert shown(ours) == shown(theirs)
