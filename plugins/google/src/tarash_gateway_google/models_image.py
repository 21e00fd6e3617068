"""Rows of the image models: Gemini's, and Imagen's for servers that still speak its protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Lifecycle,
    Model,
    Price,
    extra_params_field_mapper,
    image_list_field_mapper,
    image_ratio_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    size_field_mapper,
)

SDK: Final = "google-genai 3.4.0"
PAGE: Final = "Gemini API documentation, image generation, read 2026-11-22"
PRICES: Final = "litellm 1.109.1, 2026-11"
IMAGE_TYPES: Final = ("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif")
RATIOS: Final = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
LONG_RATIOS: Final = (*RATIOS, "1:4", "4:1", "1:8", "8:1")
# the K is a capital on the wire
SIZES: Final = {"1k": "1K", "2k": "2K", "4k": "4K"}
SIZE_FIELD: Final = "generationConfig.imageConfig.imageSize"
EXTRA: Final = (
    "safetySettings",
    "tools",
    "personGeneration",
    "prominentPeople",
    "imageOutputOptions",
    "generationConfig",
)


def _fields(
    *, ratios: Sequence[str], sizes: Mapping[str, str] | None, references: int | None, thinking: bool = False
) -> dict[str, FieldMapper]:
    """Return the fields of a Gemini image model; prompt and images become the parts of one content."""
    fields: dict[str, FieldMapper] = {
        "prompt": passthrough_field_mapper("prompt", required=True),
        "images": image_list_field_mapper(encoding="upload", max_items=references, content_types=IMAGE_TYPES),
        "generationConfig.imageConfig.aspectRatio": image_ratio_field_mapper(ratios),
        "generationConfig.seed": passthrough_field_mapper("seed"),
        "extra_params": extra_params_field_mapper(*EXTRA),
    }
    if sizes is not None:
        fields[SIZE_FIELD] = size_field_mapper(sizes)
    if thinking:
        fields["generationConfig.thinkingConfig.thinkingLevel"] = quality_field_mapper(
            {"low": "MINIMAL", "high": "HIGH"}
        )
    return fields


def _gemini(
    name: str,
    *,
    ratios: Sequence[str] = RATIOS,
    sizes: Mapping[str, str] | None = None,
    references: int | None = None,
    thinking: bool = False,
    prices: tuple[Price, ...] = (),
    lifecycle: Lifecycle | None = None,
    source: str = f"{PAGE}; {SDK}",
) -> Model:
    return Model(
        id=name,
        modality="image",
        route="generate_content",
        fields=_fields(ratios=ratios, sizes=sizes, references=references, thinking=thinking),
        # one call generates one picture
        fixed={"n": 1},
        constants={"generationConfig.responseModalities": ["IMAGE"]},
        defaults={"size": "1k"} if sizes else {},
        prices=prices,
        # a search costs by the query
        priced_params={"tools": None, "candidateCount": 1},
        lifecycle=lifecycle,
        source=source,
    )


def _per_image(usd: float, size: str | None = None, source: str = PRICES) -> Price:
    return Price(usd=usd, unit="image", when={"size": size} if size else {}, source=source)


def _ended(replacement: str) -> Lifecycle:
    return Lifecycle(
        ends_on=date(2026, 6, 25), replacement=replacement, source="litellm 1.109.1, deprecation dates"
    )


ENDS_ON_VERTEX: Final = Lifecycle(
    ends_on=date(2027, 5, 28), where="on Vertex AI", source="litellm 1.110.2, deprecation dates, 2026-11"
)
PRO_PRICES: Final = (
    _per_image(0.24, "4k", "unverified: litellm 1.109.1 gives the price per token only, 2026-11"),
    _per_image(0.134),
)
_FLASH_PAGE = "Google's Gemini API pricing page of 2026-04-04, as two public pages quote it, read 2026-11-27"
FLASH_PRICES: Final = (
    _per_image(0.045, "512", "litellm 1.110.2, entry gemini/, 2026-11"),
    _per_image(0.045, "0.5k", "litellm 1.110.2, entry gemini/, 2026-11"),
    _per_image(0.0672, "1k", "litellm 1.110.2, entry vertex_ai/, 2026-11"),
    _per_image(0.101, "2k", _FLASH_PAGE),
    _per_image(0.151, "4k", _FLASH_PAGE),
)
FLASH_SIZES: Final = {**SIZES, "512": "512", "0.5k": "512"}


IMAGEN_4: Final = (
    "unverified: the price at fal (litellm 1.110.2), which passes on that of the other Imagen models"
)
IMAGEN_3: Final = "litellm 1.110.2, entry gemini/, 2026-11"


def _imagen(
    name: str, replacement: str, *, example: str = "", usd: float | None = None, source: str = IMAGEN_4
) -> Model:
    """Return a row of Imagen; `usd` is the price of a picture, None if unknown."""
    return Model(
        id=name,
        example=example,
        modality="image",
        route="predict",
        fields={
            "instance.prompt": passthrough_field_mapper("prompt", required=True),
            "parameters.sampleCount": n_images_field_mapper(maximum=4),
            "parameters.aspectRatio": passthrough_field_mapper("aspect_ratio"),
            "parameters.sampleImageSize": size_field_mapper({"1k": "1K", "2k": "2K"}),
            "parameters.negativePrompt": passthrough_field_mapper("negative_prompt"),
            "parameters.seed": passthrough_field_mapper("seed"),
            "extra_params": extra_params_field_mapper(
                "personGeneration", "safetySetting", "language", "outputOptions"
            ),
        },
        constants={"parameters.includeRaiReason": True},
        prices=(_per_image(usd, source=source),) if usd is not None else (),
        lifecycle=Lifecycle(
            ends_on=date(2026, 8, 17),
            replacement=replacement,
            source="Firebase migration page of Imagen, read 2026-11-22",
        ),
        source="unverified: bounds of sampleCount; the rest from the Gemini API documentation of Imagen, before its end",
    )


IMAGE_MODELS: Final = (
    _gemini("gemini-3-pro-image", sizes=SIZES, references=14, prices=PRO_PRICES, lifecycle=ENDS_ON_VERTEX),
    _gemini(
        "nano-banana-pro-preview",
        sizes=SIZES,
        references=14,
        prices=PRO_PRICES,
        source=f"{PAGE}: another name of gemini-3-pro-image",
    ),
    _gemini(
        "gemini-3-pro-image-preview",
        sizes=SIZES,
        references=14,
        prices=PRO_PRICES,
        lifecycle=_ended("gemini-3-pro-image"),
    ),
    _gemini(
        "gemini-3.1-flash-image",
        ratios=LONG_RATIOS,
        sizes=FLASH_SIZES,
        thinking=True,
        prices=FLASH_PRICES,
        lifecycle=ENDS_ON_VERTEX,
    ),
    _gemini(
        "gemini-3.1-flash-image-preview",
        ratios=LONG_RATIOS,
        sizes=FLASH_SIZES,
        thinking=True,
        prices=FLASH_PRICES,
        lifecycle=_ended("gemini-3.1-flash-image"),
    ),
    _gemini(
        "gemini-3.1-flash-lite-image",
        prices=(_per_image(0.0336),),
        source=f"unverified: aspect ratios; the rest from {PAGE}",
    ),
    _gemini(
        "gemini-nano-banana-2.1",
        prices=(_per_image(0.0336),),
        source=f"unverified: aspect ratios; the name from {SDK}",
    ),
    _gemini(
        "gemini-2.5-flash-image",
        prices=(_per_image(0.039),),
        lifecycle=Lifecycle(
            ends_on=date(2027, 3, 15),
            replacement="gemini-3.1-flash-image",
            source="unverified: litellm 1.109.1, deprecation dates; a blog says 2026-10-02",
        ),
    ),
    _imagen(
        "imagen-4.0-fast-generate",
        "gemini-3.1-flash-image with quality='low'",
        example="imagen-4.0-fast-generate-001",
        usd=0.02,
    ),
    _imagen(
        "imagen-4.0-generate",
        "gemini-3.1-flash-image with quality='high'",
        example="imagen-4.0-generate-001",
        usd=0.04,
    ),
    _imagen(
        "imagen-4.0-ultra-generate", "gemini-3-pro-image", example="imagen-4.0-ultra-generate-001", usd=0.06
    ),
    _imagen(
        "imagen-3.0-fast-generate",
        "gemini-3.1-flash-image with quality='low'",
        example="imagen-3.0-fast-generate-001",
        usd=0.02,
        source=IMAGEN_3,
    ),
    _imagen(
        "imagen-3.0-generate",
        "gemini-3.1-flash-image",
        example="imagen-3.0-generate-001",
        usd=0.04,
        source=IMAGEN_3,
    ),
    _imagen("imagen-", "gemini-3.1-flash-image", example="imagen-5.0-generate-001"),
    Model(
        id="*",
        generic=True,
        example="gemini-image-model",
        modality="image",
        route="generate_content",
        fields=_fields(ratios=LONG_RATIOS, sizes=FLASH_SIZES, references=None),
        fixed={"n": 1},
        constants={"generationConfig.responseModalities": ["IMAGE"]},
        source=f"unverified: names without a row; fields of {SDK}, GenerateContentConfig",
    ),
)
