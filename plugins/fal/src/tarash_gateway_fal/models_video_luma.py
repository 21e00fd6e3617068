"""Rows of Luma's Ray, under both of its owners."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model, Price, aspect_ratio_field_mapper

from .fields import (
    OPTIONAL_PROMPT,
    PROMPT,
    duration_texts,
    extra,
    first_frame,
    last_frame,
    ratios,
    resolutions,
    source_video,
)
from .prices import LITELLM, PAGE, per_second_by_resolution, per_video
from .rows import PAGES, SCHEMAS, video

REFRAME_SHAPES = ("1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21")
RAY_SHAPES = ratios("16:9", "9:16", "4:3", "3:4", "21:9", "9:21")
RAY_3_2_RATIOS = ("9:16", "3:4", "1:1", "4:3", "16:9", "21:9")
RAY_3_2 = PROMPT | duration_texts(5, 10, suffix="s") | resolutions("540p", "720p", "1080p")
RAY_3_2_SHAPES = ratios(*RAY_3_2_RATIOS)
RAY_2 = (
    PROMPT
    | duration_texts(5, 9, suffix="s")
    | resolutions("540p", "720p", "1080p")
    | RAY_SHAPES
    | extra("loop")
)
RAY_3_2_EXTRA = extra("keyframes", "keyframe_indexes", "loop", "hdr", "exr_export")


def ray_2_prices(usd: float, *, nine_seconds: bool) -> tuple[Price, ...]:
    """Return the prices of a clip: 720p costs twice as much as 540p, 1080p four times, and 9 seconds twice as much as 5."""
    return tuple(
        per_video(round(usd * times * longer, 4), PAGE, resolution=step, duration_seconds=seconds)
        for seconds, longer in ((5, 1), (9, 2))
        for step, times in (("540p", 1), ("720p", 2), ("1080p", 4))
        if seconds == 5 or nine_seconds
    )


ROWS: tuple[Model, ...] = (
    video(
        "luma/agent/ray/v3.2/text-to-video",
        RAY_3_2 | RAY_3_2_SHAPES | RAY_3_2_EXTRA,
        prices=per_second_by_resolution({"540p": 0.10, "720p": 0.20, "1080p": 0.40}, LITELLM),
        source=PAGES,
        duration_seconds=5,
        resolution="540p",
    ),
    video(
        "luma/agent/ray/v3.2/image-to-video",
        RAY_3_2 | RAY_3_2_SHAPES | first_frame(required=False) | last_frame() | RAY_3_2_EXTRA,
        prices=per_second_by_resolution({"540p": 0.03, "720p": 0.06, "1080p": 0.24}, LITELLM),
        source=PAGES,
        duration_seconds=5,
        resolution="540p",
    ),
    video(
        "luma/agent/ray/v3.2/video-to-video",
        RAY_3_2
        | source_video()
        | first_frame("start_image_url", required=False)
        | extra("keyframes", "keyframe_indexes", "edit_strength", "controls", "hdr", "exr_export"),
        prices=per_second_by_resolution({"540p": 0.144, "720p": 0.216, "1080p": 0.432}, LITELLM),
        source=SCHEMAS,
        duration_seconds=5,
        resolution="540p",
    ),
    video(
        "luma/agent/ray/v3.2/reframe",
        # without a duration, the source keeps its length
        RAY_3_2
        | source_video()
        | {"aspect_ratio": aspect_ratio_field_mapper(RAY_3_2_RATIOS, required=True)}
        | extra("source_position"),
        prices=per_second_by_resolution({"540p": 0.06, "720p": 0.12, "1080p": 0.36}, LITELLM),
        source=PAGES,
        resolution="540p",
    ),
    *(
        row
        for name, usd in (
            ("fal-ai/luma-dream-machine/ray-2", 0.50),
            ("fal-ai/luma-dream-machine/ray-2-flash", 0.20),
        )
        for row in (
            video(
                name,
                RAY_2,
                prices=ray_2_prices(usd, nine_seconds=True),
                duration_seconds=5,
                resolution="540p",
            ),
            video(
                f"{name}/image-to-video",
                RAY_2 | first_frame(required=False) | last_frame(),
                prices=ray_2_prices(usd, nine_seconds=False),
                duration_seconds=5,
                resolution="540p",
            ),
            video(
                f"{name}/modify",
                OPTIONAL_PROMPT | source_video() | first_frame(required=False) | extra("mode"),
            ),
            video(
                f"{name}/reframe",
                OPTIONAL_PROMPT
                | source_video()
                | first_frame(required=False)
                | {"aspect_ratio": aspect_ratio_field_mapper(REFRAME_SHAPES, required=True)}
                | extra("grid_position_x", "grid_position_y", "x_start", "x_end", "y_start", "y_end"),
            ),
        )
    ),
)
