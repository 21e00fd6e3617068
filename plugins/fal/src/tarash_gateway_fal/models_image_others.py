"""Rows of the other image families: Seedream, Recraft, Ideogram, Grok, Photon and more."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    Model,
    Price,
    choice_field_mapper,
    quality_field_mapper,
    style_field_mapper,
)

from .fields import (
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    PROMPT,
    SEED,
    SIZE_PRESETS,
    Fields,
    count,
    extra,
    image_ratios,
    image_resolutions,
    image_size,
    mask,
    references,
    source_image,
    style_references,
)
from .prices import CATALOGUE_MARCH, FAL_PRICING, LITELLM, SURVEY, per_image
from .rows import CLIENT, INDEX, PAGES, SCHEMAS, image

EDIT = references(required=True)


# each of num_images calls may give up to max_images pictures
SEEDREAM = PROMPT | count(6) | extra("max_images", "enable_safety_checker")
THREE_INPUTS = references(required=True, maximum=3)
TEN_INPUTS = references(required=True, maximum=10)
SEEDREAM_PRO_PAGE = "fal's model page of Seedream 5 Pro text-to-image, copy of 2026, read 2026-11-28"


def by_area(small: float, large: float, source: str, *small_words: str) -> tuple[Price, ...]:
    """Return the prices of a picture by its word for a size; of a size in pixels, no price can be told."""
    words = (*(word.lower() for word in SIZE_PRESETS), *small_words)
    prices = (per_image(small, source, size=word) for word in words)
    return (*prices, per_image(large, source, size="auto_2k"))


SEEDREAM_PRICES = {
    "pro": by_area(0.0675, 0.135, SEEDREAM_PRO_PAGE),
    "lite": (per_image(0.035, SURVEY),),
    "flash": (per_image(0.027, SURVEY),),
}
SEEDREAM_SIZES = {
    "pro": image_size("auto_2K"),
    "lite": image_size("auto_2K", "auto_3K"),
    "flash": image_size("auto_2K"),
}
SEEDREAM_5_5 = (
    SEEDREAM
    | image_size("auto_1K", "auto_1.5K", "auto_2K")
    | extra("background", "output_format", "enable_safety_checker")
)
SEEDREAM_5_5_PAGE = "fal's model page of Seedream 5.5 text-to-image, copy of November 2026, read 2026-11-28"
SEEDREAM_5_5_SOURCE = f"{SEEDREAM_5_5_PAGE}; docs.argil.ai, which has fal's words for the sizes"
LAYER_SIZES = ("auto", "auto_1K", "auto_1.5K", "auto_2K")
SEEDREAM_ROWS: tuple[Model, ...] = (
    *(
        row
        for tier, prices in SEEDREAM_PRICES.items()
        for row in (
            image(
                f"bytedance/seedream/v5/{tier}/text-to-image",
                SEEDREAM | SEEDREAM_SIZES[tier],
                prices=prices,
                source=PAGES,
                size="auto_2k",
            ),
            image(
                f"bytedance/seedream/v5/{tier}/edit",
                SEEDREAM | SEEDREAM_SIZES[tier] | TEN_INPUTS,
                # what an edit with pro costs is not published
                prices=() if tier == "pro" else prices,
                source=PAGES,
                size="auto_2k",
            ),
        )
    ),
    image(
        "bytedance/seedream/v5.5/text-to-image",
        SEEDREAM_5_5,
        prices=by_area(0.03, 0.0405, SEEDREAM_5_5_PAGE, "auto_1k", "auto_1.5k"),
        source=SEEDREAM_5_5_SOURCE,
        size="auto_2k",
    ),
    image(
        "bytedance/seedream/v5.5/edit",
        SEEDREAM_5_5 | TEN_INPUTS,
        source=f"unverified: the name, after the other editions; {SEEDREAM_5_5_SOURCE}",
        unverified=True,
    ),
    # gives the base and up to 16 layers, each billed
    *(
        image(
            f"bytedance/seedream/v5/{tier}/layerize",
            OPTIONAL_PROMPT
            | source_image()
            | {"image_size": choice_field_mapper("size", {word.lower(): word for word in LAYER_SIZES})}
            | extra("enhance_prompt_mode", "enable_safety_checker"),
            source=SCHEMAS,
        )
        for tier in ("pro", "flash")
    ),
    *(
        row
        for version, fields in (
            ("v5/lite", image_size("auto_2K", "auto_3K")),
            ("v4.5", SEED | image_size("auto_2K", "auto_4K")),
            ("v4", SEED | image_size("auto", "auto_2K", "auto_4K")),
        )
        for prices in ((per_image(0.04, FAL_PRICING),) if version == "v4.5" else (),)
        for row in (
            image(f"fal-ai/bytedance/seedream/{version}/text-to-image", SEEDREAM | fields, prices=prices),
            image(f"fal-ai/bytedance/seedream/{version}/edit", SEEDREAM | fields | TEN_INPUTS, prices=prices),
        )
    ),
)

# one picture per call: no num_images
RECRAFT_4 = PROMPT | image_size() | extra("colors", "background_color", "enable_safety_checker")
RECRAFT_3_PIXELS = (None, "any", "realistic_image", "digital_illustration")
RECRAFT_3_STYLE: Fields = {"style": style_field_mapper()}
RECRAFT_ROWS: tuple[Model, ...] = (
    *(
        image(f"fal-ai/recraft/{tier}/text-to-image", RECRAFT_4)
        for tier in ("v4", "v4/pro", "v4.1", "v4.1/pro")
    ),
    image(
        "fal-ai/recraft/v3/text-to-image",
        PROMPT | image_size() | RECRAFT_3_STYLE | extra("style_id", "colors", "enable_safety_checker"),
        # vectors cost more
        prices=tuple(per_image(0.04, LITELLM, style=style) for style in RECRAFT_3_PIXELS),
    ),
    image(
        "fal-ai/recraft/v3/image-to-image",
        PROMPT | NEGATIVE_PROMPT | source_image() | RECRAFT_3_STYLE | extra("style_id", "colors", "strength"),
    ),
)

SPEEDS = {
    "low": "TURBO",
    "medium": "BALANCED",
    "high": "QUALITY",
    "turbo": "TURBO",
    "balanced": "BALANCED",
    "quality": "QUALITY",
}
SPEED_PRICES = {"TURBO": 0.03, "BALANCED": 0.06, "QUALITY": 0.09}
IDEOGRAM_PRICES = tuple(
    per_image(SPEED_PRICES[wire], CATALOGUE_MARCH, quality=word) for word, wire in SPEEDS.items()
)
STYLES = {"auto": "AUTO", "general": "GENERAL", "realistic": "REALISTIC", "design": "DESIGN"}
IDEOGRAM_STYLE: Fields = {"style": style_field_mapper(STYLES)}
IDEOGRAM = (
    PROMPT
    | SEED
    | count()
    | {"rendering_speed": quality_field_mapper(SPEEDS)}
    | style_references()
    | extra("style_preset", "style_codes", "expand_prompt", "color_palette")
)


def ideogram(arm: str, fields: Fields) -> Model:
    """Return a row of Ideogram 3."""
    return image(f"fal-ai/ideogram/v3{arm}", fields, prices=IDEOGRAM_PRICES, quality="balanced")


IDEOGRAM_ROWS: tuple[Model, ...] = (
    ideogram("", IDEOGRAM | NEGATIVE_PROMPT | image_size() | IDEOGRAM_STYLE),
    # White is repainted, as in fal's other masks, although Ideogram's own API repaints what is black: fal's reference pages give
    # ideogram/v2/edit the same picture, mask and prompt as example as flux-pro/v1/fill, which repaints white. No page of v3/edit says it;
    # of two public clients, one sends white and one black. All read 2026-11-28.
    ideogram("/edit", IDEOGRAM | source_image() | mask(required=True, same_size=True)),
    ideogram(
        "/remix",
        IDEOGRAM
        | NEGATIVE_PROMPT
        | source_image()
        | image_size()
        | IDEOGRAM_STYLE
        | extra("strength", "style_codes", "expand_prompt", "color_palette"),
    ),
    image(
        "fal-ai/ideogram/v3/reframe",
        SEED
        | count()
        | source_image()
        | image_size(required=True)
        | {"rendering_speed": quality_field_mapper(SPEEDS)}
        | style_references()
        | IDEOGRAM_STYLE
        | extra("style_preset", "style_codes", "color_palette"),
        prices=(per_image(0.03, FAL_PRICING, quality="turbo"), per_image(0.03, FAL_PRICING, quality="low")),
        source=CLIENT,
        quality="balanced",
    ),
    ideogram("/replace-background", IDEOGRAM | source_image() | IDEOGRAM_STYLE),
    image(
        "ideogram/v4",
        IDEOGRAM | NEGATIVE_PROMPT | image_size() | IDEOGRAM_STYLE,
        source=f"unverified: the fields, which a survey of fal's endpoints of 2026-09-28 calls those of v3; the name from {INDEX}",
    ),
)

GROK = PROMPT | count() | image_ratios(("auto", "1:1", "16:9", "4:3", "3:4", "9:16")) | extra("output_format")
GROK_ROWS: tuple[Model, ...] = (
    image("xai/grok-imagine-image", GROK | image_resolutions("1K", "4K")),
    # here the steps are written in lower case, and the picture decides the shape
    image(
        "xai/grok-imagine-image/edit",
        PROMPT | count() | image_resolutions("1k", "2k") | references(maximum=3) | extra("output_format"),
    ),
)

HUNYUAN = PROMPT | SEED | count() | extra("guidance_scale", "output_format")
PHOTON_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "9:21")
PHOTON_CROP = ("grid_position_x", "grid_position_y", "x_start", "x_end", "y_start", "y_end")

ROWS: tuple[Model, ...] = (
    *SEEDREAM_ROWS,
    *RECRAFT_ROWS,
    *IDEOGRAM_ROWS,
    *GROK_ROWS,
    image(
        "fal-ai/hunyuan-image/v3/text-to-image",
        HUNYUAN | NEGATIVE_PROMPT | image_size() | extra("guidance_scale", "enable_prompt_expansion"),
    ),
    image("fal-ai/hunyuan-image/v3/instruct/text-to-image", HUNYUAN | image_size("auto")),
    image("fal-ai/hunyuan-image/v3/instruct/edit", HUNYUAN | image_size("auto") | THREE_INPUTS),
    *(
        row
        for name in ("fal-ai/luma-photon", "fal-ai/luma-photon/flash")
        for row in (
            image(name, PROMPT | image_ratios(PHOTON_RATIOS)),
            image(
                f"{name}/modify",
                OPTIONAL_PROMPT
                | source_image()
                | image_ratios(PHOTON_RATIOS, required=True)
                | extra(needed={"strength": "0 keeps the picture, 1 changes it most"}),
                example_params={"strength": 0.5},
            ),
            image(
                f"{name}/reframe",
                OPTIONAL_PROMPT
                | source_image()
                | image_ratios(PHOTON_RATIOS, required=True)
                | extra(*PHOTON_CROP),
            ),
        )
    ),
    image(
        "bria/fibo/generate",
        # the seed is 5555 unless given: the same prompt gives the same picture
        OPTIONAL_PROMPT
        | SEED
        | NEGATIVE_PROMPT
        | source_image(required=False)
        | image_ratios(("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9"))
        | image_resolutions("1MP", "4MP")
        | extra("structured_prompt", "steps_num"),
    ),
    image(
        "fal-ai/stable-diffusion-v35-large",
        PROMPT
        | SEED
        | NEGATIVE_PROMPT
        | image_size()
        | count()
        | extra("guidance_scale", "num_inference_steps", "controlnet", "ip_adapter", "loras"),
    ),
)
