"""Rows for models, versions and deployments that have none of their own: common fields, usual names."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model, passthrough_field_mapper

from .fields import (
    ANY_RATIO,
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    SEED,
    duration_between,
    first_frame,
    last_frame,
    mask,
    reference,
    references,
    sound,
    source_video,
)

SOURCE = (
    "unverified: the names most of Replicate's models use; a model's own are on its page, under API, Schema"
)

ROWS: tuple[Model, ...] = (
    Model(
        id="*",
        modality="video",
        generic=True,
        fields=OPTIONAL_PROMPT
        | NEGATIVE_PROMPT
        | SEED
        | ANY_RATIO
        | duration_between(1)
        | {"resolution": passthrough_field_mapper("resolution")}
        | sound()
        | first_frame()
        | last_frame("last_frame_image")
        | references("reference_images")
        | source_video(),
        example="acme/some-video-model",
        source=SOURCE,
    ),
    Model(
        id="*",
        modality="image",
        generic=True,
        fields=OPTIONAL_PROMPT
        | NEGATIVE_PROMPT
        | SEED
        | ANY_RATIO
        | {
            "size": passthrough_field_mapper("size"),
            "quality": passthrough_field_mapper("quality"),
            "style": passthrough_field_mapper("style"),
            "num_outputs": passthrough_field_mapper("n"),
        }
        | reference("image")
        | mask(),
        example="acme/some-image-model",
        source=SOURCE,
    ),
)
