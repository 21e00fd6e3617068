"""Rows of the video models of Wan, Alibaba, Luma and Lightricks."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model, Rule, duration_field_mapper
from tarash.tarash_gateway.plugin import mention

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
    prompt_rewriting,
    ratios,
    references,
    resolutions,
    sound,
)
from .prices import per_clip, per_second_by_resolution

SCHEMA = "input schema on the Replicate model page, 2026"
INTEGRATIONS = "unverified: input names as public integrations send them, read 2026-11-22"
# billed by length at 16 frames per second, so that rate is left alone; 81 to 121 frames are taken
WAN_2_2_FRAMES: Fields = {
    "num_frames": duration_field_mapper(
        "frames", minimum=80 / 16, maximum=120 / 16, frames_per_second=16, extra_frames=1
    )
}
WAN_2_7 = (
    PROMPT
    | duration_between(2, 15)
    | resolutions("720p", "1080p")
    | prompt_rewriting("enable_prompt_expansion")
    | NEGATIVE_PROMPT
    | SEED
    | extra("audio")
)
RAY_RATIOS = ("9:16", "3:4", "1:1", "4:3", "16:9", "21:9")
RAY_PRICES = {
    (5, "540p"): 0.15, (5, "720p"): 0.30, (5, "1080p"): 1.20,
    (10, "540p"): 0.45, (10, "720p"): 0.90, (10, "1080p"): 3.60,
}  # fmt: skip


def _ray_2(name: str, resolution: str) -> Model:
    return Model(
        id=name,
        modality="video",
        fields=PROMPT
        | durations(5, 9)
        | ratios(*RAY_RATIOS, "9:21")
        | first_frame("start_image_url")
        | last_frame("end_image_url")
        | extra("loop", "concepts"),
        fixed={"resolution": resolution},
        source=SCHEMA,
    )


ROWS: tuple[Model, ...] = (
    Model(
        id="alibaba/happyhorse-1.1",
        modality="video",
        fields=PROMPT
        | duration_between(3, 15)
        | resolutions("720p", "1080p")
        | ratios("16:9", "9:16", "1:1", "4:3", "3:4")
        # one image is the first frame, several are references
        | references("images")
        | SEED,
        fixed={"generate_audio": True},
        prices=per_second_by_resolution({"720p": 0.14, "1080p": 0.18}),
        source=INTEGRATIONS,
    ),
    Model(
        id="alibaba/wan-3",
        modality="video",
        fields=PROMPT | duration_between(2) | resolutions("720p", "1080p") | ANY_RATIO | SEED,
        source="unverified: duration, resolution and ratio of the Replicate model page, read 2026-11-22; no inputs known",
    ),
    Model(
        id="lightricks/ltx-2.5-fast",
        modality="video",
        fields=PROMPT
        | durations(2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20)
        | resolutions("720p", "1080p", "2k", "4k")
        | first_frame()
        | last_frame("last_frame_image")
        | sound(),
        prices=per_second_by_resolution({"720p": 0.03, "1080p": 0.06, "2k": 0.12, "4k": 0.24}),
        source=SCHEMA,
    ),
    Model(
        id="luma/ray",
        modality="video",
        fields=PROMPT
        | ratios(*RAY_RATIOS, "9:21")
        | first_frame("start_image_url")
        | last_frame("end_image_url")
        | extra("loop", "start_video_id", "end_video_id"),
        fixed={"duration_seconds": 5},
        source="unverified: public copies of the model's input schema on Replicate, read 2026-11-27",
    ),
    _ray_2("luma/ray-2-540p", "540p"),
    _ray_2("luma/ray-2-720p", "720p"),
    Model(
        id="luma/ray-3.2",
        modality="video",
        fields=PROMPT
        | durations(5, 10)
        | resolutions("540p", "720p", "1080p")
        | ratios(*RAY_RATIOS)
        | first_frame("start_image")
        | last_frame("end_image")
        | extra("loop", "hdr"),
        priced_params={"hdr": False},
        rules=(
            Rule(
                when={"duration_seconds": (10,)},
                allow={"first_frame": (), "last_frame": ()},
                reason="with " + mention("duration_seconds", 10),
            ),
        ),
        prices=per_clip(RAY_PRICES),
        source=SCHEMA,
    ),
    _ray_2("luma/ray-flash-2-540p", "540p"),
    _ray_2("luma/ray-flash-2-720p", "720p"),
    Model(
        id="wan-video/wan-2.2-i2v-fast",
        modality="video",
        fields=PROMPT
        | WAN_2_2_FRAMES
        | resolutions("480p", "720p")
        | first_frame(required=True)
        | last_frame("last_image")
        | SEED
        | extra("go_fast", "sample_shift", "interpolate_output"),
        source=SCHEMA,
    ),
    Model(
        id="wan-video/wan-2.2-t2v-fast",
        modality="video",
        fields=PROMPT
        | WAN_2_2_FRAMES
        | resolutions("480p", "720p")
        | ratios("16:9", "9:16")
        | prompt_rewriting("optimize_prompt")
        | SEED
        | extra("go_fast", "sample_shift", "interpolate_output"),
        source=SCHEMA,
    ),
    Model(
        id="wan-video/wan-2.5-i2v-fast",
        modality="video",
        fields=PROMPT
        | durations(5, 10)
        | resolutions("720p", "1080p")
        | first_frame(required=True)
        | NEGATIVE_PROMPT
        | SEED
        | extra("audio"),
        source=SCHEMA,
    ),
    Model(
        id="wan-video/wan-2.7-i2v",
        modality="video",
        fields=WAN_2_7 | first_frame("first_frame", required=True) | last_frame("last_frame"),
        source=INTEGRATIONS,
    ),
    Model(
        id="wan-video/wan-2.7-t2v",
        modality="video",
        fields=WAN_2_7 | ratios("16:9", "9:16", "1:1", "4:3", "3:4"),
        source=SCHEMA,
    ),
)
