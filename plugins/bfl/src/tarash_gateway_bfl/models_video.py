"""Describes FLUX 3, which makes videos, and the upscaler of videos.

Source: @ai-sdk/black-forest-labs 2.0.41; comfy-cli 1.23.0 (OpenAPI); Black Forest Labs' FLUX 3 skills; read 2026-11-27.
"""

from __future__ import annotations

from typing import Final

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    Rule,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)

SOURCE = (
    "@ai-sdk/black-forest-labs 2.0.41; comfy-cli 1.23.0 (OpenAPI); Black Forest Labs' FLUX 3 skills"
    " (github.com/black-forest-labs/skills); read 2026-11-27"
)
FLUX_3: Final = "flux-3"
"""The route of models whose inputs choose a mode."""
KEYFRAMES: Final = "keyframes"

RATIOS = ("21:9", "2:1", "16:9", "4:3", "1:1", "3:4", "9:16", "auto")
RESOLUTIONS = {"720p": "hd", "1080p": "fhd"}
PICTURE_TYPES = ("image/png", "image/jpeg", "image/webp")
MEGABYTE = 1024 * 1024
LARGEST_PICTURE = 20 * MEGABYTE
LARGEST_VIDEO = 50 * MEGABYTE

LAST_NEEDS_FIRST = Rule(when={"last_frame": ()}, require=("first_frame",), reason="with a last frame")
FRAMES_OR_VIDEO = Rule(when={"video": ()}, allow={"first_frame": ()}, reason="with an input video")

INPUTS: dict[str, FieldMapper] = {
    "first_frame": single_image_field_mapper(
        "first_frame", encoding="base64", content_types=PICTURE_TYPES, max_bytes=LARGEST_PICTURE
    ),
    "last_frame": single_image_field_mapper(
        "last_frame", encoding="base64", content_types=PICTURE_TYPES, max_bytes=LARGEST_PICTURE
    ),
    "start_video": video_url_field_mapper(encoding="base64", max_bytes=LARGEST_VIDEO),
}
PARAMETERS = extra_params_field_mapper(
    "batch", "draft", "draft_cache", KEYFRAMES, "safety_tolerance", "version"
)

DRAFT_ENHANCE = Model(
    id="draft_enhance",
    modality="video",
    fields={
        "extra_params": extra_params_field_mapper(
            "safety_tolerance", needed={"draft_cache": "the bundle of a draft, as base64 or its URL"}
        )
    },
    fixed={"number_of_videos": 1},
    route=FLUX_3,
    source=SOURCE,
)
"""What rendering a draft in full quality takes; it replaces the model's own row."""

VIDEO_ROWS = (
    Model(
        id="flux-3-video",
        modality="video",
        fields={
            "prompt": passthrough_field_mapper("prompt", required=True),
            "duration": duration_field_mapper("int", minimum=5, maximum=20),
            "aspect_ratio": aspect_ratio_field_mapper(RATIOS),
            "resolution": resolution_field_mapper(RESOLUTIONS),
            "generate_audio": passthrough_field_mapper("generate_audio"),
            **INPUTS,
            "extra_params": PARAMETERS,
        },
        fixed={"number_of_videos": 1},
        # the length is the model's choice unless it is given
        defaults={"resolution": "720p", "generate_audio": True},
        rules=(LAST_NEEDS_FIRST, FRAMES_OR_VIDEO),
        route=FLUX_3,
        source=SOURCE,
    ),
    Model(
        id="flux-tools/video-upscale-v1",
        modality="video",
        fields={
            "input_video": video_url_field_mapper(required=True, encoding="base64", max_bytes=LARGEST_VIDEO),
            "prompt": passthrough_field_mapper("prompt"),
            "extra_params": extra_params_field_mapper("creativity", "safety_tolerance", "upscale_factor"),
        },
        fixed={"number_of_videos": 1},
        source=SOURCE,
    ),
    Model(
        id="*",
        modality="video",
        generic=True,
        fields={
            "prompt": passthrough_field_mapper("prompt", required=True),
            "duration": duration_field_mapper("int", minimum=1),
            "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
            "resolution": resolution_field_mapper(RESOLUTIONS),
            "generate_audio": passthrough_field_mapper("generate_audio"),
            **INPUTS,
            "extra_params": PARAMETERS,
        },
        fixed={"number_of_videos": 1},
        rules=(LAST_NEEDS_FIRST, FRAMES_OR_VIDEO),
        route=FLUX_3,
        source="unverified: FLUX 3's fields, for names without a row",
    ),
)
