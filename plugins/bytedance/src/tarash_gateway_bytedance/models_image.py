"""Describes the Seedream models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Lifecycle,
    Model,
    Price,
    extra_params_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    pixel_size_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole

SOURCE = "comfy-cli 1.23.0 (OpenAPI); byteplus-python-sdk-v2 3.0.63; read 2026-11-27"
DEPRECATIONS = "ModelArk documentation, model deprecation (updated 2026-03-16), read 2026-11-27"
BILLING = "BytePlus documentation, large model billing, read 2026-11-27"
AI_SDK = "@ai-sdk/bytedance 1.0.29 (the name), read 2026-11-28"
SEEDREAM_5_5 = "unverified: docs.laozhang.ai, a reseller's page of 2026-11-13, which names BytePlus's own model, read 2026-11-28"
SEEDREAM_5_5_PRICES = (
    "unverified: inference.sh of 2026-11-12 and OpenRouter, which pass on what BytePlus asks; read 2026-11-28"
)
RESOLD = "unverified: resellers' price pages, read 2026-11-27"

PICTURES: tuple[ImageRole, ...] = ("reference", "first_frame", "asset", "style")
IMAGE_TYPES = (
    "image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff", "image/gif",
)  # fmt: skip
NO_PICTURES: Mapping[str, object] = {
    "first_frame": None,
    "reference": None,
    "asset": None,
    "style_image": None,
}
MEGABYTE = 1024 * 1024
STEEPEST = 16
BATCH_PARAMETERS = ("sequential_image_generation", "sequential_image_generation_options")


def _square(side: int) -> int:
    return side * side


def _row(
    name: str,
    sizes: FieldMapper,
    *,
    most_images: int = 14,
    max_bytes: int = 10 * MEGABYTE,
    types: tuple[str, ...] = IMAGE_TYPES,
    batches: bool = True,
    extras: tuple[str, ...] = (),
    usd: float | None = None,
    price_source: str = BILLING,
    usd_by_size: Mapping[str, float] | None = None,
    lifecycle: Lifecycle | None = None,
    source: str = SOURCE,
    unverified: bool = False,
    generic: bool = False,
) -> Model:
    """Return the row of one model. Without input images if `most_images` is 0."""
    fields: dict[str, FieldMapper] = {
        "prompt": passthrough_field_mapper("prompt", required=True),
        "size": sizes,
    }
    if most_images:
        fields["image"] = image_list_field_mapper(
            PICTURES, max_items=most_images, content_types=types, max_bytes=max_bytes
        )
    parameters = (*(BATCH_PARAMETERS if batches else ()), *extras, "watermark")
    fields["extra_params"] = extra_params_field_mapper(*parameters)
    return Model(
        id=name,
        modality="image",
        fields=fields,
        # a batch has as many images as the prompt asks for, if extra_params turn it on
        fixed={"n": 1},
        constants={"response_format": "url"},
        defaults={"size": "2k"} if usd_by_size else {},
        prices=(
            # of a batch, the number is not known
            *(
                ()
                if usd is None
                else (
                    Price(
                        usd=usd,
                        unit="image",
                        when={"sequential_image_generation": None},
                        source=price_source,
                    ),
                )
            ),
            # every input picture adds $0.008
            *(
                Price(usd=each, unit="image", when={"size": size, **NO_PICTURES}, source=price_source)
                for size, each in (usd_by_size or {}).items()
            ),
        ),
        # whether each layer is billed is not published
        priced_params={"layer_decomposition": None, "tools": None},
        lifecycle=lifecycle,
        generic=generic,
        unverified=unverified,
        source=source,
    )


def _both(name: str, sizes: FieldMapper, **more: object) -> tuple[Model, Model]:
    """Return the rows of a model on BytePlus and, as "doubao-…" and without BytePlus's price, on Volcengine."""
    elsewhere = {key: value for key, value in more.items() if key not in ("usd", "lifecycle")}
    return _row(name, sizes, **more), _row(f"doubao-{name}", sizes, **elsewhere)  # type: ignore[arg-type]  # checked by `_row`


def _up_to_2k(usual_side: int, more: Mapping[str, str] | None = None) -> FieldMapper:
    """Return the sizes of a model that makes at most four megapixels; `more` are words beside 1k and 2k."""
    return pixel_size_field_mapper(
        {"1k": "1K", **(more or {}), "2k": "2K"},
        usual_pixels=_square(usual_side),
        min_pixels=_square(1024),
        max_pixels=_square(2048),
        steepest=STEEPEST,
    )


THINKS = "optimize_prompt_options"
LITE_SIZES = pixel_size_field_mapper(
    {"2k": "2K", "3k": "3K"},
    usual_pixels=_square(2048),
    min_pixels=2560 * 1440,
    max_pixels=_square(3072),
    steepest=STEEPEST,
)
LITE_EXTRAS = (THINKS, "output_format")
PRO: Mapping[str, object] = {
    "most_images": 10,
    "max_bytes": 30 * MEGABYTE,
    "types": (*IMAGE_TYPES, "image/heic", "image/heif"),
    "batches": False,
    "extras": ("layer_decomposition", THINKS, "output_format"),
}
IMAGE_ROWS = (
    _row(
        "seedream-3-0-t2i-250415",
        pixel_size_field_mapper(
            usual_pixels=_square(1024), min_pixels=_square(512), max_pixels=_square(2048)
        ),
        most_images=0,
        batches=False,
        extras=("guidance_scale", "seed"),
        usd=0.03,
        price_source=RESOLD,
        lifecycle=Lifecycle(
            ends_on=date(2026, 5, 13), replacement="seedream-4-0-250828", source=DEPRECATIONS
        ),
    ),
    *_both(
        "seedream-4-0-250828",
        pixel_size_field_mapper(
            {"1k": "1K", "2k": "2K", "4k": "4K"},
            usual_pixels=_square(2048),
            min_pixels=_square(1024),
            max_pixels=_square(4096),
            steepest=STEEPEST,
        ),
        extras=(THINKS,),
        usd=0.03,
    ),
    *_both(
        "seedream-4-5-251128",
        pixel_size_field_mapper(
            {"2k": "2K", "4k": "4K"},
            usual_pixels=_square(2048),
            min_pixels=2560 * 1440,
            max_pixels=_square(4096),
            steepest=STEEPEST,
        ),
        extras=(THINKS,),
        usd=0.04,
    ),
    *_both("seedream-5-0-260128", LITE_SIZES, extras=LITE_EXTRAS, usd=0.035, price_source=RESOLD),
    _row(
        "seedream-5-0-lite-260128",
        LITE_SIZES,
        extras=LITE_EXTRAS,
        usd=0.035,
        price_source=RESOLD,
        source=f"{AI_SDK}; {SOURCE}",
    ),
    *_both("seedream-5-0-pro-260628", _up_to_2k(1024), **PRO),
    _row("dola-seedream-5-0-pro-260628", _up_to_2k(1024), **PRO, source=f"{AI_SDK}; {SOURCE}"),  # type: ignore[arg-type]  # as above
    _row(
        "dola-seedream-5-5-261028",
        _up_to_2k(2048, {"1.5k": "1.5K"}),
        most_images=10,
        batches=False,
        extras=("background", "layer_decomposition", "output_format"),
        usd_by_size={"1k": 0.02, "1.5k": 0.02, "2k": 0.035},
        price_source=SEEDREAM_5_5_PRICES,
        source=SEEDREAM_5_5,
        unverified=True,
    ),
    _row(
        "*",
        pixel_size_field_mapper(
            {"1k": "1K", "2k": "2K", "3k": "3K", "4k": "4K"}, usual_pixels=_square(2048), steepest=STEEPEST
        ),
        extras=(THINKS, "output_format"),
        generic=True,
        source="unverified: what Seedream models have in common, for endpoint ids and names without a row",
    ),
)
