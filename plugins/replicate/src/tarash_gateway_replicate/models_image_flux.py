"""Rows of Black Forest Labs' image models."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model

from .fields import (
    PROMPT,
    SEED,
    count,
    extra,
    image_ratios,
    mask,
    reference,
    references,
)
from .prices import A_LIST, LISTED, per_image

SCHEMA = "input schema on the Replicate model page, 2026"
RATIOS = ("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "3:4", "4:3", "9:16", "9:21")
FLUX_2_RATIOS = ("1:1", "16:9", "3:2", "2:3", "4:5", "5:4", "9:16", "3:4", "4:3")
FLUX_1 = PROMPT | image_ratios(*RATIOS) | count("num_outputs", 4) | SEED
FLUX_1_EXTRA = (
    "megapixels", "output_format", "output_quality", "go_fast", "num_inference_steps",
    "disable_safety_checker",
)  # fmt: skip
FLUX_2 = PROMPT | image_ratios(*FLUX_2_RATIOS, auto="match_input_image") | references("input_images") | SEED
FLUX_2_EXTRA = ("resolution", "width", "height", "safety_tolerance", "output_format", "output_quality")
KONTEXT = (
    PROMPT
    | image_ratios(*RATIOS, auto="match_input_image")
    | reference("input_image")
    | SEED
    # of formats it takes jpg and png only
    | extra("output_format", "safety_tolerance", "prompt_upsampling")
)
FLUX_2_SOURCE = "unverified: the list of ratios; " + SCHEMA

COPIED = "unverified: public copies of the model's input schema on Replicate, read 2026-11-27"

ROWS: tuple[Model, ...] = (
    Model(
        id="black-forest-labs/flux-1.1-pro",
        modality="image",
        fields=PROMPT
        | image_ratios(*FLUX_2_RATIOS)
        | reference("image_prompt")
        | SEED
        | extra(
            "width", "height", "safety_tolerance", "prompt_upsampling", "output_format", "output_quality"
        ),
        prices=(per_image(0.04, source=A_LIST),),
        source=COPIED,
    ),
    Model(
        id="black-forest-labs/flux-1.1-pro-ultra",
        modality="image",
        fields=PROMPT
        | image_ratios(*RATIOS)
        | reference("image_prompt")
        | SEED
        | extra("image_prompt_strength", "raw", "safety_tolerance", "output_format"),
        prices=(per_image(0.06, source=LISTED),),
        source=SCHEMA,
    ),
    Model(
        id="black-forest-labs/flux-2-dev",
        modality="image",
        fields=FLUX_2
        | extra("width", "height", "go_fast", "output_format", "output_quality", "disable_safety_checker"),
        source=COPIED,
    ),
    Model(
        id="black-forest-labs/flux-2-flex",
        modality="image",
        fields=FLUX_2 | extra(*FLUX_2_EXTRA, "steps", "guidance", "prompt_upsampling"),
        source=FLUX_2_SOURCE,
    ),
    Model(
        id="black-forest-labs/flux-2-klein-4b",
        modality="image",
        fields=PROMPT
        | image_ratios(*FLUX_2_RATIOS, auto="match_input_image")
        | references("images")
        | SEED
        | extra("output_megapixels", "go_fast"),
        source=FLUX_2_SOURCE,
    ),
    Model(
        id="black-forest-labs/flux-2-max",
        modality="image",
        fields=FLUX_2 | extra(*FLUX_2_EXTRA),
        source=FLUX_2_SOURCE,
    ),
    Model(
        id="black-forest-labs/flux-2-pro",
        modality="image",
        fields=FLUX_2 | extra(*FLUX_2_EXTRA),
        source=FLUX_2_SOURCE,
    ),
    Model(
        id="black-forest-labs/flux-dev",
        modality="image",
        fields=FLUX_1 | reference("image") | extra(*FLUX_1_EXTRA, "prompt_strength", "guidance"),
        prices=(per_image(0.025, source=LISTED),),
        source=SCHEMA,
    ),
    Model(
        id="black-forest-labs/flux-fill-dev",
        modality="image",
        fields=PROMPT
        | reference("image", required=True)
        | mask()
        | count("num_outputs", 4)
        | SEED
        | extra(
            "guidance",
            "num_inference_steps",
            "megapixels",
            "output_format",
            "output_quality",
            "lora_weights",
            "lora_scale",
            "disable_safety_checker",
        ),
        source=COPIED,
    ),
    Model(
        id="black-forest-labs/flux-fill-pro",
        modality="image",
        fields=PROMPT
        | reference("image", required=True)
        | mask(same_size=True)
        | SEED
        | extra("steps", "guidance", "outpaint", "output_format", "safety_tolerance"),
        source=SCHEMA,
    ),
    *(
        Model(
            id=f"black-forest-labs/flux-kontext-{tier}",
            modality="image",
            fields=KONTEXT,
            prices=(per_image(usd, source=LISTED),),
            source=SCHEMA,
        )
        for tier, usd in (("max", 0.08), ("pro", 0.04))
    ),
    Model(
        id="black-forest-labs/flux-schnell",
        modality="image",
        fields=FLUX_1 | extra(*FLUX_1_EXTRA),
        prices=(per_image(0.003),),
        source=SCHEMA,
    ),
)
