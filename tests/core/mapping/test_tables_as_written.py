"""Tables as articles and plugins write them: positional values, every spelling of a role, and nothing that silently never matches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.mapping.rows import map_video, row
from tarash.tarash_gateway import (
    Gateway,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
    find_models,
)
from tarash.tarash_gateway.discovery import Registry, installed_entry_points
from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)

URL = "https://x.example/a.png"
FAL_VEO3_MAPPERS = {
    "prompt": passthrough_field_mapper("prompt", required=True),
    "duration": duration_field_mapper("int", [4, 8]),
    "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
    "image_url": single_image_field_mapper(image_type="start_frame"),
}


def test_a_table_of_four_lines_serves_a_model_and_its_variants() -> None:
    registry = Registry(lambda group: [item for item in installed_entry_points(group) if item.name == "fal"])
    request = VideoGenerationRequest(
        prompt="a calm lake",
        duration_seconds=4,
        aspect_ratio="16:9",
        image_list=[{"image": URL, "type": "start_frame"}],
    )
    with Gateway(registry=registry, environ={}) as gateway:
        registry.add_model(
            "fal", Model(id="fal-ai/veo9", modality="video", fields=FAL_VEO3_MAPPERS, source="this test")
        )
        for model in ("fal-ai/veo9", "fal-ai/veo9/fast"):
            config = VideoGenerationConfig(provider="fal", model=model)
            assert gateway.plan_video(config, request).attempts[0].payload == {
                "prompt": "a calm lake",
                "duration": 4,
                "aspect_ratio": "16:9",
                "image_url": URL,
            }
        config = VideoGenerationConfig(provider="fal", model="fal-ai/veo9")
        with pytest.raises(
            ValidationError, match="duration_seconds=12 is not offered; use 4 or 8; the nearest is 8"
        ):
            gateway.plan_video(config, request.model_copy(update={"duration_seconds": 12}))


@pytest.mark.parametrize(
    ("mapper", "asked", "payload_value"),
    [
        pytest.param(duration_field_mapper("int", [4, 8, 12]), {"duration_seconds": 12}, 12, id="integers"),
        pytest.param(
            duration_field_mapper("str", ["6s", "10s"]), {"duration_seconds": 6}, "6s", id="with-a-unit"
        ),
        pytest.param(duration_field_mapper("str", ["5", "10"]), {"duration_seconds": 5}, "5", id="digits"),
        pytest.param(
            duration_field_mapper("int", ["5s"]), {"duration_seconds": 5}, 5, id="integers-from-texts"
        ),
        pytest.param(
            single_image_field_mapper(image_type="end_frame"),
            {"image_list": [{"image": URL, "type": "last_frame"}]},
            URL,
            id="end-frame",
        ),
        pytest.param(
            single_image_field_mapper("first_frame"),
            {"image_list": [{"image": URL, "type": "start_frame"}]},
            URL,
            id="first-frame",
        ),
        pytest.param(
            image_list_field_mapper(["start_frame", "reference"]),
            {"image_list": [{"image": URL, "type": "reference"}, {"image": URL, "type": "first_frame"}]},
            [URL, URL],
            id="list",
        ),
        pytest.param(video_url_field_mapper(), {"video": URL}, URL, id="video"),
    ],
)
def test_a_mapper_as_written(mapper: FieldMapper, asked: dict[str, object], payload_value: object) -> None:
    assert map_video(mapper, "error", **asked).payload == {"wire": payload_value}


def test_an_extra_parameter_is_sent_under_its_own_name() -> None:
    table = row({"character_orientation": extra_params_field_mapper("character_orientation")})
    mapped = map_video(table, "error", extra_params={"character_orientation": "video"})
    assert mapped.payload == {"character_orientation": "video"}


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: single_image_field_mapper(image_type="strat_frame"), id="one"),  # type: ignore[arg-type]  # the mistake
        pytest.param(lambda: single_image_field_mapper("first_frame", also=["frame"]), id="also"),  # type: ignore[list-item]  # the mistake
        pytest.param(lambda: image_list_field_mapper(("reference", "refs")), id="several"),  # type: ignore[arg-type]  # the mistake
    ],
)
def test_a_role_that_does_not_exist_is_refused(make: Callable[[], FieldMapper]) -> None:
    with pytest.raises(ValidationError, match="; use 'reference', 'first_frame', 'last_frame'") as caught:
        make()
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("values", [["short"], [""]])
def test_lengths_that_are_not_seconds_are_refused(values: list[str]) -> None:
    with pytest.raises(ValueError, match="use finite numbers of seconds above 0, such as 8"):
        duration_field_mapper("str", values)


@pytest.mark.parametrize(("values", "suffix"), [(["6s", "10sec"], ""), (["6s"], " s")])
def test_lengths_with_different_endings_are_refused(values: list[str], suffix: str) -> None:
    with pytest.raises(ValueError, match="with different endings; use one, such as '8s'"):
        duration_field_mapper("str", values, suffix=suffix)


def test_a_field_that_no_request_has_is_refused() -> None:
    registry = Registry(lambda group: [item for item in installed_entry_points(group) if item.name == "fal"])
    wrong = Model(
        id="fal-ai/veo9",
        modality="video",
        fields={"seconds": passthrough_field_mapper("duration")},
        source="this test",
    )
    with pytest.raises(
        ValidationError,
        match="maps 'duration', which is not a field of video requests; did you mean 'duration_seconds'",
    ):
        registry.add_model("fal", wrong)


def test_every_row_of_every_plugin_maps_fields_that_exist() -> None:
    for found in find_models():
        found.model.check_fields()


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("minimax/video-02", "minimax/"),
        ("minimax/video-02:3f9d6b1c", "minimax/"),
        ("minimax/video-01:3f9d6b1c", "minimax/video-01"),
        ("kwaivgi/kling-v4-video", "kwaivgi/"),
        ("google/veo-4", "google/veo"),
        ("bytedance/seedance-3", "bytedance/seedance"),
        ("acme/video", "*"),
    ],
)
def test_a_version_that_is_not_listed_maps_like_its_family(model: str, family: str) -> None:
    registry = Registry(installed_entry_points)
    found = registry.get("replicate").catalogue.lookup(model, "video")
    assert found is not None
    assert found.id == family


def test_an_unlisted_version_of_minimax_has_the_names_of_its_family() -> None:
    config = VideoGenerationConfig(provider="replicate", model="minimax/video-02:3f9d6b1c")
    request = VideoGenerationRequest(
        prompt="a lake", image_list=[{"image": URL, "type": "start_frame"}], enhance_prompt=False
    )
    with Gateway(environ={}) as gateway:
        (attempt,) = gateway.plan_video(config, request).attempts
    assert attempt.payload == {"prompt": "a lake", "first_frame_image": URL, "prompt_optimizer": False}
