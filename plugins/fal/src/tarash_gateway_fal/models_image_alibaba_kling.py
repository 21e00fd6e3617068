"""Rows of the image models of Alibaba (Qwen, Z-Image, Wan) and Kling."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model

from .fields import (
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    PROMPT,
    SEED,
    count,
    extra,
    image_ratios,
    image_resolutions,
    image_size,
    mask,
    references,
    source_image,
)
from .prices import CATALOGUE_MARCH, FAL_PRICING_JULY, per_image, per_megapixel
from .rows import CLIENT, INDEX, PAGES, PAGES_AND_CLIENT, image

EDIT = references(required=True)
TWO_INPUTS = references(required=True, maximum=2)
THREE_INPUTS = references(required=True, maximum=3)
TEN_INPUTS = references(required=True, maximum=10)

QWEN_2 = (
    PROMPT
    | SEED
    | NEGATIVE_PROMPT
    | image_size()
    | count()
    | extra("enable_prompt_expansion", "output_format")
)
QWEN_1_EXTRA = ("guidance_scale", "num_inference_steps", "acceleration", "output_format")
QWEN_1 = PROMPT | SEED | NEGATIVE_PROMPT | image_size() | count() | extra(*QWEN_1_EXTRA)
STRENGTH = extra(*QWEN_1_EXTRA, "strength")
QWEN_LORAS = extra(*QWEN_1_EXTRA, "loras")
WITHOUT_PROMPT = SEED | NEGATIVE_PROMPT | image_size() | count()
QWEN_ROWS: tuple[Model, ...] = (
    *(
        row
        for name, source in (
            ("fal-ai/qwen-image-2", PAGES_AND_CLIENT),
            ("fal-ai/qwen-image-2/pro", PAGES_AND_CLIENT),
            ("fal-ai/qwen-image-max", PAGES_AND_CLIENT),
        )
        for row in (
            image(f"{name}/text-to-image", QWEN_2, source=source),
            image(f"{name}/edit", QWEN_2 | THREE_INPUTS, source=source),
        )
    ),
    image("alibaba/qwen-image-3/text-to-image", QWEN_2 | count(6), source=f"{PAGES}; {INDEX}"),
    image("alibaba/qwen-image-3/edit", QWEN_2 | count(6) | EDIT, source=f"{PAGES}; {INDEX}"),
    image(
        "fal-ai/qwen-image",
        QWEN_1 | extra(*QWEN_1_EXTRA, "use_turbo", "loras"),
        prices=(per_megapixel(0.02, CATALOGUE_MARCH),),
    ),
    image("fal-ai/qwen-image-2512", QWEN_1),
    image(
        "fal-ai/qwen-image/image-to-image",
        QWEN_1 | source_image() | extra(*QWEN_1_EXTRA, "use_turbo", "loras", "strength"),
    ),
    image("fal-ai/qwen-image-edit", QWEN_1 | source_image()),
    image("fal-ai/qwen-image-edit/image-to-image", QWEN_1 | source_image() | STRENGTH),
    image("fal-ai/qwen-image-edit/inpaint", QWEN_1 | source_image() | mask(required=True) | STRENGTH),
    *(image(f"fal-ai/qwen-image-edit-{version}", QWEN_1 | EDIT) for version in ("plus", "2509", "2511")),
    *(
        image(f"fal-ai/{name}", QWEN_1 | EDIT | QWEN_LORAS, source=CLIENT)
        for name in ("qwen-image-edit-plus-lora", "qwen-image-edit-2509-lora", "qwen-image-edit-2511/lora")
    ),
    # most of a gallery need no prompt, and three know none
    image(
        "fal-ai/qwen-image-edit-*-lora-gallery/*",
        QWEN_1 | OPTIONAL_PROMPT | EDIT | extra(*QWEN_1_EXTRA, "lora_scale"),
        source=CLIENT,
        example="fal-ai/qwen-image-edit-plus-lora-gallery/next-scene",
    ),
    *(
        image(
            f"fal-ai/qwen-image-edit-*-lora-gallery/{task}",
            WITHOUT_PROMPT | EDIT | extra(*QWEN_1_EXTRA, *own),
            source=CLIENT,
            example=f"fal-ai/qwen-image-edit-plus-lora-gallery/{task}",
        )
        for task, own in (
            ("lighting-restoration", ()),
            ("remove-lighting", ()),
            ("multiple-angles", ("lora_scale", "rotate_right_left", "vertical_angle", "move_forward")),
        )
    ),
    image(
        "fal-ai/qwen-image-edit-2511-multiple-angles",
        WITHOUT_PROMPT
        | EDIT
        | extra(*QWEN_1_EXTRA, "horizontal_angle", "vertical_angle", "zoom", "additional_prompt"),
        source=CLIENT,
    ),
    *(
        image(
            f"fal-ai/qwen-image-layered{tier}",
            OPTIONAL_PROMPT
            | SEED
            | NEGATIVE_PROMPT
            | source_image()
            | extra(*QWEN_1_EXTRA, "num_layers", *own),
            source=CLIENT,
        )
        for tier, own in (("", ()), ("/lora", ("loras",)))
    ),
)

Z_EXTRA = ("enable_prompt_expansion", "num_inference_steps", "acceleration", "output_format")
Z_IMAGE = PROMPT | SEED | count()
Z_ROWS: tuple[Model, ...] = (
    image("fal-ai/z-image/turbo", Z_IMAGE | image_size() | extra(*Z_EXTRA)),
    image(
        "fal-ai/z-image/turbo/image-to-image",
        Z_IMAGE | image_size("auto") | source_image() | extra(*Z_EXTRA, "strength"),
    ),
    image(
        "fal-ai/z-image/turbo/inpaint",
        Z_IMAGE
        | image_size("auto")
        | source_image()
        | mask("mask_image_url", required=True)
        | extra(*Z_EXTRA, "strength", "control_scale"),
    ),
    *(
        image(f"fal-ai/z-image/turbo/{arm}{tier}", Z_IMAGE | fields | extra(*Z_EXTRA, *own), source=CLIENT)
        for arm, fields, parameters in (
            (
                "controlnet",
                image_size("auto") | source_image(),
                ("preprocess", "control_scale", "control_start", "control_end"),
            ),
            (
                "tiling",
                image_size("auto") | source_image(required=False) | mask("mask_image_url"),
                ("tiling_mode", "tile_size", "tile_stride", "strength"),
            ),
        )
        for tier, own in (("", parameters), ("/lora", (*parameters, "loras")))
    ),
    image("fal-ai/z-image/turbo/lora", Z_IMAGE | image_size() | extra(*Z_EXTRA, "loras"), source=CLIENT),
)

KLING_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")
KLING = PROMPT | count(9)
KLING_SERIES = extra("elements", "result_type", "series_amount", "output_format")
O3_PRICES = (
    per_image(0.056, "unverified: Kling's own price, which fal's of the smaller sizes is", size="4k"),
    per_image(0.028, FAL_PRICING_JULY),
)
KLING_ROWS: tuple[Model, ...] = (
    image(
        "fal-ai/kling-image/v3/text-to-image",
        KLING
        | NEGATIVE_PROMPT
        | image_ratios(KLING_RATIOS)
        | image_resolutions("1K", "2K")
        | extra("elements"),
    ),
    image(
        "fal-ai/kling-image/v3/image-to-image",
        KLING
        | source_image()
        | image_ratios(KLING_RATIOS)
        | image_resolutions("1K", "2K")
        | extra("elements"),
    ),
    image(
        "fal-ai/kling-image/o3/text-to-image",
        KLING | image_ratios(KLING_RATIOS) | image_resolutions("1K", "2K", "4K") | KLING_SERIES,
        prices=O3_PRICES,
    ),
    image(
        "fal-ai/kling-image/o3/image-to-image",
        KLING
        | TEN_INPUTS
        | image_ratios(("auto", *KLING_RATIOS))
        | image_resolutions("1K", "2K", "4K")
        | KLING_SERIES,
        prices=O3_PRICES,
    ),
    image(
        "fal-ai/kling-image/o1",
        KLING
        | TEN_INPUTS
        | image_ratios(("auto", *KLING_RATIOS))
        | image_resolutions("1K", "2K")
        | extra("elements"),
    ),
)

WAN = PROMPT | SEED | NEGATIVE_PROMPT | image_size()
# its text-to-image counts with max_images, and may give fewer
WAN_SERIES = WAN | extra("max_images", "enable_safety_checker")
WAN_EDIT = WAN | EDIT | count() | extra("enable_prompt_expansion", "enable_safety_checker")
WAN_ROWS: tuple[Model, ...] = (
    image("fal-ai/wan/v2.7/text-to-image", WAN_SERIES),
    image("fal-ai/wan/v2.7/edit", WAN_EDIT),
    image("fal-ai/wan/v2.7/pro/text-to-image", WAN_SERIES),
    image("fal-ai/wan/v2.7/pro/edit", WAN_EDIT),
    image("wan/v2.6/text-to-image", WAN_SERIES | source_image(required=False)),
    image("wan/v2.6/image-to-image", WAN_EDIT),
    image("fal-ai/wan-25-preview/text-to-image", WAN | count(4) | extra("enable_prompt_expansion")),
    image("fal-ai/wan-25-preview/image-to-image", WAN | TWO_INPUTS | count(4)),
)

ROWS: tuple[Model, ...] = (*QWEN_ROWS, *Z_ROWS, *KLING_ROWS, *WAN_ROWS)
