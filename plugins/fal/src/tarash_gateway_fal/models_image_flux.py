"""Rows of FLUX."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model, Price

from .fields import (
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    PROMPT,
    SEED,
    Fields,
    count,
    extra,
    image_ratios,
    image_size,
    image_size_texts,
    mask,
    references,
    source_image,
)
from .prices import FAL_PRICING, LITELLM, PAGE, RESELLER, per_image, per_megapixel
from .rows import CLIENT, INDEX, image

SOURCE = "fal model pages of FLUX, read 2026-11-22; @fal-ai/client 1.10.1"

RATIOS = ("21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21")
STEPS = ("guidance_scale", "num_inference_steps")
EDIT = references(required=True)
# fal would use the first of more and drop the others
FOUR_INPUTS = references(required=True, maximum=4)
THREE_INPUTS = references(required=True, maximum=3)


def flux(name: str, fields: Fields, prices: tuple[Price, ...] = ()) -> Model:
    """Return a row with what most of FLUX has in common: a prompt and a seed."""
    return image(f"fal-ai/{name}", PROMPT | SEED | fields, prices=prices, source=SOURCE)


FLUX_2 = image_size() | count()
FLUX_2_EXTRA = extra(*STEPS, "acceleration", "enable_prompt_expansion", "output_format")
FLUX_2_FAST_EXTRA = extra("guidance_scale", "enable_prompt_expansion", "output_format")
KLEIN_BASE = FLUX_2 | NEGATIVE_PROMPT | extra(*STEPS, "acceleration", "output_format")
KLEIN = FLUX_2 | extra("num_inference_steps", "output_format")
# pro, max and flex render one picture per call: no num_images
FLUX_2_PRO_EXTRA = extra("safety_tolerance", "enable_safety_checker", "output_format")
FLUX_2_FLEX_EXTRA = extra("safety_tolerance", "enable_safety_checker", "output_format", *STEPS)
# US dollars of the first megapixel, if it costs another amount, and of each further one
FLUX_2_USD: tuple[tuple[str, Fields, float | None, float], ...] = (
    ("flux-2-pro", FLUX_2_PRO_EXTRA, 0.03, 0.015),
    ("flux-2-max", FLUX_2_PRO_EXTRA, 0.07, 0.03),
    ("flux-2-flex", FLUX_2_FLEX_EXTRA, None, 0.06),
)
FLASH_PRICES = (per_megapixel(0.005, "fal's developer guide of FLUX.2 flash, copy of 2026"),)

FLUX_2_ROWS: tuple[Model, ...] = (
    *(
        row
        for name, own, prices in (
            ("flux-2", FLUX_2_EXTRA, ()),
            ("flux-2/turbo", FLUX_2_FAST_EXTRA, ()),
            ("flux-2/flash", FLUX_2_FAST_EXTRA, FLASH_PRICES),
        )
        for row in (
            flux(name, FLUX_2 | own, prices),
            flux(f"{name}/edit", FLUX_2 | FOUR_INPUTS | own, prices),
        )
    ),
    *(
        row
        for size in ("4b", "9b")
        for row in (
            flux(f"flux-2/klein/{size}", KLEIN),
            flux(f"flux-2/klein/{size}/edit", KLEIN | FOUR_INPUTS),
            flux(f"flux-2/klein/{size}/base", KLEIN_BASE),
            flux(f"flux-2/klein/{size}/base/edit", KLEIN_BASE | EDIT),
        )
    ),
    *(
        row
        for name, own, first, usd in FLUX_2_USD
        for row in (
            # no preset has more than a megapixel
            flux(name, image_size() | own, (per_megapixel(usd, PAGE, first=first, usual=1),)),
            # the input pictures are billed, too, so nothing is estimated
            flux(f"{name}/edit", image_size("auto") | EDIT | own, (per_megapixel(usd, PAGE, first=first),)),
        )
    ),
)

LORA_EXTRA = (*STEPS, "lora_scale", "acceleration", "output_format")
LORA = FLUX_2 | extra(*LORA_EXTRA)
STYLES = (
    "ballpoint-pen-sketch", "digital-comic-art", "hdr-style", "realism", "satellite-view-style", "sepia-vintage",
)  # fmt: skip
FLUX_2_LORA_ROWS: tuple[Model, ...] = (
    *(flux(f"flux-2-lora-gallery/{style}", LORA) for style in STYLES),
    *(flux(f"flux-2-lora-gallery/{task}", LORA | EDIT) for task in ("apartment-staging", "virtual-tryon")),
    *(
        image(f"fal-ai/flux-2-lora-gallery/{task}", OPTIONAL_PROMPT | SEED | LORA | EDIT, source=CLIENT)
        for task in ("add-background", "face-to-full-portrait")
    ),
    image(
        "fal-ai/flux-2-lora-gallery/multiple-angles",
        SEED | FLUX_2 | EDIT | extra(*LORA_EXTRA, "horizontal_angle", "vertical_angle", "zoom"),
        source=CLIENT,
    ),
    flux("flux-2/lora", FLUX_2 | extra(*STEPS, "loras", "enable_prompt_expansion", "output_format")),
    flux(
        "flux-2/lora/edit",
        FLUX_2 | THREE_INPUTS | extra(*STEPS, "loras", "enable_prompt_expansion", "output_format"),
    ),
    image(
        "fal-ai/flux-2/klein/realtime",
        OPTIONAL_PROMPT
        | SEED
        | source_image()
        | image_size_texts("square", "square_hd")
        | extra("num_inference_steps", "output_feedback_strength", "enable_interpolation"),
        source=CLIENT,
    ),
)

PRO_EXTRA = ("enhance_prompt", "safety_tolerance", "output_format")
PRO = count() | extra(*PRO_EXTRA)
KONTEXT = (
    image_ratios(RATIOS)
    | count()
    | extra("enhance_prompt", "guidance_scale", "safety_tolerance", "output_format")
)
KONTEXT_ROWS = tuple(
    flux(f"flux-pro/{tier}{arm}", KONTEXT | own, prices)
    for tier, prices in (
        ("kontext", (per_image(0.04, RESELLER),)),
        ("kontext/max", (per_image(0.08, FAL_PRICING),)),
    )
    for arm, own in (
        ("", source_image()),
        ("/multi", EDIT),
        ("/text-to-image", {}),
    )
)

ULTRA = image_ratios(RATIOS) | count()
ULTRA_EXTRA = (*PRO_EXTRA, "raw", "image_prompt_strength")
FINETUNE = {"finetune_id": "the id of your finetune", "finetune_strength": "0 to 2"}
FINETUNED = {"finetune_id": "my-finetune", "finetune_strength": 1.0}
# a redux needs a picture, and no prompt
REDUX = SEED | source_image() | image_size() | count()
VARIANT_ROWS: tuple[Model, ...] = (
    image(
        "fal-ai/flux-pro/v1.1-ultra-finetuned",
        PROMPT | SEED | ULTRA | source_image(required=False) | extra(*ULTRA_EXTRA, needed=FINETUNE),
        prices=(per_image(0.07, RESELLER),),
        source=CLIENT,
        example_params=FINETUNED,
    ),
    image(
        "fal-ai/flux-pro/v1/fill-finetuned",
        PROMPT
        | SEED
        | source_image()
        | mask(required=True, same_size=True)
        | count()
        | extra(*PRO_EXTRA, needed=FINETUNE),
        source=CLIENT,
        example_params=FINETUNED,
    ),
    image(
        "fal-ai/flux-pro/v1.1-ultra/redux",
        OPTIONAL_PROMPT | SEED | ULTRA | source_image() | extra(*ULTRA_EXTRA),
        prices=(per_image(0.05, RESELLER),),
        source=CLIENT,
    ),
    *(
        image(
            f"fal-ai/flux-pro/{version}/redux",
            OPTIONAL_PROMPT | REDUX | extra(*PRO_EXTRA, *STEPS),
            prices=prices,
            source=CLIENT,
        )
        for version, prices in (("v1", ()), ("v1.1", (per_image(0.05, RESELLER),)))
    ),
    *(
        image(
            f"fal-ai/flux/{name}/redux",
            REDUX | extra("num_inference_steps", "acceleration", "output_format"),
            source=source,
        )
        for name, source in (("dev", INDEX), ("schnell", CLIENT), ("krea", CLIENT))
    ),
)

FLUX_1 = count() | extra(*STEPS, "acceleration", "enable_safety_checker", "output_format")

ROWS: tuple[Model, ...] = (
    *FLUX_2_ROWS,
    *FLUX_2_LORA_ROWS,
    *KONTEXT_ROWS,
    *VARIANT_ROWS,
    flux("flux-pro/v1.1", image_size() | PRO, (per_image(0.04, LITELLM),)),
    flux(
        "flux-pro/v1.1-ultra",
        ULTRA | source_image(required=False) | extra(*ULTRA_EXTRA),
        (per_image(0.06, LITELLM),),
    ),
    flux("flux-pro/v1/fill", source_image() | mask(required=True, same_size=True) | PRO),
    # a size that is left out is landscape_4_3; no preset has more than 1024 × 1024 pixels, and fal rounds up to whole megapixels
    # (its page of FLUX.1 [pro] Fill, and a list of its prices for FLUX.1, read 2026-11-28)
    flux("flux/dev", image_size() | FLUX_1, (per_megapixel(0.025, LITELLM, usual=1),)),
    flux(
        "flux/dev/image-to-image",
        source_image()
        | FLUX_1
        | extra(*STEPS, "strength", "acceleration", "enable_safety_checker", "output_format"),
    ),
    flux("flux/schnell", image_size() | FLUX_1, (per_megapixel(0.003, LITELLM, usual=1),)),
)
