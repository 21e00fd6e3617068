"""Rows of FLUX."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model, Price

from .fields import (
    NEGATIVE_PROMPT,
    PROMPT,
    SEED,
    Fields,
    count,
    extra,
    image_ratios,
    image_size,
    mask,
    references,
    source_image,
)
from .prices import LITELLM, PAGE, per_image, per_megapixel

SOURCE = "fal model pages of FLUX, read 2026-11-22; @fal-ai/client 1.10.1"

RATIOS = ("21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21")
STEPS = ("guidance_scale", "num_inference_steps")
EDIT = references(required=True)


def flux(name: str, fields: Fields, prices: tuple[Price, ...] = ()) -> Model:
    """Return a row with what all of FLUX has in common: a prompt and a seed."""
    return Model(
        id=f"fal-ai/{name}", modality="image", fields=PROMPT | SEED | fields, prices=prices, source=SOURCE
    )


FLUX_2 = image_size() | count()
FLUX_2_EXTRA = extra(*STEPS, "acceleration", "enable_prompt_expansion", "output_format")
FLUX_2_FAST_EXTRA = extra("guidance_scale", "enable_prompt_expansion", "output_format")
KLEIN_BASE = FLUX_2 | NEGATIVE_PROMPT | extra(*STEPS, "acceleration", "output_format")
KLEIN = FLUX_2 | extra("num_inference_steps", "output_format")
# pro, max and flex render one picture per call: no num_images
FLUX_2_PRO_EXTRA = extra("safety_tolerance", "enable_safety_checker", "output_format")
FLUX_2_FLEX_EXTRA = extra("safety_tolerance", "enable_safety_checker", "output_format", *STEPS)
PRO_PRICES = (per_megapixel(0.03, f"{PAGE}: 0.03 for the first, 0.015 for each further megapixel"),)
MAX_PRICES = (per_megapixel(0.07, f"{PAGE}: 0.07 for the first, 0.03 for each further megapixel"),)
FLEX_PRICES = (per_megapixel(0.06, PAGE),)

FLUX_2_ROWS: tuple[Model, ...] = (
    *(
        row
        for name, own in (
            ("flux-2", FLUX_2_EXTRA),
            ("flux-2/turbo", FLUX_2_FAST_EXTRA),
            ("flux-2/flash", FLUX_2_FAST_EXTRA),
        )
        for row in (flux(name, FLUX_2 | own), flux(f"{name}/edit", FLUX_2 | EDIT | own))
    ),
    *(
        row
        for size in ("4b", "9b")
        for row in (
            flux(f"flux-2/klein/{size}", KLEIN),
            flux(f"flux-2/klein/{size}/edit", KLEIN | EDIT),
            flux(f"flux-2/klein/{size}/base", KLEIN_BASE),
            flux(f"flux-2/klein/{size}/base/edit", KLEIN_BASE | EDIT),
        )
    ),
    *(
        row
        for name, own, prices in (
            ("flux-2-pro", FLUX_2_PRO_EXTRA, PRO_PRICES),
            ("flux-2-max", FLUX_2_PRO_EXTRA, MAX_PRICES),
            ("flux-2-flex", FLUX_2_FLEX_EXTRA, FLEX_PRICES),
        )
        for row in (
            flux(name, image_size() | own, prices),
            flux(f"{name}/edit", image_size("auto") | EDIT | own, prices),
        )
    ),
)

PRO = count() | extra("enhance_prompt", "safety_tolerance", "output_format")
KONTEXT = (
    image_ratios(RATIOS)
    | count()
    | extra("enhance_prompt", "guidance_scale", "safety_tolerance", "output_format")
)
KONTEXT_ROWS = tuple(
    flux(f"flux-pro/{tier}{arm}", KONTEXT | own)
    for tier in ("kontext", "kontext/max")
    for arm, own in (
        ("", source_image()),
        ("/multi", EDIT),
        ("/text-to-image", {}),
    )
)

FLUX_1 = count() | extra(*STEPS, "acceleration", "enable_safety_checker", "output_format")

ROWS: tuple[Model, ...] = (
    *FLUX_2_ROWS,
    *KONTEXT_ROWS,
    flux("flux-pro/v1.1", image_size() | PRO, (per_image(0.04, LITELLM),)),
    flux(
        "flux-pro/v1.1-ultra",
        image_ratios(RATIOS)
        | source_image(required=False)
        | count()
        | extra("raw", "enhance_prompt", "image_prompt_strength", "safety_tolerance", "output_format"),
        (per_image(0.06, LITELLM),),
    ),
    flux("flux-pro/v1/fill", source_image() | mask(required=True) | PRO),
    flux("flux/dev", image_size() | FLUX_1, (per_megapixel(0.025, LITELLM),)),
    flux(
        "flux/dev/image-to-image",
        source_image()
        | FLUX_1
        | extra(*STEPS, "strength", "acceleration", "enable_safety_checker", "output_format"),
    ),
    flux("flux/schnell", image_size() | FLUX_1, (per_megapixel(0.003, LITELLM),)),
)
