"""The video models: Sora 2, whose service has ended, and any other that a server offers under /v1/videos."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Lifecycle,
    Model,
    Price,
    duration_field_mapper,
    extra_params_field_mapper,
    frame_size_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)

from .mappers import exact_size_field_mapper

SDK = "openai 3.54.0, video_create_params"
GUIDE = "OpenAI video guide, read 2026-11-22"
ENDED = Lifecycle(
    ends_on=date(2026, 9, 24),
    source="openai 3.54.0, resources/videos.py: the API shut down; compatible servers may still have it",
)
FRAME_TYPES = ("image/jpeg", "image/png", "image/webp")
SIZES_720P: Mapping[tuple[str, str], object] = {("9:16", "720p"): "720x1280", ("16:9", "720p"): "1280x720"}
SIZES_PRO: Mapping[tuple[str, str], object] = {
    **SIZES_720P,
    ("9:16", "1024p"): "1024x1792",
    ("16:9", "1024p"): "1792x1024",
    ("9:16", "1080p"): "1080x1920",
    ("16:9", "1080p"): "1920x1080",
}


def _fields(sizes: Mapping[tuple[str, str], object]) -> Mapping[str, FieldMapper]:
    return {
        "prompt": passthrough_field_mapper("prompt", required=True, max_length=32_000),
        "seconds": duration_field_mapper("str", allowed_values=(4, 8, 12)),
        "size": frame_size_field_mapper(sizes),
        "input_reference": single_image_field_mapper(
            "first_frame", also=("reference",), encoding="upload", content_types=FRAME_TYPES
        ),
        "video": video_url_field_mapper(encoding="upload"),
        "extra_params": extra_params_field_mapper("characters", "operation"),
    }


def _price(usd: float, resolution: str) -> Price:
    # an edit is as long as its source, whose length is unknown
    when = {"resolution": resolution, "video": None}
    return Price(usd=usd, unit="second", when=when, source="OpenAI pricing page before the service ended")


DEFAULTS: Mapping[str, object] = {"duration_seconds": 4, "aspect_ratio": "9:16", "resolution": "720p"}

SORA_2 = Model(
    id="sora-2",
    modality="video",
    fields=_fields(SIZES_720P),
    fixed={"generate_audio": True},
    defaults=DEFAULTS,
    prices=(_price(0.10, "720p"),),
    lifecycle=ENDED,
    source=f"{SDK}; serves the dated snapshots and sora-2-turbo too",
)
SORA_2_PRO = Model(
    id="sora-2-pro",
    modality="video",
    fields=_fields(SIZES_PRO),
    fixed={"generate_audio": True},
    defaults=DEFAULTS,
    prices=(_price(0.30, "720p"), _price(0.50, "1024p"), _price(0.70, "1080p")),
    lifecycle=ENDED,
    source=f"{SDK}; 1080p: {GUIDE}",
)
GENERIC_VIDEO = Model(
    id="*",
    modality="video",
    generic=True,
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True),
        "seconds": duration_field_mapper("str", minimum=1),
        "size": exact_size_field_mapper(SIZES_PRO),
        "input_reference": single_image_field_mapper("first_frame", also=("reference",), encoding="upload"),
        "video": video_url_field_mapper(encoding="upload"),
        "extra_params": extra_params_field_mapper("operation"),
    },
    source=f"{SDK}: the fields of the protocol, for compatible servers",
    example="my-video-model",
)

# What to do with an existing video: chosen by `video` and `operation`, whatever the model.
EDIT = Model(
    id="edit",
    modality="video",
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True, max_length=32_000),
        "video": video_url_field_mapper(encoding="upload"),
    },
    source="openai 3.54.0, video_edit_params",
)
EXTENSION = Model(
    id="extend",
    modality="video",
    fields={
        **EDIT.fields,
        "seconds": duration_field_mapper("str", allowed_values=(4, 8, 12, 16, 20), required=True),
    },
    source="openai 3.54.0, video_extend_params",
)
REMIX = Model(id="remix", modality="video", fields=EDIT.fields, source="openai 3.54.0, video_remix_params")
OPERATIONS: Mapping[str, Model] = {row.id: row for row in (EDIT, EXTENSION, REMIX)}

VIDEO_MODELS = (SORA_2, SORA_2_PRO, GENERIC_VIDEO)
