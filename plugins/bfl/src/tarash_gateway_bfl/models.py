"""Collects the model table, and describes the FLUX image models.

Source: see `SOURCE`. Where the sources differ, the API reference decides.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import (
    Catalogue,
    FieldMapper,
    Model,
    Price,
    extra_params_field_mapper,
    image_list_field_mapper,
    image_ratio_field_mapper,
    mask_image_field_mapper,
    passthrough_field_mapper,
    pixel_size_field_mapper,
    single_image_field_mapper,
    size_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole, hookimpl

from .models_video import VIDEO_ROWS

SOURCE = (
    "Black Forest Labs' API reference, and the official client (github.com/black-forest-labs/blackforest); comfy-cli 1.23.0 (OpenAPI);"
    " read 2026-11-27"
)
PRICES = "litellm 1.110.2 price map, from bfl.ai/pricing; read 2026-11-27"
MEGAPIXEL_PRICES = "Black Forest Labs' API skill (github.com/black-forest-labs/skills), read 2026-11-27"

FLUX_3_PAGE = "Black Forest Labs' FLUX.3 Image as Comfy Router describes it (the repository Comfy-Org/docs), read 2026-11-28"
FLUX_3_PRICES = (
    "Black Forest Labs' release notes of 2026-10-01, as a public repository quotes them, read 2026-11-28"
)
FLUX_3_RESOLD = (
    "unverified: computed from a reseller, who asks four fifths for every other size; read 2026-11-28"
)
KLEIN_CLIENT = "release notes of @ai-sdk/black-forest-labs 2.0.63 (seed and other parameters of FLUX.3 Image Klein), read 2026-11-28"
KLEIN_PRICE = "Vercel's page of the model, which has Black Forest Labs' prices; read 2026-11-28"
KLEIN_RESOLD = "unverified: a reseller's price, whose price of 1k is Black Forest Labs'; read 2026-11-28"

PICTURES: tuple[ImageRole, ...] = ("reference", "first_frame", "asset", "style")
RATIOS = (
    "21:9", "2:1", "16:9", "3:2", "4:3", "5:4", "1:1", "4:5", "3:4", "2:3", "9:16", "1:2", "9:21",
)  # fmt: skip
FLUX_3_RATIOS = (
    "auto", "21:9", "2:1", "16:9", "3:2", "7:5", "4:3", "5:4", "1:1", "4:5", "3:4", "5:7", "2:3", "9:16", "1:2", "9:21",
)  # fmt: skip
FLUX_3_IMAGE = "flux-3-image"
"""The route of the image models whose schema is strict."""
NO_PICTURES: Mapping[str, object] = {
    "first_frame": None,
    "reference": None,
    "asset": None,
    "style_image": None,
}
# names that the fields do not have in the tables; those of the input images are numbered
PRICED_PARAMS: Mapping[str, object] = dict.fromkeys(
    ("width", "height", "input_image", *(f"input_image_{number}" for number in range(2, 11)))
)
COMMON_PARAMETERS = ("output_format", "safety_tolerance")
# sides in steps of 16: help.bfl.ai, "Aspect Ratios and Output Dimensions", read 2026-11-29
FLUX_2_SIZES = pixel_size_field_mapper(
    usual_pixels=1024**2, min_side=64, max_pixels=2048**2, multiple_of=16, form="object"
)
FLUX_1_SIZES = pixel_size_field_mapper(
    usual_pixels=1024 * 768, min_side=256, max_side=1440, multiple_of=32, form="object"
)


def _row(
    name: str,
    fields: Mapping[str, FieldMapper],
    *,
    extras: tuple[str, ...] = (),
    prices: tuple[Price, ...] = (),
    priced_params: Mapping[str, object] | None = None,
    route: str = "",
    generic: bool = False,
    example_params: Mapping[str, object] | None = None,
    source: str = SOURCE,
) -> Model:
    return Model(
        id=name,
        modality="image",
        fields={**fields, "extra_params": extra_params_field_mapper(*extras, *COMMON_PARAMETERS)},
        # there is no parameter for the number
        fixed={"n": 1},
        prices=prices,
        priced_params=priced_params or {},
        route=route,
        generic=generic,
        example_params=example_params or {},
        source=source,
    )


def _per_megapixel(first: float, further: float) -> Price:
    """Return the price of FLUX.2. Input images cost by their own megapixels, so it does not hold for requests with any."""
    return Price(
        usd=further,
        usd_first=first,
        unit="megapixel",
        # a size that is left out is 1024 x 1024
        usual_megapixels=1,
        when=NO_PICTURES,
        source=MEGAPIXEL_PRICES,
    )


def _flux_2(
    name: str,
    *,
    references: int | None,
    usd: tuple[float, float] | None = None,
    extras: tuple[str, ...] = ("transparent_bg",),
    generic: bool = False,
    source: str = SOURCE,
) -> Model:
    """Return the row of a FLUX.2 model; `usd` is the price of the first megapixel and of each further one."""
    prices = () if usd is None else (_per_megapixel(*usd),)
    return _row(
        name,
        {
            "prompt": passthrough_field_mapper("prompt", required=True),
            "size": FLUX_2_SIZES,
            "seed": passthrough_field_mapper("seed"),
            "input_images": image_list_field_mapper(PICTURES, max_items=references, encoding="base64"),
        },
        extras=extras,
        prices=prices,
        priced_params=PRICED_PARAMS,
        generic=generic,
        source=source,
    )


def _flux_3(
    name: str,
    prices: Mapping[str, tuple[float, str]],
    *,
    more: Mapping[str, FieldMapper] | None = None,
    extras: tuple[str, ...],
    source: str,
) -> Model:
    """Return the row of a FLUX.3 image model, with the price of each size; what input images cost is not published."""
    return Model(
        id=name,
        modality="image",
        fields={
            "prompt": passthrough_field_mapper("prompt", required=True),
            "aspect_ratio": image_ratio_field_mapper(FLUX_3_RATIOS),
            "resolution": size_field_mapper(("1k", "768sq", "1.5k", "2k", "4k")),
            "images": image_list_field_mapper(PICTURES, max_items=10, encoding="base64"),
            **(more or {}),
            "extra_params": extra_params_field_mapper("safety_tolerance", *extras),
        },
        fixed={"n": 1},
        defaults={"size": "1k"},
        prices=tuple(
            Price(usd=usd, unit="image", when={"size": size, **NO_PICTURES}, source=read)
            for size, (usd, read) in prices.items()
        ),
        priced_params={**PRICED_PARAMS, "grounding": False},
        route=FLUX_3_IMAGE,
        source=source,
    )


def _flux_1(name: str, size: Mapping[str, FieldMapper], usd: float, *, extras: tuple[str, ...] = ()) -> Model:
    """Return the row of a FLUX.1 model that makes images of text, and of one image as base64."""
    return _row(
        name,
        {
            "prompt": passthrough_field_mapper("prompt", required=True),
            **size,
            "seed": passthrough_field_mapper("seed"),
            "image_prompt": single_image_field_mapper(
                "reference", also=("first_frame", "style"), encoding="upload"
            ),
        },
        extras=("prompt_upsampling", *extras),
        prices=(Price(usd=usd, unit="image", source=PRICES),),
    )


def _kontext(name: str, usd: float) -> Model:
    return _row(
        name,
        {
            "prompt": passthrough_field_mapper("prompt", required=True),
            "aspect_ratio": image_ratio_field_mapper(RATIOS),
            "seed": passthrough_field_mapper("seed"),
            "input_images": image_list_field_mapper(PICTURES, max_items=4, encoding="base64"),
        },
        extras=("prompt_upsampling",),
        prices=(Price(usd=usd, unit="image", source=PRICES),),
    )


def _picture(role: ImageRole = "reference") -> FieldMapper:
    also: tuple[ImageRole, ...] = ("first_frame",) if role == "reference" else ()
    return single_image_field_mapper(role, required=True, also=also, encoding="base64")


def _mask(*, required: bool = False) -> FieldMapper:
    # "The endpoint verifies that the dimensions of the mask match the original image" (BFL API reference, FLUX.1 Fill; Erase
    # alike, read 2026-11-28)
    return mask_image_field_mapper(
        required=required, encoding="upload", same_size_as=("reference", "first_frame")
    )


SEED = passthrough_field_mapper("seed")
OPTIONAL_PROMPT = passthrough_field_mapper("prompt")
FIVE_CENTS = (Price(usd=0.05, unit="image", source=PRICES),)

IMAGE_ROWS = (
    _flux_2(
        "flux-2-flex",
        references=8,
        usd=(0.05, 0.05),
        extras=("guidance", "prompt_upsampling", "steps", "transparent_bg"),
    ),
    _flux_2("flux-2-klein-4b", references=4, usd=(0.014, 0.001)),
    _flux_2("flux-2-klein-9b", references=4, usd=(0.015, 0.002)),
    _flux_2("flux-2-max", references=8, usd=(0.07, 0.03)),
    _flux_2("flux-2-pro", references=8, usd=(0.03, 0.015)),
    _flux_3(
        "flux-3-image",
        {
            "768sq": (0.041, FLUX_3_PRICES),
            "1k": (0.048, FLUX_3_PRICES),
            "1.5k": (0.07, FLUX_3_RESOLD),
            "2k": (0.10, FLUX_3_PRICES),
            "4k": (0.607, FLUX_3_PRICES),
        },
        # neither a seed nor a format of the output
        extras=("grounding", "version"),
        source=FLUX_3_PAGE,
    ),
    _flux_3(
        "flux-3-image-klein",
        {"1k": (0.009, KLEIN_PRICE), "2k": (0.014, KLEIN_RESOLD), "4k": (0.036, KLEIN_RESOLD)},
        more={"seed": SEED},
        extras=("height", "output_format", "steps", "width"),
        source=f"unverified: that it else takes what flux-3-image does; {KLEIN_CLIENT}; {FLUX_3_PAGE}",
    ),
    _flux_1("flux-dev", {"size": FLUX_1_SIZES}, 0.025, extras=("guidance", "steps")),
    _kontext("flux-kontext-max", 0.08),
    _kontext("flux-kontext-pro", 0.04),
    _flux_1("flux-pro", {"size": FLUX_1_SIZES}, 0.05, extras=("guidance", "interval", "steps")),
    _row(
        "flux-pro-1.0-expand",
        {"image": _picture(), "prompt": OPTIONAL_PROMPT, "seed": SEED},
        extras=("bottom", "guidance", "left", "prompt_upsampling", "right", "steps", "top"),
        prices=FIVE_CENTS,
        example_params={"right": 256},
    ),
    _row(
        "flux-pro-1.0-fill",
        {
            "image": _picture(),
            "mask": _mask(),
            "prompt": OPTIONAL_PROMPT,
            "seed": SEED,
        },
        extras=("guidance", "prompt_upsampling", "steps"),
        prices=FIVE_CENTS,
    ),
    _flux_1("flux-pro-1.1", {"size": FLUX_1_SIZES}, 0.04),
    _flux_1(
        "flux-pro-1.1-ultra",
        {"aspect_ratio": image_ratio_field_mapper(RATIOS)},
        0.06,
        extras=("image_prompt_strength", "raw"),
    ),
    _row("flux-tools/deblur-v1", {"image": _picture(), "seed": SEED}),
    _row(
        "flux-tools/erase-v1",
        {
            "image": _picture(),
            "mask": _mask(required=True),
            "seed": SEED,
        },
        extras=("dilate_pixels",),
    ),
    _row(
        "flux-tools/outpainting-v1",
        {
            "input_image": _picture(),
            "size": pixel_size_field_mapper(
                usual_pixels=1024**2, min_side=64, max_pixels=2048**2, form="object", required=True
            ),
            "prompt": OPTIONAL_PROMPT,
        },
        extras=("auto_crop", "mode", "reference_offset_x", "reference_offset_y"),
        route="outpainting",
    ),
    _row(
        "flux-tools/vto-v1",
        {
            "prompt": passthrough_field_mapper("prompt", required=True),
            "person": _picture(),
            "garment": _picture("asset"),
            "seed": SEED,
        },
    ),
    _flux_2(
        "*",
        references=None,
        extras=("guidance", "prompt_upsampling", "steps", "transparent_bg"),
        generic=True,
        source="unverified: what FLUX image models have in common, for names without a row",
    ),
)

CATALOGUE = Catalogue((*VIDEO_ROWS, *IMAGE_ROWS))


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model table."""
    return CATALOGUE
