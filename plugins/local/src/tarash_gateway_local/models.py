"""Describes the two models of the renderer."""

from __future__ import annotations

from typing import Literal

from tarash.tarash_gateway.mapping import (
    Catalogue,
    FieldMapper,
    Model,
    Price,
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
)
from tarash.tarash_gateway.plugin import hookimpl

from .spec import LONGEST_DURATION_SECONDS

_SOURCE = "this package's own renderer"
_IMAGE_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp")


def _references() -> FieldMapper:
    return image_list_field_mapper(
        ("reference", "asset", "style"), max_items=4, encoding="upload", content_types=_IMAGE_TYPES
    )


def _frame(role: Literal["first_frame", "last_frame"]) -> FieldMapper:
    return single_image_field_mapper(role, encoding="upload", content_types=_IMAGE_TYPES)


ANIMATIC = Model(
    id="animatic",
    modality="video",
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True),
        "duration_seconds": duration_field_mapper("float", minimum=0.1, maximum=LONGEST_DURATION_SECONDS),
        "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
        "resolution": passthrough_field_mapper("resolution"),
        "audio": passthrough_field_mapper("generate_audio"),
        "seed": passthrough_field_mapper("seed"),
        "first_frame": _frame("first_frame"),
        "last_frame": _frame("last_frame"),
        "references": _references(),
        "extra_params": extra_params_field_mapper("frames_per_second"),
    },
    defaults={"duration_seconds": 4.0},
    prices=(Price(usd=0.0, unit="video", source=_SOURCE),),
    source=_SOURCE,
)

STILL = Model(
    id="still",
    modality="image",
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True),
        "size": passthrough_field_mapper("size"),
        "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
        "seed": passthrough_field_mapper("seed"),
        "n": n_images_field_mapper(maximum=10),
        "source": _frame("first_frame"),
        "references": _references(),
        "mask": mask_image_field_mapper(encoding="upload"),
        "extra_params": extra_params_field_mapper("format"),
    },
    prices=(Price(usd=0.0, unit="image", source=_SOURCE),),
    source=_SOURCE,
)

CATALOGUE = Catalogue((ANIMATIC, STILL))


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model table."""
    return CATALOGUE
