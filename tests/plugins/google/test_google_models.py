from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from typing import cast

import pytest
from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials

import tarash_gateway_google as google
from plugins.google.google_calls import PROJECT
from simulators.google import GoogleSimulator
from tarash.tarash_gateway import Gateway, ImageGenerationConfig, ImageGenerationRequest
from tarash.tarash_gateway.mapping import ModalityName
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.plugin import Call, Mapped, Media, ValidationError
from tarash.tarash_gateway.testing import call_for, drive, map_for
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png
from tarash_gateway_google.connection import connect
from tarash_gateway_google.models import route_of, row_of
from tarash_gateway_google.uploads import with_uploads

OMNI = "gemini-omni-1.2-flash"
VEO = "veo-3.1-generate-001"
FLASH = "gemini-3.1-flash-image"
PRO = "gemini-3-pro-image"
PNG = base64.b64encode(tiny_png()).decode()
BYTES = {"bytesBase64Encoded": PNG, "mimeType": "image/png"}


def image(role: str, value: object = None) -> dict[str, object]:
    return {"image": tiny_png() if value is None else value, "type": role}


def wire_body(call: Call, mapped: Mapped) -> dict[str, object]:
    """The body as it is sent, for inputs that need no request of their own."""
    connection, _ = drive(connect(call))
    body, _ = drive(with_uploads(connection, mapped.payload, route_of(call)))
    return body


def test_omni_is_asked_as_the_official_client_asks(simulator: GoogleSimulator) -> None:
    options = types.HttpOptions(base_url=simulator.url)
    with genai.Client(api_key=simulator.api_key, http_options=options) as client:
        client.interactions.create(
            model=OMNI,
            input=[
                {"type": "text", "text": "<FIRST_FRAME> it jumps"},
                {"type": "image", "mime_type": "image/png", "data": PNG},
            ],
            background=True,
            generation_config={"seed": 7, "video_config": {"task": "image_to_video"}},
            response_format={
                "type": "video",
                "aspect_ratio": "16:9",
                "resolution": "1080p",
                "duration": "6s",
                "delivery": "uri",
            },
        )
    call = call_for(google, OMNI)
    mapped = map_for(
        google,
        call,
        prompt="it jumps",
        seed=7,
        aspect_ratio="16:9",
        resolution="1080p",
        duration_seconds=6,
        image_list=[image("first_frame")],
    )
    assert wire_body(call, mapped) == simulator.requests[0].json


def test_veo_is_asked_as_the_official_client_asks(simulator: GoogleSimulator) -> None:
    frame = types.Image(image_bytes=tiny_png(), mime_type="image/png")
    with genai.Client(
        vertexai=True,
        project="film",
        location="us-central1",
        credentials=Credentials("ya29.simulated"),  # type: ignore[no-untyped-call] # google-auth is untyped
        http_options=types.HttpOptions(base_url=simulator.url),
    ) as client:
        client.models.generate_videos(
            model=VEO,
            source=types.GenerateVideosSource(prompt="a lighthouse", image=frame),
            config=types.GenerateVideosConfig(
                number_of_videos=2,
                duration_seconds=6,
                aspect_ratio="9:16",
                resolution="1080p",
                generate_audio=False,
                seed=42,
                negative_prompt="text",
                enhance_prompt=True,
                person_generation="allow_adult",
                output_gcs_uri="gs://bucket/films/",
                last_frame=types.Image(gcs_uri="gs://bucket/last.png", mime_type="image/png"),
            ),
        )
    call = call_for(google, VEO, provider_config={**PROJECT, "storage_uri": "gs://bucket/films/"})
    mapped = map_for(
        google,
        call,
        prompt="a lighthouse",
        number_of_videos=2,
        duration_seconds=6,
        aspect_ratio="9:16",
        resolution="1080p",
        generate_audio=False,
        seed=42,
        negative_prompt="text",
        enhance_prompt=True,
        image_list=[image("first_frame"), image("last_frame", "gs://bucket/last.png")],
        extra_params={"personGeneration": "allow_adult"},
    )
    assert wire_body(call, mapped) == simulator.requests[0].json


def test_a_picture_is_asked_for_as_the_official_client_does(simulator: GoogleSimulator) -> None:
    with genai.Client(
        api_key=simulator.api_key, http_options=types.HttpOptions(base_url=simulator.url)
    ) as client:
        client.models.generate_content(
            model=FLASH,
            contents=types.UserContent(
                [
                    types.Part.from_text(text="a paper boat"),
                    types.Part.from_bytes(data=b"abc", mime_type="image/png"),
                ]
            ),
            config=types.GenerateContentConfig(
                response_modalities=["IMAGE"],
                seed=7,
                image_config=types.ImageConfig(aspect_ratio="16:9", image_size="2K"),
            ),
        )
    call = call_for(google, FLASH, "image")
    reference = {"content": b"abc", "content_type": "image/png"}
    mapped = map_for(
        google,
        call,
        seed=7,
        aspect_ratio="16:9",
        size="2k",
        image_list=[image("reference", reference)],
    )
    sent = cast("dict[str, object]", simulator.requests[0].json)
    ours = wire_body(call, mapped)
    assert ours["generationConfig"] == sent["generationConfig"]
    # inside of parts the client writes inline_data and mime_type, which protocol buffers read alike
    assert ours["contents"] == [
        {
            "role": "user",
            "parts": [{"text": "a paper boat"}, {"inlineData": {"mimeType": "image/png", "data": "YWJj"}}],
        }
    ]


@pytest.mark.parametrize(
    ("roles", "text", "task"),
    [
        pytest.param([], "a paper boat", None, id="text"),
        pytest.param(["first_frame"], "<FIRST_FRAME> a paper boat", "image_to_video", id="first"),
        pytest.param(["first_frame", "last_frame"], "a paper boat", "image_to_video", id="first-and-last"),
        pytest.param(
            ["reference", "asset"],
            "[# References <IMAGE_REF_0>@Image1 <IMAGE_REF_1>@Image2] a paper boat",
            "reference_to_video",
            id="references",
        ),
        pytest.param(
            ["first_frame", "reference"],
            "[# Sources <FIRST_FRAME>@Image1] [# References <IMAGE_REF_0>@Image2] a paper boat",
            None,
            id="first-and-reference",
        ),
    ],
)
def test_omni_is_told_in_the_prompt_what_images_are_for(
    roles: list[str], text: str, task: str | None
) -> None:
    call = call_for(google, OMNI)
    body = wire_body(call, map_for(google, call, image_list=[image(role) for role in roles]))
    config = cast("Mapping[str, Mapping[str, str]]", body.get("generation_config", {}))
    assert config.get("video_config", {}).get("task") == task
    if not roles:
        assert body["input"] == text
        return
    (step,) = cast("list[dict[str, list[dict[str, str]]]]", body["input"])
    assert step["content"][0] == {"type": "text", "text": text}
    assert [part["type"] for part in step["content"][1:]] == ["image"] * len(roles)


def test_a_prompt_with_tags_stays_as_it_is() -> None:
    call = call_for(google, OMNI)
    body = wire_body(
        call, map_for(google, call, prompt="pan <FIRST_FRAME>", image_list=[image("first_frame")])
    )
    assert "'pan <FIRST_FRAME>'" in str(body["input"])


def test_an_input_video_is_edited_unless_told_to_be_extended() -> None:
    call = call_for(google, OMNI)
    edit = wire_body(call, map_for(google, call, video="https://media.test/clip.mp4"))
    extend = {"generation_config": {"video_config": {"task": "extend"}}}
    longer = wire_body(call, map_for(google, call, video=tiny_mp4(), extra_params=extend))
    assert edit["generation_config"] == {"video_config": {"task": "edit"}}
    assert longer["generation_config"] == {"video_config": {"task": "extend"}}
    part = {"type": "video", "uri": "https://media.test/clip.mp4", "mime_type": "video/mp4"}
    assert part in cast("list[dict[str, list[object]]]", edit["input"])[0]["content"]


@pytest.mark.parametrize(
    ("provider_config", "delivery"),
    [
        pytest.param({}, {"delivery": "uri"}, id="gemini"),
        pytest.param(PROJECT, {"delivery": "inline"}, id="vertex"),
        pytest.param(
            {**PROJECT, "storage_uri": "gs://b/f/"}, {"delivery": "uri", "gcs_uri": "gs://b/f/"}, id="bucket"
        ),
    ],
)
def test_a_link_is_asked_for_where_there_can_be_one(
    provider_config: dict[str, object], delivery: dict[str, str]
) -> None:
    mapped = map_for(google, call_for(google, OMNI, provider_config=provider_config))
    assert mapped.payload["response_format"] == {"type": "video", **delivery}


def test_the_webhook_is_named_in_the_request_on_the_gemini_api_only() -> None:
    address = "https://films.test/done"
    gemini = map_for(google, call_for(google, OMNI, webhook_url=address))
    vertex = map_for(google, call_for(google, OMNI, webhook_url=address, provider_config=PROJECT))
    assert gemini.payload["webhook_config"] == {"uris": [address]}
    assert "webhook_config" not in vertex.payload
    assert (gemini.takes_webhook_url, vertex.takes_webhook_url) == (True, False)


def test_a_video_in_the_answer_has_no_webhook() -> None:
    call = call_for(google, OMNI, webhook_url="https://films.test/done")
    mapped = map_for(google, call, extra_params={"store": False})
    assert "webhook_config" not in mapped.payload
    assert not mapped.takes_webhook_url


def test_extra_parameters_of_omni_win() -> None:
    payload = map_for(
        google, call_for(google, OMNI), extra_params={"background": False, "store": True}
    ).payload
    assert payload["background"] is False
    assert payload["store"] is True


def test_without_storing_there_is_no_background() -> None:
    assert "background" not in map_for(google, call_for(google, OMNI), extra_params={"store": False}).payload


def test_references_of_veo_are_assets_of_eight_seconds() -> None:
    call = call_for(google, VEO, provider_config=PROJECT)
    body = wire_body(
        call, map_for(google, call, duration_seconds=8, image_list=[image("asset"), image("asset")])
    )
    (instance,) = cast("list[dict[str, object]]", body["instances"])
    assert instance["referenceImages"] == [{"image": BYTES, "referenceType": "asset"}] * 2
    assert body["parameters"] == {"durationSeconds": 8, "generateAudio": True}


def test_a_lone_reference_is_the_image_of_veo() -> None:
    call = call_for(google, VEO, provider_config=PROJECT)
    (instance,) = cast(
        "list[dict[str, object]]",
        wire_body(call, map_for(google, call, image_list=[image("reference")]))["instances"],
    )
    assert instance["image"] == BYTES


def test_extra_parameters_of_veo_are_parameters_unless_they_belong_elsewhere() -> None:
    call = call_for(google, VEO, provider_config=PROJECT)
    extra = {"resizeMode": "pad", "labels": {"team": "film"}, "instance": {"mask": {"maskMode": "insert"}}}
    payload = map_for(google, call, extra_params=extra).payload
    assert payload["labels"] == {"team": "film"}
    assert cast("dict[str, object]", payload["parameters"])["resizeMode"] == "pad"
    assert cast("list[dict[str, object]]", payload["instances"])[0]["mask"] == {"maskMode": "insert"}


def test_the_old_veo_of_the_gemini_api_gets_no_parameter_it_never_had() -> None:
    call = call_for(google, "veo-3.1-generate-preview", base_url="https://proxy.test")
    payload = map_for(google, call, duration_seconds=8, generate_audio=True).payload
    assert payload["parameters"] == {"durationSeconds": 8}
    with pytest.raises(ValidationError, match="seed"):
        map_for(google, call, seed=1)


def test_imagen_is_asked_for_one_picture_if_one_is_wanted() -> None:
    # its own default is 4
    payload = map_for(google, call_for(google, "imagen-4.0-generate-001", "image"), n=1).payload
    assert payload["parameters"] == {"sampleCount": 1, "includeRaiReason": True}


@pytest.mark.parametrize(
    ("size", "usd"),
    [(None, 0.0672), ("1k", 0.0672), ("512", 0.045), ("2k", 0.101), ("4k", 0.151), ("2048x2048", 0.101)],
)
def test_the_price_of_a_flash_picture_depends_on_its_size(size: str | None, usd: float) -> None:
    with Gateway() as gateway:
        plan = gateway.plan_image(
            ImageGenerationConfig(provider="google", model="gemini-3.1-flash-image"),
            ImageGenerationRequest(prompt="a boat", size=size),
        )
    assert plan.attempts[0].estimated_cost_usd == usd


@pytest.mark.parametrize(
    ("model", "modality", "notice"),
    [
        ("veo-3.1-generate-001", "video", "was retired on Vertex AI on 2026-11-17"),
        ("veo-3.1-generate-preview", "video", "was retired on the Gemini API on 2026-10-22"),
        (
            "gemini-omni-1.1-flash",
            "video",
            "was retired on the Gemini API on 2026-12-03; use gemini-omni-1.2",
        ),
        ("gemini-omni-flash-preview", "video", "was retired on 2026-11-06; use gemini-omni-1.2-flash"),
        ("gemini-3.1-flash-image", "image", "was retired on Vertex AI on 2027-05-28"),
        ("gemini-3-pro-image", "image", "was retired on Vertex AI on 2027-05-28"),
    ],
)
def test_the_end_of_a_model_names_the_server_that_it_ends_on(
    model: str, modality: ModalityName, notice: str
) -> None:
    row = call_for(google, model, modality).row
    assert notice in (row.end_notice(date(2027, 6, 1)) or "")


def test_imagen_with_a_seed_has_no_watermark() -> None:
    payload = map_for(
        google, call_for(google, "imagen-4.0-generate-001", "image"), seed=3, n=2, size="1k"
    ).payload
    assert payload == {
        "instances": [{"prompt": "a paper boat"}],
        "parameters": {
            "sampleCount": 2,
            "sampleImageSize": "1K",
            "seed": 3,
            "includeRaiReason": True,
            "addWatermark": False,
        },
    }


@pytest.mark.parametrize(("quality", "level"), [("low", "MINIMAL"), ("high", "HIGH")])
def test_quality_is_how_long_a_flash_model_thinks(quality: str, level: str) -> None:
    payload = map_for(google, call_for(google, FLASH, "image"), quality=quality).payload
    generation = cast("dict[str, object]", payload["generationConfig"])
    assert generation["thinkingConfig"] == {"thinkingLevel": level}


@pytest.mark.parametrize(
    ("size", "config"),
    [
        pytest.param("4k", {"imageSize": "4K"}, id="step"),
        pytest.param("1024x1024", {"aspectRatio": "1:1", "imageSize": "1K"}, id="small"),
        pytest.param("1920x1080", {"aspectRatio": "16:9", "imageSize": "2K"}, id="wide"),
        pytest.param("4096x4096", {"aspectRatio": "1:1", "imageSize": "4K"}, id="large"),
    ],
)
def test_a_size_chooses_step_and_shape(size: str, config: dict[str, str]) -> None:
    generation = map_for(google, call_for(google, PRO, "image"), size=size).payload["generationConfig"]
    assert cast("dict[str, object]", generation)["imageConfig"] == config


def test_the_step_of_a_size_in_pixels_counts_for_the_price() -> None:
    call = call_for(google, PRO, "image")
    large = map_for(google, call, size="4096x4096").values
    assert estimate_cost_usd(call.row, large, count_field="n") == 0.24
    assert estimate_cost_usd(call.row, map_for(google, call).values, count_field="n") == 0.134


def test_vertex_options_of_pictures_go_to_the_image_config() -> None:
    call = call_for(google, PRO, "image", provider_config=PROJECT)
    extra = {"personGeneration": "ALLOW_NONE", "safetySettings": []}
    payload = map_for(google, call, aspect_ratio="1:1", extra_params=extra).payload
    generation = cast("dict[str, object]", payload["generationConfig"])
    assert generation["imageConfig"] == {"aspectRatio": "1:1", "personGeneration": "ALLOW_NONE"}
    assert payload["safetySettings"] == []


@pytest.mark.parametrize(
    ("model", "fields", "message"),
    [
        pytest.param(OMNI, {"duration_seconds": 20}, "3 to 15 seconds", id="too-long"),
        pytest.param(OMNI, {"aspect_ratio": "1:1"}, "16:9 or 9:16", id="shape"),
        pytest.param(OMNI, {"generate_audio": False}, "always uses", id="silence"),
        pytest.param(OMNI, {"number_of_videos": 2}, "not an option", id="several"),
        pytest.param(OMNI, {"image_list": [image("last_frame")]}, "first_frame is required", id="last-alone"),
        pytest.param(
            "gemini-omni-1.1-flash", {"image_list": [image("asset")] * 6}, "at most 5", id="references"
        ),
        pytest.param(
            OMNI,
            {"image_list": [image("first_frame"), image("last_frame"), image("asset")]},
            "two tasks",
            id="two-tasks",
        ),
        pytest.param(
            OMNI,
            {"image_list": [image("first_frame"), image("last_frame"), image("style")]},
            "two tasks",
            id="two-tasks-with-style",
        ),
        pytest.param(
            "veo-2.0-generate-001",
            {"duration_seconds": 5, "image_list": [image("style")]},
            "with style images",
            id="veo-2-style",
        ),
        pytest.param(VEO, {"duration_seconds": 5}, "use 4, 6 or 8", id="veo-duration"),
        pytest.param(VEO, {"image_list": [image("style")]}, "not an input of this model", id="veo-style"),
        pytest.param(
            VEO, {"duration_seconds": 4, "image_list": [image("asset")]}, "with asset images", id="veo-assets"
        ),
        pytest.param("veo-3.1-lite-generate-001", {"resolution": "4k"}, "720p or 1080p", id="lite-4k"),
    ],
)
def test_what_a_model_does_not_take_is_refused_with_what_it_takes(
    model: str, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        map_for(google, call_for(google, model), **fields)


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        pytest.param("gemini-omni-1.1-flash", {"duration_seconds": 10}, 1.0136, id="omni-1.1"),
        pytest.param(OMNI, {"duration_seconds": 10}, 0.695, id="omni-1.2"),
        pytest.param(VEO, {}, 3.2, id="veo-default"),
        pytest.param(VEO, {"resolution": "4k", "number_of_videos": 2}, 9.6, id="veo-4k"),
        pytest.param("veo-3.1-fast-generate-001", {"resolution": "1080p"}, 0.96, id="fast"),
        pytest.param(OMNI, {"duration_seconds": 4, "resolution": "4k"}, None, id="unknown"),
    ],
)
def test_prices(model: str, fields: dict[str, object], usd: float | None) -> None:
    call = call_for(google, model)
    values = map_for(google, call, **fields).values
    assert estimate_cost_usd(call.row, values, count_field="number_of_videos") == usd


@pytest.mark.parametrize("name", [f"models/{VEO}", f"publishers/google/models/{VEO}", f"google/{VEO}"])
def test_a_resource_name_finds_the_row_of_its_model(name: str) -> None:
    assert row_of(call_for(google, name)).id == VEO


@pytest.mark.parametrize("row", google.tarash_models().rows, ids=lambda row: f"{row.modality}:{row.id}")
def test_every_row_maps_a_prompt(row: object) -> None:
    from tarash.tarash_gateway.mapping import Model

    assert isinstance(row, Model)
    call = call_for(google, row.example_name, row.modality)
    assert call.row is row
    mapped = map_for(google, call)
    assert "a paper boat" in str(mapped.payload)
    assert not any(isinstance(value, Media) for value in mapped.payload.values())
