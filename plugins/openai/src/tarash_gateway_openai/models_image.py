"""The image models of OpenAI: what each takes, and when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Lifecycle,
    Model,
    Price,
    extra_params_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    size_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole

from .sizes import free_size_field_mapper

SDK = "openai 3.54.0, image_generate_params and image_edit_params"
ROLES: tuple[ImageRole, ...] = ("reference", "asset", "style", "first_frame")
IMAGE_BYTES = 50 * 1024 * 1024
# the last two are the words of the retired models; what they map to is this plugin's choice
QUALITIES: Mapping[str, str] = {
    "auto": "auto",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "standard": "medium",
    "hd": "high",
}
FINE_QUALITIES: Mapping[str, str] = {**QUALITIES, "xhigh": "xhigh", "max": "max"}
FIXED_SIZES = ("1024x1024", "1536x1024", "1024x1536", "auto")
OPTIONS = (
    "background",
    "moderation",
    "output_compression",
    "output_format",
    "safety_identifier",
)
PRICE_MAP = "price table of litellm 1.110.2, read 2026-11-27"
# fal serves the same models at the same price of a token, and publishes what a picture costs
AS_AT_FAL = f"unverified: the price of a picture at fal, for the same price of a token; {PRICE_MAP}"
OPENAI_GUIDE = (
    "unverified: OpenAI's image generation guide, as quoted on 2026-05-06 (yingtu.ai), read 2026-11-29"
)
# the number of tokens of a picture by size and quality is that of the whole first generation
AS_1_5 = f"computed: the price of gpt-image-1.5, for the same price of a token; {PRICE_MAP}"
AT_FAL_1 = (
    "unverified: the price at fal, which is OpenAI's for the other qualities; fal's model page, copy of 2026"
)
LIST_2025 = "price list of Comfy's partner nodes of 2025, in the repository Comfy-Org/docs, read 2026-11-27"
ENDING = Lifecycle(
    ends_on=date(2026, 12, 1),
    replacement="gpt-image-2.6-sunburst",
    source="OpenAI's page 'Deprecations', read 2026-11-28, which also names gpt-image-2.6-flare",
)


def _fields(size: FieldMapper, qualities: Mapping[str, str], *options: str) -> Mapping[str, FieldMapper]:
    return {
        "prompt": passthrough_field_mapper("prompt", required=True, max_length=32_000),
        "n": n_images_field_mapper(maximum=10),
        "size": size,
        "quality": quality_field_mapper(qualities),
        # on the wire: parts `image` or `image[]` of a form, or objects in JSON
        "images": image_list_field_mapper(
            ROLES,
            max_items=16,
            encoding="upload",
            content_types=("image/png", "image/jpeg", "image/webp"),
            max_bytes=IMAGE_BYTES,
        ),
        # "have the same dimensions as `image`"; of several images, it belongs to the first (openai 3.54.0, image_edit_params)
        "mask": mask_image_field_mapper(encoding="upload", same_size_as=ROLES),
        "extra_params": extra_params_field_mapper(*OPTIONS, *options, media=("markup",)),
    }


def _prices(by_size: Mapping[str, Mapping[str, float]], source: str = PRICE_MAP) -> tuple[Price, ...]:
    """Return the prices of a picture made from text alone, by size and quality; input pictures are billed on top."""
    nothing = dict.fromkeys(("reference", "asset", "style_image", "first_frame"))
    return tuple(
        Price(usd=usd, unit="image", when={"size": size, "quality": quality, **nothing}, source=source)
        for size, by_quality in by_size.items()
        for quality, usd in by_quality.items()
    )


def _square_and_oblong(
    square: Mapping[str, float], oblong: Mapping[str, float], source: str = PRICE_MAP
) -> tuple[Price, ...]:
    """Return the prices of the three fixed sizes."""
    return _prices({"1024x1024": square, "1536x1024": oblong, "1024x1536": oblong}, source)


PRICES_1 = _square_and_oblong(
    {"low": 0.011, "medium": 0.042, "high": 0.167}, {"low": 0.016, "medium": 0.063, "high": 0.25}
)
PRICES_1_MINI = (
    *_square_and_oblong({"low": 0.005, "medium": 0.011}, {"low": 0.006, "medium": 0.015}),
    *_square_and_oblong({"high": 0.036}, {"high": 0.052}, AT_FAL_1),
)
SQUARE_1_5 = {"low": 0.009, "medium": 0.034, "high": 0.133}
OBLONG_1_5 = {"low": 0.013, "medium": 0.05, "high": 0.2}
PRICES_1_5 = _square_and_oblong(SQUARE_1_5, OBLONG_1_5)
PRICES_DALL_E: Mapping[str, tuple[Price, ...]] = {
    "dall-e-2": tuple(
        Price(usd=usd, unit="image", when={"size": size}, source=LIST_2025)
        for size, usd in (("256x256", 0.016), ("512x512", 0.018), ("1024x1024", 0.02))
    ),
    "dall-e-3": tuple(
        Price(usd=usd, unit="image", when={"size": size, "quality": quality}, source=LIST_2025)
        for sizes, quality, usd in (
            (("1024x1024",), "standard", 0.04),
            (("1024x1792", "1792x1024"), "standard", 0.08),
            (("1024x1024",), "hd", 0.08),
            (("1024x1792", "1792x1024"), "hd", 0.12),
        )
        for size in sizes
    ),
}
PRICES_2 = _prices(
    {
        "1024x768": {"low": 0.005, "medium": 0.037, "high": 0.145},
        "1024x1024": {"low": 0.006, "medium": 0.053, "high": 0.211},
        "1024x1536": {"low": 0.005, "medium": 0.042, "high": 0.165},
        "2560x1440": {"low": 0.007, "medium": 0.056, "high": 0.222},
        "3840x2160": {"low": 0.012, "medium": 0.101, "high": 0.401},
    },
    AS_AT_FAL,
) + _prices({"1536x1024": {"low": 0.005, "medium": 0.041, "high": 0.165}}, OPENAI_GUIDE)
PRICES_2_5 = _prices(
    {
        "1024x768": {"low": 0.00402, "medium": 0.00903, "high": 0.03612, "xhigh": 0.0642, "max": 0.14445},
        "1024x1024": {"low": 0.00588, "medium": 0.01317, "high": 0.05268, "xhigh": 0.09366, "max": 0.21072},
        "1024x1536": {"low": 0.00474, "medium": 0.01029, "high": 0.04116, "xhigh": 0.07377, "max": 0.16464},
        "2560x1440": {"low": 0.00615, "medium": 0.01434, "high": 0.05529, "xhigh": 0.09828, "max": 0.2211},
        "3840x2160": {"low": 0.01113, "medium": 0.02595, "high": 0.10008, "xhigh": 0.1779, "max": 0.40026},
    },
    AS_AT_FAL,
)
FREE = _fields(free_size_field_mapper(), QUALITIES)
FREE_AND_FINE = _fields(free_size_field_mapper(), FINE_QUALITIES, "markup")
PLANNED = _fields(
    free_size_field_mapper(), QUALITIES, "complexity", "frame_count", "frame_duration_ms", "markup", "svg"
)


def _fixed(*options: str) -> Mapping[str, FieldMapper]:
    return _fields(size_field_mapper(FIXED_SIZES, takes_ratio=True), QUALITIES, *options)


# billed by the token, like 2.5, but how many tokens a picture has is not published
GPT_IMAGE_2_6 = tuple(
    Model(id=f"gpt-image-2.6-{kind}", modality="image", fields=PLANNED, source=SDK)
    for kind in ("flare", "sunburst")
)
GPT_IMAGE_2_5 = tuple(
    Model(
        id=f"gpt-image-2.5-{kind}",
        modality="image",
        fields=FREE_AND_FINE,
        prices=PRICES_2_5,
        source=f"{SDK}; serves the snapshot -2026-09-08 too",
    )
    for kind in ("flare", "sunburst")
)
GPT_IMAGE_2 = Model(
    id="gpt-image-2",
    modality="image",
    fields=FREE,
    prices=PRICES_2,
    source=f"{SDK}; serves the snapshot -2026-04-21 too",
)
GPT_IMAGE_1_5 = Model(
    id="gpt-image-1.5",
    modality="image",
    fields=_fixed("input_fidelity"),
    prices=PRICES_1_5,
    source=SDK,
    lifecycle=ENDING,
)
GPT_IMAGE_1_MINI = Model(
    id="gpt-image-1-mini",
    modality="image",
    fields=_fixed("input_fidelity"),
    prices=PRICES_1_MINI,
    source=SDK,
    lifecycle=ENDING,
)
CHATGPT_IMAGE_LATEST = Model(
    id="chatgpt-image-latest",
    modality="image",
    fields=_fixed(),
    prices=_square_and_oblong(SQUARE_1_5, OBLONG_1_5, AS_1_5),
    source=SDK,
    lifecycle=ENDING,
)
GPT_IMAGE_1 = Model(
    id="gpt-image-1",
    modality="image",
    fields=_fixed("input_fidelity"),
    prices=PRICES_1,
    source="openai 3.54.0, image_model: retired; other servers may still have it",
    lifecycle=Lifecycle(
        ends_on=date(2026, 10, 23),
        replacement="gpt-image-2.5-sunburst",
        source="openai 3.54.0, image_model (deprecated values)",
    ),
)
# No reference lists the values of these two any more, so any value is passed on.
DALL_E: Mapping[str, FieldMapper] = {
    "prompt": passthrough_field_mapper("prompt", required=True),
    "n": n_images_field_mapper(maximum=10),
    "size": size_field_mapper(),
    "quality": passthrough_field_mapper("quality"),
    "images": image_list_field_mapper(ROLES, max_items=1, encoding="upload"),
    "mask": mask_image_field_mapper(encoding="upload"),
    "extra_params": extra_params_field_mapper("response_format"),
}
DALL_E_FIELDS: Mapping[str, Mapping[str, FieldMapper]] = {
    "dall-e-2": DALL_E,
    "dall-e-3": {**DALL_E, "style": passthrough_field_mapper("style")},
}
DALL_E_MODELS = tuple(
    Model(
        id=name,
        modality="image",
        fields=fields,
        prices=PRICES_DALL_E[name],
        source="unverified: openai 3.54.0 only says that it is retired; other servers may still have it",
        lifecycle=Lifecycle(
            ends_on=date(2026, 5, 12),
            replacement="gpt-image-2",
            source="openai 3.54.0, image_model (deprecated values)",
        ),
    )
    for name, fields in DALL_E_FIELDS.items()
)
GENERIC_IMAGE = Model(
    id="*",
    modality="image",
    generic=True,
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True),
        "n": n_images_field_mapper(maximum=10),
        "size": size_field_mapper(),
        "quality": passthrough_field_mapper("quality"),
        "images": image_list_field_mapper(ROLES, max_items=16, encoding="upload"),
        "mask": mask_image_field_mapper(encoding="upload"),
        "extra_params": extra_params_field_mapper(*OPTIONS),
    },
    source=f"{SDK}: the fields every model shares, for deployments and compatible servers",
    example="my-image-deployment",
)

IMAGE_MODELS = (
    CHATGPT_IMAGE_LATEST,
    *DALL_E_MODELS,
    GPT_IMAGE_1,
    GPT_IMAGE_1_MINI,
    GPT_IMAGE_1_5,
    GPT_IMAGE_2,
    *GPT_IMAGE_2_5,
    *GPT_IMAGE_2_6,
    GENERIC_IMAGE,
)
