"""A call in one line: "provider/model" and keywords say the same as a configuration and a request."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import tarash.tarash_gateway as package
from execution import Run
from tarash.tarash_gateway import (
    Gateway,
    HTTPConnectionError,
    ImageGenerationConfig,
    ImageGenerationRequest,
    ImageGenerationResponse,
    ImageInput,
    Job,
    MockConfig,
    MockResponse,
    ProviderNotInstalledError,
    ResponseAsset,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
    resume,
)
from tarash.tarash_gateway.testing.simulator import tiny_png

MOCK = MockConfig()
DOWN = MockConfig(responses=[MockResponse(error=HTTPConnectionError("down"))])
VEO = "fal/fal-ai/veo3.1"


def test_a_line_generates_what_the_objects_generate(run: Run, gateway: Gateway) -> None:
    line = run(gateway, "generate_video", VEO, prompt="a boat", duration_seconds=8, mock=MOCK)
    config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", mock=MOCK)
    objects = run(
        gateway, "generate_video", config, VideoGenerationRequest(prompt="a boat", duration_seconds=8)
    )
    assert isinstance(line, VideoGenerationResponse)
    assert (line.provider, line.model, line.duration, line.is_mock) == ("fal", "fal-ai/veo3.1", 8.0, True)
    assert (objects.provider, objects.model, objects.video) == (line.provider, line.model, line.video)


def test_the_functions_take_a_line_too(run: Run) -> None:
    fox = run(package, "generate_image", "openai/gpt-image-2", prompt="a fox", n=2, mock=MOCK)
    assert isinstance(fox, ImageGenerationResponse)
    assert len(fox.images) == 2
    assert run(package, "generate_video", VEO, prompt="a boat", mock=MOCK).is_mock
    job = run(package, "submit_video", VEO, prompt="a boat", mock=MOCK)
    assert isinstance(run(package, "resume", job), VideoGenerationResponse)
    assert run(package, "submit_image", "openai/gpt-image-2", prompt="a fox", mock=MOCK).modality == "image"


def test_a_plan_takes_a_line(gateway: Gateway) -> None:
    plan = gateway.plan_video(
        VEO, prompt="a boat", duration_seconds=8, fallbacks=["replicate/google/veo-3.1-fast"]
    )
    assert [(attempt.provider, attempt.model) for attempt in plan.attempts] == [
        ("fal", "fal-ai/veo3.1"),
        ("replicate", "google/veo-3.1-fast"),
    ]
    assert gateway.plan_image("openai/gpt-image-2", prompt="a fox").attempts[0].payload["prompt"] == "a fox"


def test_half_a_line_goes_with_an_object(gateway: Gateway) -> None:
    config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", mock=MOCK)
    assert gateway.generate_video(config, prompt="a boat", duration_seconds=4).duration == 4.0
    assert (
        gateway.plan_video(VEO, VideoGenerationRequest(prompt="a boat")).attempts[0].payload["prompt"]
        == "a boat"
    )


@pytest.mark.parametrize(
    ("call", "told"),
    [
        pytest.param(
            lambda g: g.plan_video("veo3.1", prompt="x"), 'is not "provider/model"', id="no-provider"
        ),
        pytest.param(
            lambda g: g.plan_video("/veo", prompt="x"), 'is not "provider/model"', id="empty-provider"
        ),
        pytest.param(lambda g: g.plan_video("fal/", prompt="x"), 'is not "provider/model"', id="empty-model"),
        pytest.param(lambda g: g.plan_video(VEO), "prompt is required", id="no-prompt"),
        pytest.param(
            lambda g: g.plan_video(VEO, prompt="x", seconds=4), "did you mean 'duration_seconds'", id="field"
        ),
        pytest.param(
            lambda g: g.plan_video(VEO, prompt="x", token="t"), "did you mean 'api_key'", id="setting"
        ),
        pytest.param(
            lambda g: g.plan_video(VideoGenerationConfig(provider="fal", model="m"), prompt="x", timeout=4),
            "timeout cannot be given beside a configuration",
            id="setting-beside-a-configuration",
        ),
        pytest.param(
            lambda g: g.plan_video(VEO, VideoGenerationRequest(prompt="x"), duration_seconds=4),
            "duration_seconds cannot be given beside a request",
            id="field-beside-a-request",
        ),
        pytest.param(
            lambda g: g.plan_video(VideoGenerationRequest(prompt="x"), VEO),
            "the order is (config, request)",
            id="order",
        ),
        pytest.param(
            lambda g: g.plan_video(VEO, prompt="x", fallbacks=VEO), "fallbacks are a list", id="one-fallback"
        ),
        pytest.param(
            lambda g: g.plan_video(VEO, prompt="x", fallbacks=["veo"]), "'veo' is not", id="bad-fallback"
        ),
    ],
)
def test_a_mistake_in_a_line_is_told(gateway: Gateway, call: Callable[[Any], object], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        call(gateway)
    assert told in caught.value.message


def test_a_fallback_by_name_takes_over_with_the_limits_and_the_mock_of_the_first(gateway: Gateway) -> None:
    config = VideoGenerationConfig(
        provider="fal",
        model="m",
        api_key="fal-key-1234",
        timeout=7,
        mock=MOCK,
        fallbacks=["replicate/google/veo"],
    )
    (fallback,) = config.fallback_configs
    assert (fallback.provider, fallback.model, fallback.timeout, fallback.mock) == (
        "replicate",
        "google/veo",
        7,
        MOCK,
    )
    assert fallback.api_key is None, "a key belongs to one provider"
    response = gateway.generate_video(
        VEO,
        prompt="a boat",
        mock=DOWN,
        fallbacks=[VideoGenerationConfig(provider="replicate", model="google/veo-3.1-fast", mock=MOCK)],
    )
    assert (response.provider, response.execution_metadata.fallback_triggered) == ("replicate", True)


def test_the_wrong_half_of_a_name_is_told_which_provider_it_begins_with(gateway: Gateway) -> None:
    with pytest.raises(ProviderNotInstalledError, match="did you mean 'fal'") as caught:
        gateway.plan_video("fal-ai/no-such-model", prompt="a boat")
    assert "./plugins/fal-ai" not in str(caught.value), "there is no such folder"


def _sent_as(gateway: Gateway, name: str, image: str) -> dict[str, object]:
    payload: Mapping[str, object] = gateway.plan_video(name, prompt="x", image=image).attempts[0].payload
    return {key: value for key, value in payload.items() if "image" in key or "frame" in key}


@pytest.mark.parametrize(
    ("model", "member"),
    [
        pytest.param("fal/fal-ai/veo3.1/image-to-video", "image_url", id="a-first-frame"),
        pytest.param("fal/fal-ai/veo3.1/reference-to-video", "image_urls", id="references-only"),
        pytest.param("replicate/google/veo-3.1", "image", id="both"),
    ],
)
def test_an_image_is_the_first_frame_or_else_the_reference(gateway: Gateway, model: str, member: str) -> None:
    assert list(_sent_as(gateway, model, "https://cdn.example/lake.png")) == [member]


def test_an_image_that_no_model_place_takes_is_refused(gateway: Gateway) -> None:
    with pytest.raises(ValidationError, match="is not an input of this model"):
        gateway.plan_video("fal/fal-ai/veo3.1", prompt="x", image="https://cdn.example/lake.png")


@pytest.fixture(name="lake")
def _lake(tmp_path: Path) -> Path:
    (tmp_path / "lake.png").write_bytes(tiny_png())
    return tmp_path / "lake.png"


def _response(url: str) -> ImageGenerationResponse:
    return ImageGenerationResponse(image=url, assets=(ResponseAsset(kind="image", url=url),))


def test_an_image_comes_in_every_form(gateway: Gateway, lake: Path) -> None:
    made = gateway.generate_image("openai/gpt-image-2", prompt="a fox", mock=MOCK)
    picture = Image.new("RGB", (64, 64), "red")
    forms = (
        lake,
        str(lake),
        lake.as_uri(),
        lake.read_bytes(),
        io.BytesIO(lake.read_bytes()),
        picture,
        made,
        made.assets[0],
    )
    for form in forms:
        response = gateway.generate_video(
            "fal/fal-ai/veo3.1/image-to-video", prompt="x", image=form, mock=MOCK
        )
        assert response.is_mock, form


def test_a_pillow_image_is_sent_without_loss() -> None:
    picture = Image.new("RGBA", (3, 2), (1, 2, 3, 4))
    (item,) = VideoGenerationRequest(prompt="x", image=picture).image_list
    assert (item.image.content_type, item.image.filename) == ("image/png", "picture.png")
    read = Image.open(io.BytesIO(item.image.content or b""))
    assert (read.size, read.getpixel((0, 0))) == ((3, 2), (1, 2, 3, 4))


def test_a_pillow_image_that_cannot_be_png_is_told() -> None:
    with pytest.raises(ValidationError, match="convert it to RGB first"):
        VideoGenerationRequest(prompt="x", image=Image.new("CMYK", (2, 2)))


def test_a_response_stands_for_its_output_of_the_right_kind() -> None:
    clip = VideoGenerationResponse(video="https://cdn.example/clip.mp4")
    assert VideoGenerationRequest(prompt="x", video=clip).video is not None
    still = ImageGenerationRequest(prompt="x", mask_image=_response("https://cdn.example/mask.png"))
    assert still.mask_image is not None
    assert still.mask_image.url == "https://cdn.example/mask.png"
    with pytest.raises(ValidationError, match="has no image; pass the response of a generated image"):
        VideoGenerationRequest(prompt="x", image=clip)


def test_a_response_cannot_name_a_file_that_a_text_may_not(
    gateway: Gateway, lake: Path, tmp_path: Path
) -> None:
    with (
        Gateway(environ={}, output_dir=tmp_path, local_files=False) as strict,
        pytest.raises(ValidationError),
    ):
        strict.plan_video("fal/fal-ai/veo3.1/image-to-video", prompt="x", image=_response(lake.as_uri()))


@pytest.mark.parametrize(
    "images", [["lake.png"], ("lake.png",), iter(["lake.png"]), "lake.png", Path("lake.png")]
)
def test_a_list_of_images_takes_them_bare(images: Any) -> None:
    (item,) = VideoGenerationRequest(prompt="x", image_list=images).image_list
    assert (item.image.path, item.type) == (Path("lake.png"), "auto")


def test_several_bare_images_are_references() -> None:
    request = VideoGenerationRequest(
        prompt="x", image_list=["https://a.example/1.png", "https://a.example/2.png"]
    )
    with Gateway(environ={}) as gateway:
        config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1/reference-to-video")
        assert len(gateway.plan_video(config, request).attempts[0].payload["image_urls"]) == 2  # type: ignore[arg-type]  # JSON


def test_an_image_and_a_list_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="image is another name of image_list; set one of them"):
        VideoGenerationRequest(prompt="x", image="lake.png", image_list=["lake.png"])
    assert VideoGenerationRequest(prompt="x", image=None, image_list=["lake.png"]).image_list


def test_a_duration_has_a_short_name() -> None:
    assert VideoGenerationRequest(prompt="x", duration="6").duration_seconds == 6.0  # type: ignore[arg-type]  # as 0.1.0 took it
    with Gateway(environ={}) as gateway:
        plan = gateway.plan_video("fal/fal-ai/veo3.1", prompt="x", duration=4)
    assert plan.attempts[0].payload["duration"] == "4s"
    with pytest.raises(
        ValidationError, match="duration is another name of duration_seconds; set one of them"
    ):
        VideoGenerationRequest(prompt="x", duration=4, duration_seconds=4)


def test_an_input_image_takes_its_image_by_position() -> None:
    assert ImageInput("lake.png") == ImageInput(image="lake.png")
    assert ImageInput("lake.png", type="last_frame").type == "last_frame"
    with pytest.raises(ValidationError, match="its role by name, such as type='last_frame'"):
        ImageInput("lake.png", "last_frame")  # type: ignore[call-arg]  # the mistake
    with pytest.raises(ValidationError, match="image"):
        ImageInput()  # type: ignore[call-arg]  # the mistake


def test_a_job_says_what_it_is_for(gateway: Gateway) -> None:
    text = gateway.submit_video(VEO, prompt="a boat", mock=MOCK).to_json()
    assert resume(Job[VideoGenerationResponse].from_json(text)).video
    assert Job[VideoGenerationResponse].from_json(text) == Job.from_json(text)
    with pytest.raises(
        ValidationError, match="a job for VideoGenerationResponse, not ImageGenerationResponse"
    ):
        Job[ImageGenerationResponse].from_json(text)


def test_a_configuration_for_images_does_not_serve_videos(gateway: Gateway) -> None:
    with pytest.raises(ValidationError, match="expected VideoGenerationConfig, got ImageGenerationConfig"):
        gateway.plan_video(ImageGenerationConfig(provider="fal", model="m"), prompt="x")  # type: ignore[call-overload]  # the mistake
