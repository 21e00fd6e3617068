from __future__ import annotations

import base64
from pathlib import Path

import pytest

import tarash_gateway_stability as stability
from simulators.stability.fields import ENDPOINTS, complaints
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.plugin import Media, ValidationError
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_stability.payload import endpoint, form_parts

PNG = tiny_png()
PICTURE = {"image": PNG, "type": "reference"}
STYLE = {"image": PNG, "type": "style"}
BACKGROUND = {"image": PNG, "type": "asset"}
ROWS = [row for row in stability.tarash_models().rows if not row.generic]


def form(model: str, **fields: object) -> dict[str, object]:
    """The form that a request becomes: texts as texts, pictures as their content type."""
    call = call_for(stability, model)
    parts = form_parts(map_for(stability, call, **fields).payload)
    return {part.name: part.content_type if part.filename else part.value for part in parts}


@pytest.mark.parametrize(
    ("model", "fields", "path", "parts"),
    [
        pytest.param(
            "core",
            {"aspect_ratio": "16:9", "seed": 7, "extra_params": {"output_format": "png"}},
            "generate/core",
            {"prompt": "a paper boat", "aspect_ratio": "16:9", "seed": "7", "output_format": "png"},
            id="core",
        ),
        pytest.param(
            "ultra",
            {"image_list": [PICTURE], "style": "anime", "negative_prompt": "dogs"},
            "generate/ultra",
            {
                "prompt": "a paper boat",
                "image": "image/png",
                "strength": "0.65",
                "style_preset": "anime",
                "negative_prompt": "dogs",
            },
            id="ultra-from-a-picture",
        ),
        *(
            pytest.param(name, {}, f"generate/{path}", {"prompt": "a paper boat", **more}, id=name)
            for name, path, more in (
                ("stable-image-core", "core", {}),
                ("stable-image-ultra", "ultra", {}),
                ("sd3-medium", "sd3", {"model": "sd3.5-medium", "mode": "text-to-image"}),
                ("sd3-large-turbo", "sd3", {"model": "sd3.5-large-turbo", "mode": "text-to-image"}),
            )
        ),
        pytest.param(
            "sd3.5-medium",
            {"size": "1344x576", "extra_params": {"cfg_scale": 4.5}},
            "generate/sd3",
            {
                "prompt": "a paper boat",
                "aspect_ratio": "21:9",
                "cfg_scale": "4.5",
                "model": "sd3.5-medium",
                "mode": "text-to-image",
            },
            id="sd3-from-text",
        ),
        pytest.param(
            "sd3-large-turbo",
            {},
            "generate/sd3",
            {"prompt": "a paper boat", "model": "sd3.5-large-turbo", "mode": "text-to-image"},
            id="sd3-by-a-former-name",
        ),
        pytest.param(
            "sd3.5-flash",
            {"image_list": [{"image": PNG, "type": "first_frame"}], "extra_params": {"strength": 0.95}},
            "generate/sd3",
            {
                "prompt": "a paper boat",
                "image": "image/png",
                "strength": "0.95",
                "model": "sd3.5-flash",
                "mode": "image-to-image",
            },
            id="sd3-from-a-picture",
        ),
        pytest.param(
            "edit/inpaint",
            {"image_list": [PICTURE], "mask_image": PNG, "extra_params": {"grow_mask": 20}},
            "edit/inpaint",
            {"prompt": "a paper boat", "image": "image/png", "mask": "image/png", "grow_mask": "20"},
            id="inpaint",
        ),
        pytest.param(
            "edit/replace-background-and-relight",
            {
                "image_list": [PICTURE, BACKGROUND],
                "prompt": "",
                "extra_params": {
                    "light_reference": PNG,
                    "keep_original_background": True,
                    "light_source_direction": "left",
                },
            },
            "edit/replace-background-and-relight",
            {
                "subject_image": "image/png",
                "background_reference": "image/png",
                "light_reference": "image/png",
                "keep_original_background": "true",
                "light_source_direction": "left",
            },
            id="relight",
        ),
        pytest.param(
            "control/style-transfer",
            {"image_list": [STYLE, PICTURE], "prompt": ""},
            "control/style-transfer",
            {"init_image": "image/png", "style_image": "image/png"},
            id="style-transfer",
        ),
        pytest.param(
            "control/style",
            {"image_list": [PICTURE], "aspect_ratio": "9:16"},
            "control/style",
            {"prompt": "a paper boat", "image": "image/png", "aspect_ratio": "9:16"},
            id="style-guide-given-as-reference",
        ),
        pytest.param(
            "control/style",
            {"image_list": [STYLE], "style": "anime"},
            "control/style",
            {"prompt": "a paper boat", "image": "image/png", "style_preset": "anime"},
            id="style-guide-beside-a-style-word",
        ),
        pytest.param("nova", {}, "generate/nova", {"prompt": "a paper boat"}, id="a-generator-without-a-row"),
        pytest.param(
            "edit/harmonize",
            {"prompt": "", "image_list": [PICTURE]},
            "edit/harmonize",
            {"image": "image/png"},
            id="an-editor-without-a-row",
        ),
    ],
)
def test_a_request_becomes_the_form_of_its_endpoint(
    model: str, fields: dict[str, object], path: str, parts: dict[str, object]
) -> None:
    assert form(model, **fields) == parts
    assert endpoint(call_for(stability, model)) == path


def everything(row: Model) -> dict[str, object]:
    """A request with every field that a row takes."""
    names = {"reference": "reference", "asset": "asset", "style_image": "style"}
    roles = [role for name, role in names.items() if row.accepts(name)]
    if row.id == "control/style":
        roles = ["style"]
    fields: dict[str, object] = {
        "prompt": "a paper boat" if row.accepts("prompt") else "",
        "image_list": [{"image": PNG, "type": role} for role in roles],
        "extra_params": row.example_params,
    }
    given = {"negative_prompt": "dogs", "seed": 4294967294, "style": "3d-model", "mask_image": PNG}
    if not roles or not row.route.startswith("generate/sd3"):
        given["aspect_ratio"] = "9:21"
    return {**fields, **{name: value for name, value in given.items() if row.accepts(name)}}


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS])
def test_every_row_with_all_its_fields_is_taken_by_its_endpoint(row: Model) -> None:
    call = call_for(stability, row.id)
    parts = form_parts(map_for(stability, call, **everything(row)).payload)
    texts = {part.name: str(part.value) for part in parts if part.filename is None}
    files = {part.name: part.content_type for part in parts if part.filename is not None}
    assert complaints(endpoint(call), texts, files) == []


def test_every_endpoint_of_the_simulator_has_a_row() -> None:
    assert {row.route for row in ROWS} == set(ENDPOINTS)


@pytest.mark.parametrize(
    ("model", "fields", "says"),
    [
        pytest.param("core", {"aspect_ratio": "4:3"}, "nearest is 5:4", id="no-4-3"),
        pytest.param("core", {"n": 2}, "always uses n=1", id="one-picture-per-call"),
        pytest.param(
            "core", {"image_list": [PICTURE]}, "is not an input of this model", id="core-from-text-only"
        ),
        pytest.param(
            "sd3.5-large",
            {"image_list": [PICTURE], "aspect_ratio": "1:1"},
            "whose shape the result takes",
            id="ratio-with-a-picture",
        ),
        pytest.param("core", {"style": "cubism"}, "is not offered", id="unknown-style"),
        pytest.param("core", {"seed": 4294967295}, "out of range", id="seed-too-large"),
        pytest.param("edit/erase", {"prompt": ""}, "is required", id="no-picture"),
        pytest.param(
            "edit/outpaint", {"image_list": [PICTURE]}, "is required for this model", id="no-direction"
        ),
        pytest.param(
            "edit/search-and-replace", {"image_list": [PICTURE]}, "search_prompt", id="nothing-to-search"
        ),
        pytest.param(
            "edit/replace-background-and-relight",
            {"image_list": [PICTURE], "prompt": ""},
            "type 'asset'",
            id="no-background",
        ),
        pytest.param(
            "ultra",
            {"image_list": [{"image": b"GIF89a and so on", "type": "reference"}]},
            "image/webp",
            id="gif",
        ),
    ],
)
def test_what_an_endpoint_does_not_take_is_refused_with_what_it_takes(
    model: str, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        map_for(stability, call_for(stability, model), **fields)


def test_adjusting_takes_the_nearest_shape_and_one_picture() -> None:
    mapped = map_for(stability, call_for(stability, "core", unsupported="adjust"), aspect_ratio="4:3", n=3)
    assert mapped.payload["aspect_ratio"] == "5:4"
    assert {change.field for change in mapped.adjustments} == {"aspect_ratio", "n"}


@pytest.mark.parametrize("form_of", ["path", "bytes", "base64", "data-uri"])
def test_a_local_picture_travels_as_a_file_in_whatever_form_it_is_given(form_of: str, tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(PNG)
    text = base64.b64encode(PNG).decode()
    given = {"path": path, "bytes": PNG, "base64": text, "data-uri": f"data:image/png;base64,{text}"}[form_of]
    payload = map_for(
        stability, call_for(stability, "upscale/fast"), prompt="", image_list=[{"image": given}]
    ).payload
    image = payload["image"]
    assert isinstance(image, Media)
    assert (image.content, image.content_type) == (PNG, "image/png")


@pytest.mark.parametrize(
    ("model", "usd"),
    [("ultra", 0.08), ("sd3.5-large", 0.065), ("upscale/creative", 0.6), ("edit/outpaint", 0.04)],
)
def test_a_credit_is_a_cent(model: str, usd: float) -> None:
    assert (
        estimate_cost_usd(call_for(stability, model).row, {"prompt": "a paper boat"}, count_field="n") == usd
    )
