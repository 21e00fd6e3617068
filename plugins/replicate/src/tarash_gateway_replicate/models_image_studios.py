"""Rows of the image models of Ideogram, Luma, MiniMax, Qwen, Recraft, Stability AI and Wan."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    Model,
    Rule,
    passthrough_field_mapper,
    style_field_mapper,
)

from .fields import (
    ANY_RATIO,
    NEGATIVE_PROMPT,
    PROMPT,
    SEED,
    count,
    extra,
    image_ratios,
    image_steps,
    reference,
    references,
    style_reference,
)
from .payload import BLACK_IS_REPAINTED
from .prices import LISTED, per_image

SCHEMA = "input schema on the Replicate model page, 2026"
UNVERIFIED_RATIOS = "unverified: the list of ratios; " + SCHEMA
IDEOGRAM_RATIOS = (
    "1:3", "3:1", "1:2", "2:1", "9:16", "16:9", "10:16", "16:10", "2:3", "3:2", "3:4", "4:3",
    "4:5", "5:4", "1:1",
)  # fmt: skip
STYLE_WORDS = {word.lower(): word for word in ("None", "Auto", "General", "Realistic", "Design")}
# a size, or a ratio: the model takes one of the two
SIZE_OR_RATIO = (Rule(when={"size": ()}, allow={"aspect_ratio": ()}, reason="together with a size"),)
RECRAFT = PROMPT | {"size": passthrough_field_mapper("size")} | ANY_RATIO
QWEN_2 = (
    PROMPT
    | ANY_RATIO
    | reference("image")
    | NEGATIVE_PROMPT
    | SEED
    | extra("match_input_image", "enable_prompt_expansion")
)


ROWS: tuple[Model, ...] = (
    Model(
        id="ideogram-ai/ideogram-v3",
        modality="image",
        # `image` and `mask` go together, and black is what it repaints
        route=BLACK_IS_REPAINTED,
        fields=PROMPT
        | image_ratios(*IDEOGRAM_RATIOS)
        | {"style_type": style_field_mapper(STYLE_WORDS)}
        | SEED
        | extra(
            "image", "mask", "style_reference_images", "style_preset", "magic_prompt_option", "resolution"
        ),
        example="ideogram-ai/ideogram-v3-turbo",
        source=UNVERIFIED_RATIOS,
    ),
    Model(
        id="luma/photon",
        modality="image",
        fields=PROMPT
        | image_ratios("1:1", "3:4", "4:3", "9:16", "16:9", "9:21", "21:9")
        | reference("image_reference_url")
        | style_reference("style_reference_url")
        | SEED
        | extra("image_reference_weight", "style_reference_weight", "character_reference_url"),
        example="luma/photon-flash",
        source=UNVERIFIED_RATIOS,
    ),
    Model(
        id="minimax/image-01",
        modality="image",
        fields=PROMPT
        | image_ratios("1:1", "16:9", "4:3", "3:2", "2:3", "3:4", "9:16", "21:9")
        | count("number_of_images", 9)
        | reference("subject_reference")
        | extra("prompt_optimizer"),
        source=UNVERIFIED_RATIOS,
    ),
    Model(
        id="qwen/qwen-image",
        modality="image",
        fields=PROMPT
        | ANY_RATIO
        | reference("image")
        | NEGATIVE_PROMPT
        | SEED
        | extra("image_size", "strength", "guidance", "enhance_prompt", "go_fast"),
        source=SCHEMA,
    ),
    Model(
        id="qwen/qwen-image-2",
        modality="image",
        fields=QWEN_2,
        example="qwen/qwen-image-2-pro",
        source=SCHEMA,
    ),
    Model(id="qwen/qwen-image-3", modality="image", fields=QWEN_2, source=SCHEMA),
    *(
        Model(
            id=f"recraft-ai/recraft-v3{output}",
            modality="image",
            fields=RECRAFT | {"style": style_field_mapper()},
            rules=SIZE_OR_RATIO,
            prices=(per_image(usd, source=LISTED),),
            source=SCHEMA,
        )
        for output, usd in (("", 0.04), ("-svg", 0.08))
    ),
    Model(
        id="recraft-ai/recraft-v4",
        modality="image",
        fields=RECRAFT,
        rules=SIZE_OR_RATIO,
        example="recraft-ai/recraft-v4-svg",
        source=SCHEMA,
    ),
    Model(
        id="recraft-ai/recraft-v4.1",
        modality="image",
        fields=RECRAFT,
        rules=SIZE_OR_RATIO,
        prices=(per_image(0.04),),
        source=SCHEMA,
    ),
    Model(
        id="stability-ai/stable-diffusion-3.5-large",
        modality="image",
        fields=PROMPT
        | image_ratios("1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "9:16", "9:21")
        | reference("image")
        | NEGATIVE_PROMPT
        | SEED
        | extra("cfg", "prompt_strength", "output_format"),
        source=UNVERIFIED_RATIOS,
    ),
    Model(
        id="wan-video/wan-2.7-image",
        modality="image",
        fields=PROMPT
        | image_steps("size", "1K", "2K", "4K")
        | references("images")
        | SEED
        | extra("image_set_mode", "thinking_mode"),
        example="wan-video/wan-2.7-image-pro",
        source="unverified: the name of the images; " + SCHEMA,
    ),
)
