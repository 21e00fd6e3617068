"""Rows for endpoints that have none of their own: the common fields under fal's usual names, any value."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    Model,
    duration_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    size_field_mapper,
)

from .fields import (
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    SEED,
    SIZE_PRESETS,
    count,
    first_frame,
    last_frame,
    mask,
    references,
    sound,
    source_video,
)

USUAL_VIDEO_FIELDS = (
    OPTIONAL_PROMPT
    | NEGATIVE_PROMPT
    | SEED
    | sound()
    | {
        # digits as text are what most models take; a plain integer field reads them too
        "duration": duration_field_mapper("str"),
        "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
        "resolution": passthrough_field_mapper("resolution"),
    }
    | first_frame(required=False)
    | last_frame()
    | references()
    | source_video(required=False)
)

USUAL_IMAGE_FIELDS = (
    OPTIONAL_PROMPT
    | NEGATIVE_PROMPT
    | SEED
    | {
        "image_size": size_field_mapper(SIZE_PRESETS, form="object"),
        "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
        "quality": passthrough_field_mapper("quality"),
        "style": passthrough_field_mapper("style"),
        "image_urls": image_list_field_mapper(encoding="upload"),
    }
    | count()
    | mask()
)

# of the endpoints without a row, by the input types of @fal-ai/client 1.10.1
EDITS_OF_ONE_IMAGE = frozenset(
    {
        "bria/fibo-edit/edit", "fal-ai/bagel/edit", "fal-ai/chrono-edit", "fal-ai/flowedit", "fal-ai/gemini-flash-edit",
        "fal-ai/ideogram/character/edit", "fal-ai/ideogram/v2/edit", "fal-ai/ideogram/v2/turbo/edit",
        "fal-ai/longcat-image/edit", "fal-ai/physic-edit", "fal-ai/step1x-edit",
    }
)  # fmt: skip
OTHERS_OF_SEVERAL_IMAGES = frozenset({"fal-ai/firered-image-edit-v1.1", "fal-ai/glm-image/image-to-image"})


def takes_several_images(model: str) -> bool:
    """Return whether an image endpoint without a row probably has `image_urls`, as new editors do, rather than `image_url`."""
    return model in OTHERS_OF_SEVERAL_IMAGES or (model.endswith("edit") and model not in EDITS_OF_ONE_IMAGE)


ROWS: tuple[Model, ...] = (
    Model(
        id="*",
        modality="video",
        generic=True,
        fields=USUAL_VIDEO_FIELDS,
        example="fal-ai/some-video-model/text-to-video",
        source="unverified: the names most of fal's video endpoints use (@fal-ai/client 1.10.1)",
    ),
    Model(
        id="*",
        modality="image",
        generic=True,
        fields=USUAL_IMAGE_FIELDS,
        example="fal-ai/some-image-model",
        source="unverified: the names most of fal's image endpoints use (@fal-ai/client 1.10.1)",
    ),
)
