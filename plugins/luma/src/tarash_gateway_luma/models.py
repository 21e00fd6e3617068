"""Luma's model table: `route` says which of its two APIs serves a row."""

from __future__ import annotations

from typing import Final

from tarash.tarash_gateway.mapping import (
    Catalogue,
    FieldMapper,
    Lifecycle,
    Model,
    Rule,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    image_ratio_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    style_field_mapper,
)
from tarash.tarash_gateway.plugin import hookimpl

from .fields import image_reference, image_references, image_url, image_urls, video_reference, video_url
from .prices import PHOTON_1, PHOTON_FLASH_1, RAY_1_6, RAY_2, RAY_3_2, RAY_FLASH_2, UNI_1, UNI_1_MAX

AGENTS: Final = "agents"
DREAM_MACHINE: Final = "dream_machine"

AGENTS_SOURCE = "luma-agents 0.5.0; Luma Agents API documentation, read 2026-11-22"
DREAM_SOURCE = "lumaai 1.21.0; Luma Dream Machine documentation, read 2026-11-22"
# the average of text to video, 100 s from an image (ComfyUI, comfy_api_nodes/nodes_luma.py of 2025-10-12, read 2026-11-27)
DREAM_SECONDS = 105
UNSEEN = "unverified: a name that no table has, with the fields of the API's other models"

VIDEO_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9")
# the documented example refuses 4:3 for uni-1, although the client's type has it
IMAGE_RATIOS = ("1:1", "16:9", "9:16", "3:2", "2:3", "2:1", "1:2", "3:1", "1:3")
EDIT_STRENGTHS = tuple(f"{kind}_{step}" for kind in ("adhere", "flex", "reimagine") for step in (1, 2, 3))
"""From keeping the input video to reimagining it; the same words in both APIs."""
DREAM_RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "9:21")

AGENTS_VIDEO_FIELDS: dict[str, FieldMapper] = {
    "prompt": passthrough_field_mapper("prompt", required=True, max_length=6000),
    "video.duration": duration_field_mapper("str", allowed_values=(5, 10), suffix="s"),
    "video.resolution": resolution_field_mapper(("360p", "540p", "720p", "1080p")),
    "aspect_ratio": aspect_ratio_field_mapper(VIDEO_RATIOS),
    "video.start_frame": image_reference("first_frame"),
    "video.end_frame": image_reference("last_frame"),
    "source": video_reference(),
    "image_ref": image_references("reference", "asset", "style"),
    "extra_params": extra_params_field_mapper("type", "user_id", "video"),
}

AGENTS_IMAGE_FIELDS: dict[str, FieldMapper] = {
    "prompt": passthrough_field_mapper("prompt", required=True, max_length=6000),
    "aspect_ratio": image_ratio_field_mapper(IMAGE_RATIOS),
    "style": style_field_mapper(("auto", "manga")),
    "source": image_reference("first_frame"),
    "image_ref": image_references("reference", "asset", "style", maximum=9),
    "extra_params": extra_params_field_mapper("type", "layering", "output_format", "web_search", "user_id"),
}

DREAM_VIDEO_FIELDS: dict[str, FieldMapper] = {
    "prompt": passthrough_field_mapper("prompt", max_length=5000),
    "duration": duration_field_mapper("str", allowed_values=(5, 9), suffix="s"),
    "resolution": resolution_field_mapper(("540p", "720p", "1080p", "4k")),
    "aspect_ratio": aspect_ratio_field_mapper(DREAM_RATIOS),
    "keyframes.frame0": image_url("first_frame", "keyframe"),
    "keyframes.frame1": image_url("last_frame", "keyframe"),
    "media": video_url(),
    "extra_params": extra_params_field_mapper("generation_type", "mode", "loop", "concepts", "generation_id"),
}

DREAM_IMAGE_FIELDS: dict[str, FieldMapper] = {
    "prompt": passthrough_field_mapper("prompt", required=True),
    "aspect_ratio": image_ratio_field_mapper(DREAM_RATIOS),
    "image_ref": image_urls("reference", "entries", maximum=4),
    "style_ref": image_urls("style", "entries"),
    "character_ref": image_urls("asset", "identity", maximum=4),
    "modify_image_ref": image_url("first_frame", "media"),
    "extra_params": extra_params_field_mapper("generation_type", "format", "sync", "sync_timeout"),
}

KEEPS_LENGTH = Rule(
    when={"video": ()},
    allow={"duration_seconds": ()},
    reason="with an input video, whose length the result keeps",
)
KEEPS_SIZE = Rule(
    when={"video": ()},
    allow={"duration_seconds": (), "resolution": (), "last_frame": ()},
    reason="with an input video, whose length and resolution the result keeps",
)

RAY_3_2_ROW = Model(
    id="ray-3.2",
    modality="video",
    fields=AGENTS_VIDEO_FIELDS,
    defaults={"duration_seconds": 5, "resolution": "720p", "aspect_ratio": "16:9"},
    rules=(KEEPS_LENGTH,),
    route=AGENTS,
    prices=RAY_3_2,
    priced_params={"hdr": False, "exr_export": False},
    source=AGENTS_SOURCE,
)
UNI_1_ROW = Model(
    id="uni-1",
    modality="image",
    fields=AGENTS_IMAGE_FIELDS,
    defaults={"style": "auto"},
    route=AGENTS,
    prices=UNI_1,
    priced_params={"web_search": False},
    source=AGENTS_SOURCE,
)
UNI_1_MAX_ROW = Model(
    id="uni-1-max",
    modality="image",
    fields=AGENTS_IMAGE_FIELDS,
    defaults={"style": "auto"},
    route=AGENTS,
    prices=UNI_1_MAX,
    priced_params={"web_search": False},
    source=AGENTS_SOURCE,
)
RAY_2_ROW = Model(
    id="ray-2",
    modality="video",
    fields=DREAM_VIDEO_FIELDS,
    rules=(KEEPS_SIZE,),
    route=DREAM_MACHINE,
    prices=RAY_2,
    typical_seconds=DREAM_SECONDS,
    source=DREAM_SOURCE,
)
RAY_FLASH_2_ROW = Model(
    id="ray-flash-2",
    modality="video",
    fields=DREAM_VIDEO_FIELDS,
    rules=(KEEPS_SIZE,),
    route=DREAM_MACHINE,
    prices=RAY_FLASH_2,
    typical_seconds=DREAM_SECONDS,
    source=DREAM_SOURCE,
)
RAY_1_6_ROW = Model(
    id="ray-1-6",
    modality="video",
    fields={
        name: mapper
        for name, mapper in DREAM_VIDEO_FIELDS.items()
        if name not in ("duration", "resolution", "media")
    },
    route=DREAM_MACHINE,
    prices=RAY_1_6,
    typical_seconds=DREAM_SECONDS,
    lifecycle=Lifecycle(replacement="ray-2", source="lumaai 1.21.0, whose model type no longer has it"),
    source="unverified: no longer in lumaai 1.21.0",
)
PHOTON_1_ROW = Model(
    id="photon-1",
    modality="image",
    fields=DREAM_IMAGE_FIELDS,
    route=DREAM_MACHINE,
    prices=PHOTON_1,
    source=DREAM_SOURCE,
)
PHOTON_FLASH_1_ROW = Model(
    id="photon-flash-1",
    modality="image",
    fields=DREAM_IMAGE_FIELDS,
    route=DREAM_MACHINE,
    prices=PHOTON_FLASH_1,
    source=DREAM_SOURCE,
)
GENERIC_VIDEO = Model(
    id="video",
    modality="video",
    generic=True,
    example="ray-3.4",
    fields={
        **AGENTS_VIDEO_FIELDS,
        "video.duration": duration_field_mapper("str", suffix="s"),
        "video.resolution": passthrough_field_mapper("resolution"),
        "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
    },
    route=AGENTS,
    source=UNSEEN,
)
GENERIC_IMAGE = Model(
    id="image",
    modality="image",
    generic=True,
    example="uni-2",
    fields={**AGENTS_IMAGE_FIELDS, "aspect_ratio": passthrough_field_mapper("aspect_ratio")},
    route=AGENTS,
    source=UNSEEN,
)

GENERIC_DREAM_VIDEO = Model(
    id="dream-machine-video",
    modality="video",
    generic=True,
    example="ray-flash-3",
    fields={
        **DREAM_VIDEO_FIELDS,
        "duration": duration_field_mapper("str", suffix="s"),
        "resolution": passthrough_field_mapper("resolution"),
        "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
    },
    route=DREAM_MACHINE,
    source=UNSEEN,
)
GENERIC_DREAM_IMAGE = Model(
    id="dream-machine-image",
    modality="image",
    generic=True,
    example="photon-2",
    fields={**DREAM_IMAGE_FIELDS, "aspect_ratio": passthrough_field_mapper("aspect_ratio")},
    route=DREAM_MACHINE,
    source=UNSEEN,
)
"""With `GENERIC_DREAM_VIDEO` outside of the catalogue, which has one generic row per modality: see `apis`."""

CATALOGUE = Catalogue(
    (
        PHOTON_1_ROW,
        PHOTON_FLASH_1_ROW,
        RAY_1_6_ROW,
        RAY_2_ROW,
        RAY_3_2_ROW,
        RAY_FLASH_2_ROW,
        UNI_1_ROW,
        UNI_1_MAX_ROW,
        GENERIC_VIDEO,
        GENERIC_IMAGE,
    )
)


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model table."""
    return CATALOGUE
