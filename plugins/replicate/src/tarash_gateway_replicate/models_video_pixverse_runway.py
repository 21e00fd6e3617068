"""Rows of the video models of PixVerse, Runway, xAI, Black Forest Labs and Tencent."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    Model,
    duration_field_mapper,
    image_list_field_mapper,
)

from .fields import (
    ANY_RATIO,
    NEGATIVE_PROMPT,
    PROMPT,
    SEED,
    Fields,
    duration_between,
    durations,
    extra,
    first_frame,
    last_frame,
    ratios,
    reference,
    resolutions,
    sound,
    source_video,
)
from .prices import per_second, per_second_by_resolution

SCHEMA = "input schema on the Replicate model page, 2026"
PIXVERSE = (
    PROMPT
    | resolutions("360p", "540p", "720p", "1080p", wire="quality")
    | first_frame()
    | last_frame("last_frame_image")
    | NEGATIVE_PROMPT
    | SEED
)
RUNWAY_RATIOS = ratios("16:9", "9:16", "4:3", "3:4", "1:1", "21:9")
GROK = (
    PROMPT
    | duration_between(1, 15)
    | resolutions("480p", "720p")
    | ratios("auto", "16:9", "4:3", "1:1", "9:16", "3:4", "3:2", "2:3")
    | first_frame()
    | source_video()
)
# the wire counts frames at 24 per second, one more than a multiple of four
HUNYUAN_FRAMES: Fields = {
    "video_length": duration_field_mapper(
        "frames", allowed_values=(1, 2, 3, 4, 5, 6, 7, 8), frames_per_second=24, extra_frames=1
    )
}

ROWS: tuple[Model, ...] = (
    Model(
        id="black-forest-labs/flux-3",
        modality="video",
        fields=PROMPT
        # the one model that wants the duration as text
        | {"duration": duration_field_mapper("str", minimum=1)}
        | resolutions("720p", "1080p")
        | ANY_RATIO
        | {"images": image_list_field_mapper(("first_frame", "reference"), encoding="upload")}
        | sound(),
        prices=per_second_by_resolution({"720p": 0.17, "1080p": 0.29}),
        source=SCHEMA,
    ),
    Model(
        id="pixverse/pixverse-v5",
        modality="video",
        fields=PIXVERSE | durations(5, 8) | ratios("16:9", "9:16", "1:1") | extra("effect"),
        source=SCHEMA,
    ),
    Model(
        id="pixverse/pixverse-v6",
        modality="video",
        fields=PIXVERSE
        | duration_between(1, 15)
        | ANY_RATIO
        | sound("generate_audio_switch")
        | extra("generate_multi_clip_switch"),
        source="unverified: the longest duration; " + SCHEMA,
    ),
    Model(
        id="runwayml/gen-4.5",
        modality="video",
        fields=PROMPT | durations(5, 10) | RUNWAY_RATIOS | first_frame() | SEED,
        source=SCHEMA,
    ),
    Model(
        id="runwayml/gen4-aleph",
        modality="video",
        fields=PROMPT | RUNWAY_RATIOS | source_video(required=True) | reference("reference_image") | SEED,
        source=SCHEMA,
    ),
    Model(
        id="runwayml/gen4-turbo",
        modality="video",
        fields=PROMPT | durations(5, 10) | RUNWAY_RATIOS | first_frame(required=True) | SEED,
        source=SCHEMA,
    ),
    Model(
        id="tencent/hunyuan-video",
        modality="video",
        fields=PROMPT
        | HUNYUAN_FRAMES
        | SEED
        | extra("width", "height", "fps", "infer_steps", "embedded_guidance_scale"),
        source=SCHEMA,
    ),
    Model(
        id="xai/grok-imagine-video",
        modality="video",
        fields=GROK,
        fixed={"generate_audio": True},
        defaults={"duration_seconds": 5},
        source=SCHEMA,
    ),
    Model(
        id="xai/grok-imagine-video-1.5",
        modality="video",
        fields=GROK,
        fixed={"generate_audio": True},
        defaults={"duration_seconds": 5},
        # an edit is as long as the video, whatever the length asked for
        prices=(per_second(0.08, video=None),),
        source=SCHEMA,
    ),
)
