"""The image models of OpenAI: what each takes, and when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Lifecycle,
    Model,
    extra_params_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    size_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole

from .sizes import free_size_field_mapper

SDK = "openai 3.54.0, image_generate_params and image_edit_params"
ROLES: tuple[ImageRole, ...] = ("reference", "asset", "style", "first_frame")
IMAGE_BYTES = 50 * 1024 * 1024
# the last two are the words of the retired models; what they map to is this plugin's choice
QUALITIES: Mapping[str, str] = {
    "auto": "auto",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "standard": "medium",
    "hd": "high",
}
FINE_QUALITIES: Mapping[str, str] = {**QUALITIES, "xhigh": "xhigh", "max": "max"}
FIXED_SIZES = ("1024x1024", "1536x1024", "1024x1536", "auto")
OPTIONS = (
    "background",
    "moderation",
    "output_compression",
    "output_format",
    "safety_identifier",
)
PRICE_MAP_END = "unverified: litellm 1.109.1 price map"


def _fields(size: FieldMapper, qualities: Mapping[str, str], *options: str) -> Mapping[str, FieldMapper]:
    return {
        "prompt": passthrough_field_mapper("prompt", required=True, max_length=32_000),
        "n": n_images_field_mapper(maximum=10),
        "size": size,
        "quality": quality_field_mapper(qualities),
        # on the wire: parts `image` or `image[]` of a form, or objects in JSON
        "images": image_list_field_mapper(
            ROLES,
            max_items=16,
            encoding="upload",
            content_types=("image/png", "image/jpeg", "image/webp"),
            max_bytes=IMAGE_BYTES,
        ),
        "mask": mask_image_field_mapper(encoding="upload"),
        "extra_params": extra_params_field_mapper(*OPTIONS, *options, media=("markup",)),
    }


FREE = _fields(free_size_field_mapper(), QUALITIES)
FREE_AND_FINE = _fields(free_size_field_mapper(), FINE_QUALITIES, "markup")
PLANNED = _fields(
    free_size_field_mapper(), QUALITIES, "complexity", "frame_count", "frame_duration_ms", "markup", "svg"
)


def _fixed(*options: str) -> Mapping[str, FieldMapper]:
    return _fields(size_field_mapper(FIXED_SIZES, takes_ratio=True), QUALITIES, *options)


GPT_IMAGE_2_6 = tuple(
    Model(id=f"gpt-image-2.6-{kind}", modality="image", fields=PLANNED, source=SDK)
    for kind in ("flare", "sunburst")
)
GPT_IMAGE_2_5 = tuple(
    Model(
        id=f"gpt-image-2.5-{kind}",
        modality="image",
        fields=FREE_AND_FINE,
        source=f"{SDK}; serves the snapshot -2026-09-08 too",
    )
    for kind in ("flare", "sunburst")
)
GPT_IMAGE_2 = Model(
    id="gpt-image-2", modality="image", fields=FREE, source=f"{SDK}; serves the snapshot -2026-04-21 too"
)
GPT_IMAGE_1_5 = Model(
    id="gpt-image-1.5",
    modality="image",
    fields=_fixed("input_fidelity"),
    source=SDK,
    lifecycle=Lifecycle(ends_on=date(2026, 12, 1), source=PRICE_MAP_END),
)
GPT_IMAGE_1_MINI = Model(
    id="gpt-image-1-mini",
    modality="image",
    fields=_fixed("input_fidelity"),
    source=SDK,
    lifecycle=Lifecycle(ends_on=date(2026, 12, 1), source=PRICE_MAP_END),
)
CHATGPT_IMAGE_LATEST = Model(
    id="chatgpt-image-latest",
    modality="image",
    fields=_fixed(),
    source=SDK,
    lifecycle=Lifecycle(ends_on=date(2026, 12, 1), source=PRICE_MAP_END),
)
GPT_IMAGE_1 = Model(
    id="gpt-image-1",
    modality="image",
    fields=_fixed("input_fidelity"),
    source="openai 3.54.0, image_model: retired; other servers may still have it",
    lifecycle=Lifecycle(
        ends_on=date(2026, 10, 23),
        replacement="gpt-image-2.5-sunburst",
        source="openai 3.54.0, image_model (deprecated values)",
    ),
)
# No reference lists the values of these two any more, so any value is passed on.
DALL_E: Mapping[str, FieldMapper] = {
    "prompt": passthrough_field_mapper("prompt", required=True),
    "n": n_images_field_mapper(maximum=10),
    "size": size_field_mapper(),
    "quality": passthrough_field_mapper("quality"),
    "images": image_list_field_mapper(ROLES, max_items=1, encoding="upload"),
    "mask": mask_image_field_mapper(encoding="upload"),
    "extra_params": extra_params_field_mapper("response_format", "style"),
}
DALL_E_MODELS = tuple(
    Model(
        id=name,
        modality="image",
        fields=DALL_E,
        source="unverified: openai 3.54.0 only says that it is retired; other servers may still have it",
        lifecycle=Lifecycle(
            ends_on=date(2026, 5, 12),
            replacement="gpt-image-2",
            source="openai 3.54.0, image_model (deprecated values)",
        ),
    )
    for name in ("dall-e-2", "dall-e-3")
)
GENERIC_IMAGE = Model(
    id="*",
    modality="image",
    generic=True,
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True),
        "n": n_images_field_mapper(maximum=10),
        "size": size_field_mapper(),
        "quality": passthrough_field_mapper("quality"),
        "images": image_list_field_mapper(ROLES, max_items=16, encoding="upload"),
        "mask": mask_image_field_mapper(encoding="upload"),
        "extra_params": extra_params_field_mapper(*OPTIONS),
    },
    source=f"{SDK}: the fields every model shares, for deployments and compatible servers",
    example="my-image-deployment",
)

IMAGE_MODELS = (
    CHATGPT_IMAGE_LATEST,
    *DALL_E_MODELS,
    GPT_IMAGE_1,
    GPT_IMAGE_1_MINI,
    GPT_IMAGE_1_5,
    GPT_IMAGE_2,
    *GPT_IMAGE_2_5,
    *GPT_IMAGE_2_6,
    GENERIC_IMAGE,
)
