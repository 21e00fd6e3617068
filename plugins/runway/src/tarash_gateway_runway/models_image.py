"""Describes the image models, the image upscaler, and the router for images."""

from __future__ import annotations

from dataclasses import replace

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    aspect_ratio_field_mapper,
    choice_field_mapper,
    extra_params_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    style_field_mapper,
)

from . import ratios_image as sizes
from .arms import MASK_MEMBER, Arm, RunwayModel, armed
from .fields import SEED, one_image, prompt, references
from .picture_size import picture_size
from .prices import LITELLM, NO_IMAGES, SDK_PRICES, per_image
from .ratios import Sizes

SDK = "runwayml 5.24.0; Runway API reference, read 2026-11-22"
ANY_COUNT = "unverified: that any count is taken; the rest is from runwayml 5.24.0"
SQUARE_1K = ("1:1", "1k")
SQUARE_2K = ("1:1", "2k")
AUTO = ("auto", "auto")
COUNT = passthrough_field_mapper("n")


def _image(
    model: str,
    ratio: FieldMapper,
    *,
    units: int | None = None,
    images: int | None = None,
    extra: tuple[str, ...] = (),
    source: str = SDK,
    prices: tuple[tuple[float, dict[str, object]], ...] = (),
    priced_by: str = SDK_PRICES,
    defaults: dict[str, object] | None = None,
    images_required: bool = False,
    typical_seconds: float | None = None,
    **fields: FieldMapper,
) -> RunwayModel:
    """Return the row of a model of `text_to_image`.

    Args:
        units: longest prompt in UTF-16 units, None where unknown.
        images: most reference images; 0 for a model without, None where unknown.
        extra: members that only `extra_params` supplies.
        prices: credits per image and their conditions.
        typical_seconds: usual duration.
        fields: further wire names with their mappers.
    """
    referenced = {} if images == 0 else {"referenceImages": references(images, required=images_required)}
    return RunwayModel(
        id=model,
        modality="image",
        route="text_to_image",
        fields={
            "promptText": prompt(units),
            "ratio": ratio,
            **referenced,
            **fields,
            "extra_params": extra_params_field_mapper(*extra),
        },
        defaults=defaults or {},
        prices=tuple(per_image(amount, priced_by, **when) for amount, when in prices),
        typical_seconds=typical_seconds,
        source=source,
    )


def _gpt(model: str, *, units: int | None, words: tuple[str, ...]) -> RunwayModel:
    return _image(
        model,
        picture_size(sizes.GPT_IMAGE_2, AUTO),
        units=units,
        images=16,
        outputCount=n_images_field_mapper(maximum=10),
        quality=quality_field_mapper(words),
        extra=("background",),
    )


def _gemini(model: str, ratios: Sizes, *, units: int | None) -> RunwayModel:
    return _image(
        model,
        picture_size(ratios, SQUARE_1K),
        units=units,
        images=14,
        # one picture or four, nothing between
        outputCount=choice_field_mapper("n", (1, 4)),
    )


GEN4_SIZE = picture_size(sizes.GEN4_IMAGE, ("16:9", "1080p"))
GEN4_IMAGE = _image(
    "gen4_image",
    GEN4_SIZE,
    units=1000,
    images=3,
    extra=("contentModeration",),
    seed=SEED,
    defaults={"size": "1080p"},
    prices=((5, {"size": "720p"}), (8, {"size": "1080p"})),
    priced_by=LITELLM,
    # the average (ComfyUI, comfy_api_nodes/nodes_runway.py of 2025-10-12, read 2026-11-27)
    typical_seconds=41,
)
GEN4_IMAGE_TURBO = _image(
    "gen4_image_turbo",
    GEN4_SIZE,
    units=1000,
    images=3,
    images_required=True,
    extra=("contentModeration",),
    seed=SEED,
    prices=((2, {}),),
    priced_by=LITELLM,
)

_IDEOGRAM: dict[str, FieldMapper] = {
    "promptText": prompt(),
    "outputCount": COUNT,
    "quality": quality_field_mapper(("low", "medium", "high")),
    # its mask is no `mask_image`: Ideogram repaints what is black, the opposite (Ideogram documentation, masked edits, read
    # 2026-11-28), and Runway does not say that it inverts one
    "extra_params": extra_params_field_mapper("preciseEdit", MASK_MEMBER),
}
IDEOGRAM_4_5 = armed(
    "ideogram_4_5",
    "image",
    {
        "text": Arm({**_IDEOGRAM, "ratio": picture_size(sizes.IDEOGRAM_4_5, AUTO, always=False)}),
        "reference": Arm(
            {
                **_IDEOGRAM,
                "ratio": picture_size(sizes.IDEOGRAM_4_5_EDIT, AUTO, always=False),
                "quality": quality_field_mapper(("very_low", "low", "medium", "high")),
                "referenceImages": references(5),
            }
        ),
    },
    prices=(
        *(
            per_image(amount, SDK_PRICES, quality=word)
            for word, amount in (("very_low", 1), ("low", 4), ("medium", 8), ("high", 25))
        ),
        # of others, the default is medium, and high with `preciseEdit`
        per_image(25, SDK_PRICES, quality=None, **NO_IMAGES),
    ),
    source=ANY_COUNT,
)

UPSCALER = RunwayModel(
    id="magnific_precision_upscaler_v2",
    modality="image",
    route="image_upscale",
    fields={
        "imageUri": one_image(),
        "flavor": style_field_mapper(("sublime", "photo", "photo_denoiser")),
        "extra_params": extra_params_field_mapper("scaleFactor", "sharpen", "smartGrain", "ultraDetail"),
    },
    source=SDK,
)

ROUTER = RunwayModel(
    id="router:",
    modality="image",
    example="router:my-config",
    route="generate/image",
    fields={
        "input.promptText": prompt(),
        "input.aspectRatio": aspect_ratio_field_mapper(
            ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "2:3", "3:2", "4:5", "5:4")
        ),
        "input.resolution": choice_field_mapper("size", ("1k", "2k", "4k")),
        "input.outputCount": n_images_field_mapper(maximum=10),
        "input.seed": SEED,
        "input.referenceImages": references(),
        "extra_params": extra_params_field_mapper("input"),
    },
    source=SDK,
)

GENERIC = replace(
    _image(
        "*",
        picture_size(sizes.GEMINI_3_PRO, SQUARE_1K, free_area=(1, 1 << 28)),
        source="unverified: the fields that most models of runwayml 5.24.0 have",
        outputCount=COUNT,
        seed=SEED,
    ),
    generic=True,
    example="a-model-of-tomorrow",
)

ROWS: tuple[Model, ...] = (
    _image(
        "bria_fibo_1_5",
        picture_size(sizes.BRIA_FIBO, SQUARE_1K),
        images=1,
        extra=("outputFormat",),
        seed=SEED,
        defaults={"size": "1k"},
        prices=((5, {"size": "1k"}), (10, {"size": "2k"})),
    ),
    _image(
        "bria_fibo_edit_1_5",
        picture_size(sizes.BRIA_FIBO_EDIT, AUTO, always=False),
        images=4,
        images_required=True,
        extra=("outputFormat",),
        seed=SEED,
    ),
    _image(
        "gemini_2.5_flash",
        picture_size(sizes.GEMINI_25_FLASH, SQUARE_1K),
        units=5500,
        images=3,
        prices=((5, {}),),
    ),
    _gemini("gemini_image3.1_flash", sizes.GEMINI_31_FLASH, units=5500),
    _gemini("gemini_image3.1_flash_lite", sizes.GEMINI_31_FLASH_LITE, units=None),
    _gemini("gemini_image3_pro", sizes.GEMINI_3_PRO, units=5500),
    GEN4_IMAGE,
    GEN4_IMAGE_TURBO,
    _gpt("gpt_image_2", units=32000, words=("low", "medium", "high", "auto")),
    _gpt("gpt_image_2_5_flare", units=None, words=("low", "medium", "high", "xhigh", "max")),
    _gpt("gpt_image_2_5_sunburst", units=None, words=("low", "medium", "high", "xhigh", "max")),
    _image(
        "grok_imagine_image_2",
        picture_size(sizes.GROK_IMAGINE_2, SQUARE_1K),
        units=2500,
        images=3,
        extra=("edit",),
        outputCount=n_images_field_mapper(maximum=4),
        quality=quality_field_mapper(("low", "medium")),
    ),
    _image(
        "ideogram_4_0",
        picture_size(sizes.IDEOGRAM_4_0, SQUARE_2K, always=False),
        images=1,
        outputCount=COUNT,
        quality=quality_field_mapper(("low", "medium", "high")),
        source=ANY_COUNT,
        prices=((4, {"quality": "low"}), (7, {"quality": "medium"}), (11, {"quality": "high"})),
    ),
    IDEOGRAM_4_5,
    UPSCALER,
    _image(
        "muse_image",
        picture_size(sizes.MUSE, AUTO),
        images=10,
        extra=("outputFormat",),
        outputCount=COUNT,
        source=ANY_COUNT,
        prices=((1, {}),),
    ),
    _image(
        "nano_banana_2.1",
        picture_size(sizes.NANO_BANANA, SQUARE_1K),
        images=14,
        extra=("thinkingLevel",),
        outputCount=COUNT,
        source=ANY_COUNT,
    ),
    _image(
        "recraft_v4_1_flash",
        picture_size(sizes.RECRAFT_FLASH, SQUARE_1K),
        images=0,
        extra=("backgroundColor", "colors", "outputFormat"),
        outputCount=COUNT,
        seed=SEED,
        source=ANY_COUNT,
    ),
    _image(
        "recraft_v4_1_vector",
        picture_size(sizes.RECRAFT_VECTOR, SQUARE_1K, always=False),
        images=0,
        extra=("backgroundColor", "colors"),
    ),
    ROUTER,
    _image(
        "seedream5_flash",
        picture_size(sizes.SEEDREAM_5_FLASH, SQUARE_1K),
        extra=("outputFormat",),
        outputCount=COUNT,
        source=ANY_COUNT,
    ),
    _image(
        "seedream5_lite",
        picture_size(sizes.SEEDREAM_5_LITE, SQUARE_2K, free_area=(3686400, 16777216)),
        units=4000,
        images=14,
        extra=("grounding", "outputFormat"),
        outputCount=n_images_field_mapper(maximum=4),
    ),
    _image(
        "seedream5_pro",
        picture_size(sizes.SEEDREAM_5_PRO, SQUARE_1K),
        units=4000,
        images=10,
        extra=("grounding", "outputFormat"),
        outputCount=n_images_field_mapper(maximum=4),
    ),
    GENERIC,
)
