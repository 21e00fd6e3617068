"""Defines the fields that Stability's endpoints share, and short forms to write their rows in.

Source: Stability's OpenAPI document (v2beta), read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    Price,
    Rule,
    extra_params_field_mapper,
    image_ratio_field_mapper,
    mask_image_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    style_field_mapper,
)

SOURCE = "Stability API reference (OpenAPI document, v2beta), read 2026-11-22"
PRICES = "Stability API reference and pricing page (1 credit = 0.01 USD), read 2026-11-22"

# neither 4:3 nor 3:4 is among them
RATIOS = ("1:1", "21:9", "16:9", "3:2", "5:4", "4:5", "2:3", "9:16", "9:21")
STYLES = (
    "enhance", "anime", "photographic", "digital-art", "comic-book", "fantasy-art", "line-art", "analog-film",
    "neon-punk", "isometric", "low-poly", "origami", "modeling-compound", "cinematic", "3d-model",
    "pixel-art", "tile-texture",
)  # fmt: skip
IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp")
# the whole request may have 10 MiB (error payload_too_large)
MAX_IMAGE_BYTES = 10 * 1024 * 1024
LARGEST_SEED = 4294967294

FILE_PARTS = (
    "image", "mask", "subject_image", "background_reference", "light_reference", "init_image", "style_image",
)  # fmt: skip
"""Names of the parts that are pictures."""

SEED: Mapping[str, FieldMapper] = {"seed": passthrough_field_mapper("seed", minimum=0, maximum=LARGEST_SEED)}
NEGATIVE: Mapping[str, FieldMapper] = {
    "negative_prompt": passthrough_field_mapper("negative_prompt", max_length=10_000)
}
STYLE: Mapping[str, FieldMapper] = {"style_preset": style_field_mapper(STYLES)}
RATIO: Mapping[str, FieldMapper] = {"aspect_ratio": image_ratio_field_mapper(RATIOS)}


def prompt(name: str = "prompt", *, required: bool = True) -> Mapping[str, FieldMapper]:
    """Return the part for the prompt."""
    return {name: passthrough_field_mapper("prompt", required=required, max_length=10_000)}


def picture(name: str = "image", *, required: bool = True) -> Mapping[str, FieldMapper]:
    """Return the part for the picture to work on. The form takes bytes only, so a URL is fetched first."""
    return {
        name: single_image_field_mapper(
            "reference",
            also=("first_frame",),
            required=required,
            encoding="upload",
            content_types=IMAGE_TYPES,
            max_bytes=MAX_IMAGE_BYTES,
        )
    }


def second_picture(
    name: str,
    role: Literal["asset", "style"],
    *,
    also: tuple[Literal["reference"], ...] = (),
    required: bool = False,
) -> Mapping[str, FieldMapper]:
    """Return the part for another picture with a role of its own."""
    return {
        name: single_image_field_mapper(
            role,
            also=also,
            required=required,
            encoding="upload",
            content_types=IMAGE_TYPES,
            max_bytes=MAX_IMAGE_BYTES,
        )
    }


def mask() -> Mapping[str, FieldMapper]:
    """Return the part for the mask."""
    return {"mask": mask_image_field_mapper(encoding="upload", max_bytes=MAX_IMAGE_BYTES)}


def extras(*names: str) -> Mapping[str, FieldMapper]:
    """Name the parts that only `extra_params` can set."""
    return {"extra_params": extra_params_field_mapper("output_format", *names, media=FILE_PARTS)}


def row(
    name: str,
    *fields: Mapping[str, FieldMapper],
    credits_each: float,
    route: str = "",
    source: str = SOURCE,
    price_source: str = PRICES,
    rules: tuple[Rule, ...] = (),
    typical_seconds: float | None = None,
    example_params: Mapping[str, object] | None = None,
) -> Model:
    """Return the row of a model; every endpoint renders one picture per call."""
    return Model(
        id=name,
        modality="image",
        fields={part: mapper for group in fields for part, mapper in group.items()},
        fixed={"n": 1},
        route=route or name,
        rules=rules,
        prices=(Price(usd=round(credits_each / 100, 4), unit="image", source=price_source),),
        typical_seconds=typical_seconds,
        example_params=example_params or {},
        source=source,
    )
