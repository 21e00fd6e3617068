"""The estimate of a cost next to extra parameters, which take precedence over the fields that the price depends on."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tarash.tarash_gateway.mapping import (
    Catalogue,
    Model,
    Price,
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    size_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.mapping.estimates import MOST_LEVELS, Estimate, estimate

CLIP = Model(
    id="clip",
    modality="video",
    fields={
        "prompt": passthrough_field_mapper("prompt"),
        "settings.seconds": duration_field_mapper("str", allowed_values=(4, 8)),
        "resolution": resolution_field_mapper(("720p", "1080p")),
        "extra_params": extra_params_field_mapper("draft", "mood"),
    },
    constants={"mode": "pro"},
    defaults={"duration_seconds": 4, "resolution": "720p"},
    prices=(
        Price(usd=0.1, unit="second", when={"resolution": "720p"}, source="the test"),
        Price(usd=0.2, unit="second", source="the test"),
    ),
    priced_params={"draft": False},
    source="the test",
)
OTHER = Model(
    id="other",
    modality="video",
    fields={"count": passthrough_field_mapper("number_of_videos"), "mode": passthrough_field_mapper("resolution")},
    source="the test",
)  # fmt: skip
PICTURE = Model(
    id="picture",
    modality="image",
    fields={
        "image_size": size_field_mapper(form="object"),
        "num_images": n_images_field_mapper(maximum=4),
        "images": image_list_field_mapper(("reference",)),
    },
    replaced_by={"images": "scene"},
    prices=(
        Price(usd=0.1, unit="megapixel", usd_per_input_image=0.01, usual_megapixels=1, source="the test"),
    ),
    source="the test",
)
FLAT = Model(
    id="flat",
    modality="image",
    fields={"image_size": size_field_mapper(form="object")},
    prices=(Price(usd=0.1, unit="image", source="the test"),),
    source="the test",
)
CATALOGUE = Catalogue((CLIP, OTHER, PICTURE, FLAT))


def _estimate(row: Model, extra: Mapping[str, object], **values: object) -> Estimate:
    count_field = "number_of_videos" if row.modality == "video" else "n"
    return estimate(row, values, extra, catalogue=CATALOGUE, count_field=count_field)


@pytest.mark.parametrize(
    ("row", "extra", "name"),
    [
        pytest.param(CLIP, {"settings": {"seconds": "8"}}, "seconds", id="at-the-path"),
        pytest.param(CLIP, {"seconds": "8"}, "seconds", id="moved-by-the-plugin"),
        pytest.param(CLIP, {"input": [{"settings": {"seconds": "8"}}]}, "seconds", id="below-another-object"),
        pytest.param(CLIP, {"settings": "fast"}, "settings", id="above-the-path"),
        pytest.param(CLIP, {"settings": {"seconds": None}}, "seconds", id="null"),
        pytest.param(CLIP, {"resolution": "1080p"}, "resolution", id="a-field-of-when"),
        pytest.param(CLIP, {"count": 3}, "count", id="a-count-that-another-row-has"),
        pytest.param(CLIP, {"mode": "4k"}, "mode", id="a-constant-that-another-row-prices"),
        pytest.param(CLIP, {"draft": True}, "draft", id="declared"),
        pytest.param(PICTURE, {"num_images": 4}, "num_images", id="count"),
        pytest.param(PICTURE, {"image_size": {"width": 2048, "height": 2048}}, "image_size", id="megapixels"),
        pytest.param(PICTURE, {"images": ["https://example.com/a.png"]}, "images", id="input-images"),
        pytest.param(PICTURE, {"scene": "a_scene"}, "scene", id="what-replaces-input-images"),
    ],
)
def test_a_parameter_that_may_change_the_price_makes_the_cost_unknown(
    row: Model, extra: dict[str, object], name: str
) -> None:
    assert _estimate(row, {}).usd is not None
    found = _estimate(row, extra)
    assert found.usd is None
    assert found.notice is not None
    assert found.notice.startswith(f"extra_params set {name!r}, which may change the price; ")


@pytest.mark.parametrize(
    ("row", "extra", "values", "usd"),
    [
        pytest.param(CLIP, {}, {}, 0.4, id="none"),
        pytest.param(CLIP, {"mood": "calm", "inputs": [{"audio": "a"}]}, {}, 0.4, id="other-names"),
        pytest.param(CLIP, {"settings": {"seconds": "4"}}, {}, 0.4, id="the-default"),
        pytest.param(CLIP, {"settings": {"seconds": "8"}}, {"duration_seconds": 8}, 0.8, id="as-asked"),
        pytest.param(CLIP, {"settings": {"mood": "calm"}}, {}, 0.4, id="next-to-the-path"),
        pytest.param(CLIP, {"count": 1, "mode": "pro", "draft": False}, {}, 0.4, id="the-usual-values"),
        pytest.param(PICTURE, {"num_images": 1}, {}, 0.1, id="one-image"),
        pytest.param(PICTURE, {"num_images": 3}, {"n": 3}, 0.3, id="the-count-as-asked"),
        pytest.param(FLAT, {"image_size": {"width": 2048, "height": 2048}}, {}, 0.1, id="no-price-by-size"),
    ],
)
def test_a_parameter_that_does_not_change_the_price_keeps_the_estimate(
    row: Model, extra: dict[str, object], values: dict[str, object], usd: float
) -> None:
    assert _estimate(row, extra, **values) == Estimate(usd)


@pytest.mark.parametrize(
    ("extra", "advice"),
    [
        ({"seconds": "8"}, "use duration_seconds instead"),
        ({"draft": True}, "leave it out"),
        ({"count": 3}, "leave it out"),
    ],
)
def test_the_notice_names_the_field_to_use_if_the_model_takes_it(
    extra: dict[str, object], advice: str
) -> None:
    notice = _estimate(CLIP, extra).notice
    assert notice is not None
    assert notice.endswith(f"; {advice}")


def test_parameters_are_searched_as_deep_as_promised() -> None:
    nested: dict[str, object] = {"seconds": "8"}
    for _ in range(MOST_LEVELS - 1):
        nested = {"inside": nested}
    assert _estimate(CLIP, nested).usd is None


def test_parameters_that_contain_themselves_are_searched_once() -> None:
    endless: dict[str, object] = {"mood": "calm"}
    endless["inside"] = endless
    assert _estimate(CLIP, endless).usd == 0.4


def test_a_model_without_a_price_needs_no_notice() -> None:
    assert _estimate(OTHER, {"count": 3}) == Estimate()


def test_a_price_per_second_asks_for_the_seconds() -> None:
    assert _estimate(CLIP, {"seconds": "8"}, duration_seconds=None) == Estimate(
        notice="the model costs $0.10 per second of output, and the request does not say how long that is; set duration_seconds"
    )


EDIT = Model(
    id="edit",
    modality="video",
    fields={"video": video_url_field_mapper(), "resolution": resolution_field_mapper(("720p", "1080p"))},
    prices=(Price(usd=0.3, unit="second", when={"resolution": "720p"}, source="the test"),),
    source="the test",
)


def test_a_model_whose_output_is_as_long_as_its_input_says_so() -> None:
    assert _estimate(EDIT, {}, resolution="720p") == Estimate(
        notice="the model costs $0.30 per second of output, and no field of the request sets how long that is: it follows from the input, "
        "which is not measured, or from extra_params; work out the cost yourself, or choose a model that takes duration_seconds"
    )


def test_a_request_for_which_there_is_no_price_says_what_the_prices_depend_on() -> None:
    assert _estimate(EDIT, {}, resolution="1080p").notice == (
        "the model has prices, but not for this request: they depend on duration_seconds, resolution; ask for what has a price"
    )


def test_a_row_that_was_added_later_counts() -> None:
    catalogue = Catalogue((FLAT,))
    extra = {"num_images": 4}
    assert estimate(FLAT, {}, extra, catalogue=catalogue, count_field="n").usd == 0.1
    catalogue.add(PICTURE)
    assert estimate(FLAT, {}, extra, catalogue=catalogue, count_field="n").usd is None
