"""What fal charges: estimates of requests, and the price list."""

from __future__ import annotations

import pytest

import tarash_gateway_fal as fal
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.testing import call_for, map_for
from tarash_gateway_fal.price_list import PRICES, listed

ROWS = {row.id: row for row in fal.tarash_models().rows}


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        ("fal-ai/veo3.1", {"duration_seconds": 8}, 3.2),
        ("fal-ai/veo3.1", {"duration_seconds": 4, "generate_audio": False}, 0.8),
        ("fal-ai/veo3.1", {"duration_seconds": 8, "resolution": "4k"}, 4.8),
        ("fal-ai/veo3.1/fast", {}, 1.2),
        ("fal-ai/sora-2/text-to-video/pro", {"duration_seconds": 4}, 2.0),
        ("fal-ai/kling-video/v3/standard/text-to-video", {}, 0.63),
        ("fal-ai/kling-video/v3/pro/text-to-video", {}, 0.84),
        ("fal-ai/kling-video/v3/turbo/standard/text-to-video", {"duration_seconds": 10}, 1.12),
        ("fal-ai/kling-video/v1.6/standard/text-to-video", {"duration_seconds": 10}, 0.56),
        ("fal-ai/minimax/hailuo-2.3/standard/text-to-video", {"duration_seconds": 10}, 0.56),
        ("fal-ai/minimax/hailuo-02/pro/text-to-video", {}, 0.48),
        ("bytedance/seedance-2.5/text-to-video", {"duration_seconds": 10, "resolution": "720p"}, 4.73),
        ("bytedance/seedance-2.0/mini/text-to-video", {"duration_seconds": 10, "resolution": "720p"}, 1.517),
        ("fal-ai/bytedance/seedance/v1/pro/text-to-video", {"resolution": "1080p"}, 0.6075),
        ("fal-ai/wan/v2.2-a14b/text-to-video", {"duration_seconds": 5, "resolution": "580p"}, 0.3),
        ("fal-ai/wan/v2.2-a14b/text-to-video/turbo", {}, 0.1),
        ("fal-ai/pixverse/v5.6/text-to-video", {}, 0.45),
        ("fal-ai/pixverse/v5.6/text-to-video", {"generate_audio": True}, 0.9),
        ("fal-ai/pixverse/v5.6/text-to-video", {"generate_audio": True, "duration_seconds": 8}, None),
        ("fal-ai/pixverse/v5/text-to-video", {"resolution": "720p", "duration_seconds": 8}, 0.4),
        ("fal-ai/vidu/q3/text-to-video", {}, 0.77),
        ("fal-ai/vidu/q3/text-to-video/turbo", {"resolution": "360p"}, 0.175),
        ("fal-ai/luma-dream-machine/ray-2", {"duration_seconds": 9, "resolution": "720p"}, 2.0),
        ("fal-ai/longcat-video/text-to-video/720p", {"duration_seconds": 5}, 0.2),
        # the model's own length and resolution
        ("fal-ai/longcat-video/text-to-video/720p", {}, 0.216),
        ("fal-ai/wan/v2.2-a14b/text-to-video", {}, 0.4),
        ("fal-ai/wan/v2.2-5b/text-to-video", {}, 0.15),
        ("fal-ai/bytedance/seedance/v1/lite/text-to-video", {}, 0.108),
        ("fal-ai/bytedance/seedance/v1/pro/text-to-video", {}, 0.6075),
        # a tier that nobody has seen has no price
        ("fal-ai/kling-video/v3/ultra/text-to-video", {}, None),
        ("some-owner/some-model", {}, None),
    ],
)
def test_the_cost_is_estimated_where_the_price_is_known(
    model: str, fields: dict[str, object], usd: float | None
) -> None:
    call = call_for(fal, model)
    values = map_for(fal, call, **fields).values
    assert estimate_cost_usd(call.row, values, count_field="number_of_videos") == usd


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        ("bytedance/seedream/v5.5/text-to-image", {}, 0.0405),
        ("bytedance/seedream/v5.5/text-to-image", {"size": "auto_1.5k", "n": 2}, 0.06),
        ("bytedance/seedream/v5.5/text-to-image", {"size": "2048x2048"}, None),
        ("bytedance/seedream/v5/pro/text-to-image", {}, 0.135),
        ("bytedance/seedream/v5/pro/text-to-image", {"size": "square_hd"}, 0.0675),
    ],
)
def test_a_picture_of_seedream_costs_by_its_area(
    model: str, fields: dict[str, object], usd: float | None
) -> None:
    call = call_for(fal, model, "image")
    assert estimate_cost_usd(call.row, map_for(fal, call, **fields).values, count_field="n") == usd


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        ("fal-ai/flux/dev", {}, 0.025),
        ("fal-ai/flux/dev", {"aspect_ratio": "16:9", "n": 4}, 0.1),
        ("fal-ai/flux/dev", {"size": "1024x1024"}, 0.025),
        ("fal-ai/flux/schnell", {"size": "1536x1024"}, 0.006),
        # whether others round up is not known
        ("fal-ai/z-image/turbo", {}, None),
        ("fal-ai/flux-2-pro", {}, 0.03),
        ("fal-ai/flux-2-pro", {"aspect_ratio": "16:9"}, 0.03),
        ("fal-ai/flux-2-pro", {"size": "1920x1080"}, 0.045),
        ("fal-ai/flux-2-max", {"size": "2048x2048"}, 0.16),
        ("fal-ai/flux-2-flex", {"size": "1536x1024"}, 0.12),
        # the input images are billed, too
        ("fal-ai/flux-2-pro/edit", {"size": "1024x1024", "image_list": ["https://example.com/a.png"]}, None),
    ],
)
def test_a_picture_of_flux_costs_by_begun_megapixels(
    model: str, fields: dict[str, object], usd: float | None
) -> None:
    call = call_for(fal, model, "image")
    assert estimate_cost_usd(call.row, map_for(fal, call, **fields).values, count_field="n") == usd


@pytest.mark.parametrize(
    ("model", "pictures", "usd"),
    [
        ("openai/gpt-image-2/edit", 1, 0.219),
        ("openai/gpt-image-2/edit", 3, 0.245),
        ("openai/gpt-image-2.5/flare/edit", 1, 0.06568),
    ],
)
def test_the_input_pictures_of_an_edit_are_billed_too(model: str, pictures: int, usd: float) -> None:
    call = call_for(fal, model, "image")
    inputs = ["https://example.com/a.png"] * pictures
    values = map_for(fal, call, size="1024x1024", image_list=inputs).values
    assert estimate_cost_usd(call.row, values, count_field="n") == usd


def test_an_edit_of_omni_costs_as_much_as_one_of_the_longest_video() -> None:
    call = call_for(fal, "google/gemini-omni-flash/v1.1/edit")
    values = map_for(fal, call, video="https://example.com/a.mp4").values
    assert estimate_cost_usd(call.row, values, count_field="number_of_videos") == 1.0


@pytest.mark.parametrize(
    ("style", "usd"), [(None, 0.04), ("realistic_image", 0.04), ("vector_illustration/bold_stroke", None)]
)
def test_a_picture_of_recraft_costs_more_as_vectors(style: str | None, usd: float | None) -> None:
    call = call_for(fal, "fal-ai/recraft/v3/text-to-image", "image")
    assert estimate_cost_usd(call.row, map_for(fal, call, style=style).values, count_field="n") == usd


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        ("fal-ai/gemini-25-flash-image", 0.039),
        ("fal-ai/gemini-3-pro-image-preview/edit", 0.15),
        ("fal-ai/gemini-3.1-flash-image-preview", 0.08),
    ],
)
def test_a_model_costs_the_same_under_google_s_name(model: str, usd: float) -> None:
    assert estimate_cost_usd(call_for(fal, model, "image").row, {}, count_field="n") == usd


@pytest.mark.parametrize("name", PRICES)
def test_the_price_list_names_rows_that_name_no_price_themselves(name: str) -> None:
    assert ROWS[name].prices == (PRICES[name],)


def test_a_price_of_a_row_goes_before_the_list() -> None:
    row = ROWS["fal-ai/veo3.1"]
    assert listed(row) is row
