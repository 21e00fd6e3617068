"""Rows of the image models of Google (Nano Banana, Imagen) and OpenAI (GPT Image)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.mapping import Lifecycle, Model, Price, quality_field_mapper

from .fields import (
    PROMPT,
    SEED,
    Fields,
    count,
    extra,
    image_ratios,
    image_resolutions,
    image_size,
    image_size_texts,
    mask,
    references,
)
from .prices import CATALOGUE_MARCH, LITELLM, PAGE, per_image
from .rows import CLIENT, image

OTHER_NAME_SAME_MODEL = "unverified: the price under fal's own name of the same model"
DEPRECATED = Lifecycle(source="marked deprecated on its fal model page, read 2026-11-22")

RATIOS = ("21:9", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16")
EXTREME_RATIOS = ("4:1", "1:4", "8:1", "1:8")
BANANA = PROMPT | SEED | count(4)
BANANA_EXTRA = ("output_format", "safety_tolerance", "limit_generations")
WEB_EXTRA = extra(*BANANA_EXTRA, "enable_web_search")
WEB_AND_THINKING_EXTRA = extra(*BANANA_EXTRA, "enable_web_search", "thinking_level")
EDIT = references(required=True)


BANANA_2 = (
    BANANA
    | image_ratios(("auto", *RATIOS, *EXTREME_RATIOS))
    | image_resolutions("0.5K", "1K", "2K", "4K")
    | WEB_AND_THINKING_EXTRA
)
BANANA_2_PRICES = tuple(
    per_image(usd, LITELLM, size=step)
    for step, usd in {"0.5k": 0.06, "1k": 0.08, "2k": 0.12, "4k": 0.16}.items()
)
BANANA_PRO = BANANA | image_ratios(("auto", *RATIOS)) | image_resolutions("1K", "2K", "4K") | WEB_EXTRA
BANANA_PRO_PRICES = (per_image(0.30, LITELLM, size="4k"), per_image(0.15, LITELLM))
BANANA_PRICES = (per_image(0.039, CATALOGUE_MARCH),)

IMAGEN = (
    PROMPT
    | SEED
    | count()
    | image_ratios(("1:1", "16:9", "9:16", "4:3", "3:4"))
    | extra("safety_tolerance", "output_format")
)
IMAGEN_STEPS = image_resolutions("1K", "2K")

BANANA_ROWS: tuple[Model, ...] = (
    image("fal-ai/nano-banana-2", BANANA_2, prices=BANANA_2_PRICES, size="1k"),
    image("fal-ai/nano-banana-2/edit", BANANA_2 | EDIT, prices=BANANA_2_PRICES, size="1k"),
    image("fal-ai/nano-banana-pro", BANANA_PRO, prices=BANANA_PRO_PRICES, size="1k"),
    image("fal-ai/nano-banana-pro/edit", BANANA_PRO | EDIT, prices=BANANA_PRO_PRICES, size="1k"),
    image("fal-ai/nano-banana", BANANA | image_ratios(RATIOS) | extra(*BANANA_EXTRA), prices=BANANA_PRICES),
    image(
        "fal-ai/nano-banana/edit",
        BANANA | image_ratios(("auto", *RATIOS)) | EDIT | extra(*BANANA_EXTRA),
        prices=BANANA_PRICES,
    ),
)
GOOGLE_NAMES = {
    "nano-banana-2": "gemini-3.1-flash-image-preview",
    "nano-banana-pro": "gemini-3-pro-image-preview",
    "nano-banana": "gemini-25-flash-image",
}
"""fal's name of a model → Google's, under which fal serves it, too; the client has the same types for both."""


def _under_googles_name(row: Model) -> Model:
    owner, name, *arm = row.id.split("/")
    told = tuple(replace(price, source=f"{OTHER_NAME_SAME_MODEL} ({price.source})") for price in row.prices)
    return replace(row, id="/".join((owner, GOOGLE_NAMES[name], *arm)), source=CLIENT, prices=told)


GOOGLE_ROWS: tuple[Model, ...] = (
    *BANANA_ROWS,
    *map(_under_googles_name, BANANA_ROWS),
    image(
        "fal-ai/imagen4/preview",
        IMAGEN | IMAGEN_STEPS,
        prices=(per_image(0.04, LITELLM),),
        lifecycle=DEPRECATED,
    ),
    image("fal-ai/imagen4/preview/fast", IMAGEN, prices=(per_image(0.02, LITELLM),), lifecycle=DEPRECATED),
    image(
        "fal-ai/imagen4/preview/ultra",
        IMAGEN | IMAGEN_STEPS,
        prices=(per_image(0.06, LITELLM),),
        lifecycle=DEPRECATED,
    ),
)

AUTO_QUALITY: Fields = {"quality": quality_field_mapper(("auto", "low", "medium", "high"))}
GPT_2_SIZES = image_size("auto", multiple_of=16)
GPT_2 = PROMPT | GPT_2_SIZES | count(4) | AUTO_QUALITY | extra("background", "output_format")
GPT_2_5 = (
    PROMPT
    | GPT_2_SIZES
    | count(10)
    | {"quality": quality_field_mapper(("auto", "low", "medium", "high", "xhigh", "max"))}
    | extra("background", "output_format", "output_compression")
)
GPT_1_5 = (
    PROMPT
    | count(4)
    | {"quality": quality_field_mapper(("low", "medium", "high"))}
    | extra("background", "output_format")
)
# texts, not presets
GPT_1_SIZES = ("1024x1024", "1536x1024", "1024x1536")
GPT_1_EDIT = GPT_1_5 | image_size_texts("auto", *GPT_1_SIZES) | EDIT


def prices_by_quality(source: str, size: str, usd_by_quality: dict[str, float]) -> tuple[Price, ...]:
    """Return the prices of an image of one size."""
    return tuple(
        per_image(usd, source, size=size, quality=quality) for quality, usd in usd_by_quality.items()
    )


GPT_2_WORDS = {"square_hd": "1024x1024", "landscape_4_3": "1024x768"}
"""The words for sizes that have a price."""


def prices_gpt_2(qualities: str, usd_by_size: Mapping[str, tuple[float, ...]]) -> tuple[Price, ...]:
    """Return the prices of an image of the second generation, whose size is 1024x768 if a request names none."""
    priced = {size: dict(zip(qualities.split(), usd, strict=True)) for size, usd in usd_by_size.items()}
    by_size = priced | {word: priced[size] for word, size in GPT_2_WORDS.items()}
    unasked = (
        per_image(usd, LITELLM, size=None, quality=quality) for quality, usd in priced["1024x768"].items()
    )
    named = (price for size, usd in by_size.items() for price in prices_by_quality(LITELLM, size, usd))
    return (*named, *unasked)


GPT_2_PRICES = prices_gpt_2(
    "low medium high",
    {
        "1024x768": (0.005, 0.037, 0.145),
        "1024x1024": (0.006, 0.053, 0.211),
        "1024x1536": (0.005, 0.042, 0.165),
        "1920x1080": (0.005, 0.040, 0.158),
        "2560x1440": (0.007, 0.056, 0.222),
        "3840x2160": (0.012, 0.101, 0.401),
    },
)
# with one input picture
GPT_2_EDIT_PRICES = prices_gpt_2(
    "low medium high",
    {
        "1024x768": (0.011, 0.043, 0.151),
        "1024x1024": (0.015, 0.061, 0.219),
        "1024x1536": (0.018, 0.054, 0.178),
        "1920x1080": (0.017, 0.053, 0.158),
        "2560x1440": (0.019, 0.068, 0.234),
        "3840x2160": (0.024, 0.113, 0.413),
    },
)
GPT_2_5_PRICES = prices_gpt_2(
    "low medium high xhigh max",
    {
        "1024x768": (0.00402, 0.00903, 0.03612, 0.06420, 0.14445),
        "1024x1024": (0.00588, 0.01317, 0.05268, 0.09366, 0.21072),
        "1024x1536": (0.00474, 0.01029, 0.04116, 0.07377, 0.16464),
        "1920x1080": (0.00441, 0.01029, 0.03960, 0.07041, 0.15840),
        "2560x1440": (0.00615, 0.01434, 0.05529, 0.09828, 0.22110),
        "3840x2160": (0.01113, 0.02595, 0.10008, 0.17790, 0.40026),
    },
)


def prices_gpt_1(square: Mapping[str, float], oblong: Mapping[str, float]) -> tuple[Price, ...]:
    """Return the prices of an image of the first generation, without the tokens of the prompt."""
    return tuple(
        price
        for size, usd in (("1024x1024", square), ("1536x1024", oblong), ("1024x1536", oblong))
        for price in prices_by_quality(PAGE, size, dict(usd))
    )


GPT_1_5_PRICES = prices_gpt_1(
    {"low": 0.009, "medium": 0.034, "high": 0.133}, {"low": 0.013, "medium": 0.050, "high": 0.200}
)
GPT_1_MINI_PRICES = prices_gpt_1(
    {"low": 0.005, "medium": 0.011, "high": 0.036}, {"low": 0.006, "medium": 0.015, "high": 0.052}
)
GPT_1_PRICES = prices_gpt_1(
    {"low": 0.011, "medium": 0.042, "high": 0.167}, {"low": 0.016, "medium": 0.063, "high": 0.25}
)

# the most that the list has the first input picture add: 0.178 instead of 0.165 in 1024x1536, 0.018 instead of 0.005
USD_PER_INPUT_PICTURE = 0.013
GPT_2_EDIT_PRICES_BY_INPUTS = tuple(
    replace(price, usd_per_input_image=USD_PER_INPUT_PICTURE, free_input_images=1)
    for price in GPT_2_EDIT_PRICES
)
# its list has the prices of pictures from text alone
GPT_2_5_EDIT_PRICES = tuple(
    replace(price, usd_per_input_image=USD_PER_INPUT_PICTURE) for price in GPT_2_5_PRICES
)

OPENAI_ROWS: tuple[Model, ...] = (
    image("openai/gpt-image-2", GPT_2, prices=GPT_2_PRICES, quality="high"),
    image(
        "openai/gpt-image-2/edit", GPT_2 | EDIT | mask(), prices=GPT_2_EDIT_PRICES_BY_INPUTS, quality="high"
    ),
    *(
        row
        for tier in ("flare", "sunburst")
        for row in (
            image(
                f"openai/gpt-image-2.5/{tier}/text-to-image", GPT_2_5, prices=GPT_2_5_PRICES, quality="high"
            ),
            image(
                f"openai/gpt-image-2.5/{tier}/edit",
                GPT_2_5 | references(required=True, maximum=16) | mask(),
                prices=GPT_2_5_EDIT_PRICES,
                quality="high",
            ),
        )
    ),
    image(
        "fal-ai/gpt-image-1.5",
        GPT_1_5 | image_size_texts(*GPT_1_SIZES),
        prices=GPT_1_5_PRICES,
        quality="high",
        size="1024x1024",
    ),
    # the pages of the edits price their input pictures by the token
    image(
        "fal-ai/gpt-image-1.5/edit",
        GPT_1_EDIT | mask("mask_image_url") | extra("background", "output_format", "input_fidelity"),
        quality="high",
    ),
    image(
        "fal-ai/gpt-image-1-mini",
        GPT_1_5 | image_size_texts(*GPT_1_SIZES),
        prices=GPT_1_MINI_PRICES,
        quality="high",
    ),
    image("fal-ai/gpt-image-1-mini/edit", GPT_1_EDIT | AUTO_QUALITY),
    image(
        "fal-ai/gpt-image-1/text-to-image",
        GPT_1_5 | image_size_texts(*GPT_1_SIZES),
        prices=GPT_1_PRICES,
        quality="high",
    ),
    image(
        "fal-ai/gpt-image-1/edit-image",
        GPT_1_EDIT | AUTO_QUALITY | extra("background", "output_format", "input_fidelity"),
    ),
)

ROWS: tuple[Model, ...] = (*GOOGLE_ROWS, *OPENAI_ROWS)
