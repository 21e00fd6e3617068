"""Rows of families whose versions change: a version without a row of its own has the field names of its family, and free values."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model, passthrough_field_mapper

from .fields import (
    ANY_RATIO,
    NEGATIVE_PROMPT,
    PROMPT,
    SEED,
    Fields,
    count,
    duration_between,
    first_frame,
    last_frame,
    prompt_rewriting,
    reference,
    references,
    sound,
    source_video,
    tiers,
)
from .models_image_google_openai import GPT_IMAGE, SEEDREAM
from .models_image_studios import RECRAFT, SIZE_OR_RATIO
from .models_video_kling_seedance import FRAMES, KLING_MODES, SEEDANCE_2_RULES

NEWEST = "unverified: the field names of the newest version with a row of its own, and any value"
ANY_RESOLUTION: Fields = {"resolution": passthrough_field_mapper("resolution")}
ANY_SECONDS = duration_between(1)


def _family(prefix: str, modality: str, example: str, fields: Fields, **more: object) -> Model:
    return Model(id=prefix, modality=modality, example=example, fields=fields, source=NEWEST, **more)  # type: ignore[arg-type]  # members of Model


ROWS: tuple[Model, ...] = (
    _family(
        "bytedance/seedance",
        "video",
        "bytedance/seedance-9",
        PROMPT
        | ANY_SECONDS
        | ANY_RESOLUTION
        | ANY_RATIO
        | first_frame()
        | last_frame("last_frame_image")
        | references("reference_images")
        | source_video("reference_videos", as_list=True)
        | sound()
        | SEED,
        rules=SEEDANCE_2_RULES,
    ),
    _family(
        "google/veo",
        "video",
        "google/veo-9",
        PROMPT
        | ANY_SECONDS
        | ANY_RESOLUTION
        | ANY_RATIO
        | first_frame()
        | last_frame("last_frame")
        | references("reference_images")
        | sound()
        | NEGATIVE_PROMPT
        | SEED,
    ),
    _family(
        "kwaivgi/",
        "video",
        "kwaivgi/kling-v9-video",
        PROMPT
        | ANY_SECONDS
        | tiers("mode", KLING_MODES)
        | ANY_RATIO
        | FRAMES
        | references("reference_images")
        | sound()
        | NEGATIVE_PROMPT,
    ),
    _family(
        # "luma/ray" alone is the first Ray
        "luma/ray-",
        "video",
        "luma/ray-9",
        PROMPT | ANY_SECONDS | ANY_RESOLUTION | ANY_RATIO | FRAMES,
    ),
    _family(
        "minimax/",
        "video",
        "minimax/hailuo-9",
        PROMPT
        | ANY_SECONDS
        | ANY_RESOLUTION
        | first_frame("first_frame_image")
        | last_frame("last_frame_image")
        | prompt_rewriting("prompt_optimizer"),
    ),
    _family(
        "pixverse/",
        "video",
        "pixverse/pixverse-v9",
        PROMPT
        | ANY_SECONDS
        | {"quality": passthrough_field_mapper("resolution")}
        | ANY_RATIO
        | first_frame()
        | last_frame("last_frame_image")
        | sound("generate_audio_switch")
        | NEGATIVE_PROMPT
        | SEED,
    ),
    _family(
        "runwayml/",
        "video",
        "runwayml/gen-9",
        PROMPT | ANY_SECONDS | ANY_RATIO | first_frame() | SEED,
    ),
    _family(
        "bytedance/seedream",
        "image",
        "bytedance/seedream-9",
        SEEDREAM | {"size": passthrough_field_mapper("size")},
    ),
    _family("google/imagen", "image", "google/imagen-9", PROMPT | ANY_RATIO),
    _family(
        "minimax/",
        "image",
        "minimax/image-9",
        PROMPT | ANY_RATIO | count("number_of_images", 9) | reference("subject_reference"),
    ),
    _family("openai/gpt-image", "image", "openai/gpt-image-9", GPT_IMAGE | ANY_RATIO),
    _family("recraft-ai/", "image", "recraft-ai/recraft-v9", RECRAFT, rules=SIZE_OR_RATIO),
)
