"""Image models, which Kling has in the legacy design only.

Route "images" chooses between one picture and several by the inputs; a path is that endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    Price,
    Rule,
    extra_params_field_mapper,
    image_ratio_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    size_field_mapper,
)

from .inputs import REFERENCE_FIELDS, image, images
from .prices import COMFY_2025

RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")
_PRICES = "Kling image price page, read 2026-09-20"
_PAGE = "Kling images/generations page, read 2026-09-20"
_NO_NEGATIVE = tuple(
    Rule(when={name: ()}, allow={"negative_prompt": ()}, reason="with an image; say it in the prompt")
    for name in REFERENCE_FIELDS
)


def _words() -> dict[str, FieldMapper]:
    return {
        "prompt": passthrough_field_mapper("prompt", required=True, max_length=2500),
        "negative_prompt": passthrough_field_mapper("negative_prompt", max_length=2500),
    }


TYPICAL_SECONDS = 32
"""The average of the first models (ComfyUI, comfy_api_nodes/nodes_kling.py of 2025-10-12, read 2026-11-27)."""


def _shape(*steps: str, ratios: tuple[str, ...] = RATIOS) -> dict[str, FieldMapper]:
    # exact pixels choose the nearest shape, so the ratio is chosen before the size step
    return {
        "aspect_ratio": image_ratio_field_mapper(ratios),
        "resolution": size_field_mapper(steps),
        "n": n_images_field_mapper(maximum=9),
    }


_INPUTS: Mapping[str, object] = dict.fromkeys(("image", "subject_image_list", "scene_image", "style_image"))
"""Names under which Kling takes the input pictures, which the fields do not have in the tables."""


def _generation(
    model: str, *extra: str, prices: tuple[Price, ...] = (), typical_seconds: float | None = None
) -> Model:
    return Model(
        id=model,
        modality="image",
        route="images",
        fields={
            **_words(),
            "references": images(1),
            **_shape("1k", "2k"),
            "extra_params": extra_params_field_mapper(*extra, "element_list", "watermark_info"),
        },
        rules=_NO_NEGATIVE,
        prices=prices,
        priced_params=_INPUTS if any(price.when for price in prices) else {},
        typical_seconds=typical_seconds,
        source=_PAGE,
    )


V3 = _generation("kling-v3", prices=(Price(usd=0.028, unit="image", source=_PRICES),))

V2_1 = Model(
    id="kling-v2-1",
    modality="image",
    route="images",
    fields={
        **_words(),
        # one picture is varied; two to four, or one with a style, are subjects to combine
        "references": images(4, ("reference", "asset")),
        "style_image": image("style"),
        **_shape("1k", "2k"),
        "extra_params": extra_params_field_mapper(
            "image_reference", "image_fidelity", "human_fidelity", "scene_image", "watermark_info"
        ),
    },
    rules=(
        *_NO_NEGATIVE,
        Rule(when={"style_image": ()}, allow={"size": ()}, reason="with a style image"),
    ),
    # one and several input images differ in price, which a table of fields cannot tell apart
    prices=(
        Price(
            usd=0.014,
            unit="image",
            when={"reference": None, "asset": None, "style_image": None},
            source=_PRICES,
        ),
    ),
    priced_params=_INPUTS,
    source="Kling images/generations and multi-image2image pages, read 2026-09-20",
)


def _from_text_and_from_image(text: float, picture: float | None) -> tuple[Price, ...]:
    """Return the prices of a picture of a retired model, without and with an input picture."""
    without = dict.fromkeys(REFERENCE_FIELDS)
    return (
        Price(usd=text, unit="image", when=without, source=COMFY_2025),
        *((Price(usd=picture, unit="image", source=COMFY_2025),) if picture is not None else ()),
    )


def _omni(model: str, *steps: str, prices: tuple[Price, ...]) -> Model:
    return Model(
        id=model,
        modality="image",
        route="/v1/images/omni-image",
        fields={
            "prompt": passthrough_field_mapper("prompt", required=True, max_length=2500),
            "image_list": images(10),
            **_shape(*steps, ratios=(*RATIOS, "auto")),
            "extra_params": extra_params_field_mapper(
                "result_type", "series_amount", "element_list", "watermark_info"
            ),
        },
        prices=prices,
        # a series has several pictures
        priced_params={"result_type": "single"},
        source="Kling omni-image page, read 2026-09-20",
    )


EXPAND = Model(
    id="kling-image-expand",
    modality="image",
    route="/v1/images/editing/expand",
    fields={
        "prompt": passthrough_field_mapper("prompt", max_length=2500),
        "image": image("reference", required=True),
        "n": n_images_field_mapper(maximum=9),
        "extra_params": extra_params_field_mapper(
            "up_expansion_ratio", "down_expansion_ratio", "left_expansion_ratio", "right_expansion_ratio"
        ),
    },
    prices=(Price(usd=0.028, unit="image", source=_PRICES),),
    source="Kling outpainting page, read 2026-09-20",
)

GENERIC = Model(
    id="*",
    modality="image",
    generic=True,
    example="kling-v4",
    route="images",
    fields={
        **_words(),
        "references": images(1),
        **_shape("1k", "2k", "4k"),
        "extra_params": extra_params_field_mapper("element_list", "watermark_info"),
    },
    source="Kling images/generations page, what its models share, read 2026-09-20",
)

IMAGE_ROWS = (
    V3,
    V2_1,
    _generation("kling-v2", prices=_from_text_and_from_image(0.014, None), typical_seconds=TYPICAL_SECONDS),
    _generation(
        "kling-v1-5",
        "image_reference",
        prices=_from_text_and_from_image(0.014, 0.028),
        typical_seconds=TYPICAL_SECONDS,
    ),
    _generation(
        "kling-v1", prices=_from_text_and_from_image(0.0035, 0.0035), typical_seconds=TYPICAL_SECONDS
    ),
    _omni("kling-image-o1", "1k", "2k", prices=(Price(usd=0.028, unit="image", source=_PRICES),)),
    _omni(
        "kling-v3-omni",
        "1k",
        "2k",
        "4k",
        prices=(
            Price(usd=0.056, unit="image", when={"size": "4k"}, source=_PRICES),
            Price(usd=0.028, unit="image", source=_PRICES),
        ),
    ),
    EXPAND,
    GENERIC,
)
