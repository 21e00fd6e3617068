"""fal's model tables. A name finds its exact row, else the longest prefix; `*` is one path segment."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    Catalogue,
    Model,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
)

VEO_3_1 = Model(
    id="fal-ai/veo3.1",
    modality="video",
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True),
        "duration": duration_field_mapper("str", allowed_values=(4, 6, 8), suffix="s"),
        "aspect_ratio": aspect_ratio_field_mapper(("16:9", "9:16")),
        "resolution": resolution_field_mapper(("720p", "1080p", "4k")),
        "generate_audio": passthrough_field_mapper("generate_audio"),
        "negative_prompt": passthrough_field_mapper("negative_prompt"),
        "seed": passthrough_field_mapper("seed"),
    },
    defaults={"duration_seconds": 8, "generate_audio": True},
    source="fal model page veo3.1, read 2026-11-22",
)

CATALOGUE = Catalogue((VEO_3_1,))
