"""Rows of the image models of Google, OpenAI and ByteDance."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    Model,
    choice_field_mapper,
    passthrough_field_mapper,
)

from .fields import (
    PROMPT,
    Fields,
    count,
    extra,
    image_ratios,
    image_steps,
    quality,
    references,
)
from .prices import per_image

SCHEMA = "input schema on the Replicate model page, 2026"
UNVERIFIED_RATIOS = "unverified: the list of ratios; " + SCHEMA
NANO_BANANA = (
    PROMPT
    | image_ratios(
        "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", auto="match_input_image"
    )
    | references("image_input", maximum=14)
)
GPT_IMAGE = (
    PROMPT
    | count("number_of_images", 10)
    | references("input_images")
    | quality("low", "medium", "high", "auto")
)
GPT_IMAGE_EXTRA = (
    "background", "output_format", "output_compression", "moderation", "user_id", "openai_api_key",
)  # fmt: skip
# "auto" lets the model make up to `max_images`; without it there is always one
SEEDREAM_COUNT: Fields = count("max_images", 15) | {
    "sequential_image_generation": choice_field_mapper("n", dict.fromkeys(range(2, 16), "auto"))
}
SEEDREAM = (
    PROMPT
    | image_ratios("1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3", "21:9", auto="match_input_image")
    | SEEDREAM_COUNT
    | references("image_input")
)

ROWS: tuple[Model, ...] = (
    Model(
        id="bytedance/seedream-4",
        modality="image",
        fields=SEEDREAM
        | image_steps("size", "1K", "2K", "4K")
        | extra("width", "height", "enhance_prompt", "output_format"),
        source=UNVERIFIED_RATIOS,
    ),
    Model(
        id="bytedance/seedream-4.5",
        modality="image",
        fields=SEEDREAM | image_steps("size", "2K", "4K") | extra("output_format"),
        source=UNVERIFIED_RATIOS,
    ),
    Model(
        id="bytedance/seedream-5-lite",
        modality="image",
        fields=SEEDREAM | image_steps("size", "2K", "3K") | extra("output_format"),
        source=UNVERIFIED_RATIOS,
    ),
    Model(
        id="google/imagen-4",
        modality="image",
        fields=PROMPT
        | image_ratios("1:1", "9:16", "16:9", "3:4", "4:3")
        | extra("safety_filter_level", "output_format"),
        example="google/imagen-4-ultra",
        source=SCHEMA,
    ),
    Model(
        id="google/imagen-4-fast",
        modality="image",
        fields=PROMPT
        | image_ratios("1:1", "9:16", "16:9", "3:4", "4:3")
        | extra("safety_filter_level", "output_format"),
        prices=(per_image(0.02, source="log of a public project, August 2026"),),
        source=SCHEMA,
    ),
    Model(
        id="google/nano-banana",
        modality="image",
        fields=NANO_BANANA | extra("output_format"),
        source=UNVERIFIED_RATIOS,
    ),
    Model(
        id="google/nano-banana-2",
        modality="image",
        fields=NANO_BANANA
        | image_steps("resolution", "1K", "2K", "4K")
        | extra("google_search", "image_search", "output_format"),
        prices=(per_image(0.067, size="1k"),),
        priced_params={"google_search": False, "image_search": False},
        source=UNVERIFIED_RATIOS,
    ),
    Model(
        id="google/nano-banana-pro",
        modality="image",
        fields=NANO_BANANA
        | image_steps("resolution", "1K", "2K", "4K")
        | extra("safety_filter_level", "output_format"),
        source=UNVERIFIED_RATIOS,
    ),
    Model(
        id="openai/gpt-image-1.5",
        modality="image",
        fields=GPT_IMAGE | image_ratios("1:1", "3:2", "2:3") | extra("input_fidelity", *GPT_IMAGE_EXTRA),
        source=SCHEMA,
    ),
    Model(
        id="openai/gpt-image-2",
        modality="image",
        fields=GPT_IMAGE | image_ratios("1:1", "3:2", "2:3") | extra(*GPT_IMAGE_EXTRA),
        source="unverified: taken to be as gpt-image-1.5",
    ),
    Model(
        id="openai/gpt-image-2.5",
        modality="image",
        fields=GPT_IMAGE | {"size": passthrough_field_mapper("size")} | extra(*GPT_IMAGE_EXTRA),
        example="openai/gpt-image-2.5-flare",
        source=SCHEMA,
    ),
)
