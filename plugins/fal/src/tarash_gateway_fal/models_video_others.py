"""Rows of the video families that have only a few endpoints each."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    Model,
    Price,
    aspect_ratio_field_mapper,
    frame_size_field_mapper,
    passthrough_field_mapper,
)

from .fields import (
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    PROMPT,
    SEED,
    duration_between,
    duration_in_frames,
    duration_texts,
    extra,
    first_frame,
    last_frame,
    prompt_rewriting,
    ratios,
    references,
    resolution_words,
    resolutions,
    source_video,
)
from .prices import PAGE, SURVEY, per_second_by_resolution, per_video
from .rows import PAGES, video

# "auto" lets the model choose a length; it goes through extra_params
FLUX_3 = (
    PROMPT
    | duration_between(5, 20)
    | resolutions("720p", "1080p")
    | {"aspect_ratio": passthrough_field_mapper("aspect_ratio")}
    # an integer here, a text elsewhere
    | extra("safety_tolerance")
)
FLUX_3_PRICES = per_second_by_resolution({"720p": 0.17, "1080p": 0.29}, SURVEY)
FLUX_3_ROWS = tuple(
    video(
        f"blackforestlabs/flux-3/{arm}",
        FLUX_3 | own,
        prices=FLUX_3_PRICES,
        source=f"unverified: the whole set of ratios; the rest from {PAGES}",
    )
    for arm, own in (
        ("text-to-video", {}),
        ("image-to-video", first_frame()),
        ("extend-video", source_video()),
    )
)

HORSE = PROMPT | duration_between(3, 15) | resolutions("720p", "1080p")
HORSE_PRICES = per_second_by_resolution({"720p": 0.14, "1080p": 0.28}, PAGE)
HORSE_ROWS = tuple(
    video(
        f"alibaba/{name}/{arm}",
        HORSE | own,
        prices=HORSE_PRICES if name == "happy-horse" else (),
        source=PAGES,
    )
    for name in ("happy-horse", "happyhorse-1.1")
    for arm, own in (
        ("text-to-video", {"aspect_ratio": passthrough_field_mapper("aspect_ratio")}),
        ("image-to-video", first_frame()),
        ("reference-to-video", references(required=True, maximum=9)),
    )
)

REFRAME_SHAPES = ("1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21")
RAY_SHAPES = ratios("16:9", "9:16", "4:3", "3:4", "21:9", "9:21")
RAY_3_2 = (
    PROMPT
    | duration_texts(5, 10, suffix="s")
    | resolutions("540p", "720p", "1080p")
    | ratios("9:16", "3:4", "1:1", "4:3", "16:9", "21:9")
)
RAY_2 = (
    PROMPT
    | duration_texts(5, 9, suffix="s")
    | resolutions("540p", "720p", "1080p")
    | RAY_SHAPES
    | extra("loop")
)
RAY_3_2_EXTRA = extra("keyframes", "keyframe_indexes", "loop", "hdr", "exr_export")


def ray_prices(low: float, middle: float, full: float) -> tuple[Price, ...]:
    """Return the prices of a clip of 5 seconds by resolution."""
    steps = {"540p": low, "720p": middle, "1080p": full}
    return tuple(per_video(usd, SURVEY, resolution=step, duration_seconds=5) for step, usd in steps.items())


LUMA_ROWS: tuple[Model, ...] = (
    video(
        "luma/agent/ray/v3.2/text-to-video",
        RAY_3_2 | RAY_3_2_EXTRA,
        prices=ray_prices(0.50, 1.00, 2.00),
        source=PAGES,
        duration_seconds=5,
        resolution="720p",
    ),
    video(
        "luma/agent/ray/v3.2/image-to-video",
        RAY_3_2 | first_frame(required=False) | last_frame() | RAY_3_2_EXTRA,
        prices=ray_prices(0.15, 0.30, 1.20),
        source=PAGES,
        duration_seconds=5,
        resolution="720p",
    ),
    *(
        row
        for name in ("fal-ai/luma-dream-machine/ray-2", "fal-ai/luma-dream-machine/ray-2-flash")
        for row in (
            video(name, RAY_2, duration_seconds=5, resolution="540p"),
            video(
                f"{name}/image-to-video",
                RAY_2 | first_frame(required=False) | last_frame(),
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

GROK = PROMPT | duration_between() | resolutions("480p", "720p")
GROK_SHAPES = ("16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16")
GROK_ROWS = tuple(
    video(f"{name}/{arm}", fields, **defaults)
    for name in ("xai/grok-imagine-video", "xai/grok-imagine-video/v1.5")
    for arm, fields, defaults in (
        ("text-to-video", GROK | ratios(*GROK_SHAPES), {"duration_seconds": 6, "resolution": "720p"}),
        (
            "image-to-video",
            GROK | first_frame() | ratios("auto", *GROK_SHAPES),
            {"duration_seconds": 6, "resolution": "720p"},
        ),
        (
            "reference-to-video",
            GROK | references("reference_image_urls", required=True, maximum=7) | ratios(*GROK_SHAPES),
            {"duration_seconds": 8, "resolution": "480p"},
        ),
        ("edit-video", PROMPT | source_video() | resolutions("480p", "720p"), {}),
        ("extend-video", PROMPT | source_video() | duration_between(), {"duration_seconds": 6}),
    )
)

# 121 frames by default; how many per second is not published, so the length is left to extra_params
HUNYUAN = (
    PROMPT
    | SEED
    | NEGATIVE_PROMPT
    | prompt_rewriting()
    | ratios("16:9", "9:16")
    | resolutions("480p")
    | extra("num_frames", "num_inference_steps")
)

PIKA = PROMPT | SEED | NEGATIVE_PROMPT | duration_texts(5, 10) | resolutions("720p", "1080p")

MAREY = PROMPT | SEED | NEGATIVE_PROMPT | duration_texts(5, 10, suffix="s") | extra("guidance_scale")
MAREY_SIZES = {
    ("16:9", "1080p"): "1920x1080",
    ("1:1", "1152p"): "1152x1152",
    ("4:3", "1152p"): "1536x1152",
    ("3:4", "1152p"): "1152x1536",
}
MAREY_IMAGE_SIZES = MAREY_SIZES | {("9:16", "1080p"): "1080x1920"}

KANDINSKY = (
    PROMPT
    | duration_texts(5, suffix="s")
    | resolution_words({"512p": "512P", "1024p": "1024P"})
    | extra("num_inference_steps", "acceleration")
)

LONGCAT_EXTRA = ("fps", "num_inference_steps", "video_quality")
LONGCAT_FULL = NEGATIVE_PROMPT | extra(*LONGCAT_EXTRA, "guidance_scale", "acceleration")
LONGCAT_DISTILLED = extra(*LONGCAT_EXTRA)


def longcat(step: str, frames_per_second: int) -> list[Model]:
    """Return the rows of one resolution of LongCat, which is a segment of the name."""
    common = SEED | duration_in_frames(frames_per_second, extra_frames=0) | prompt_rewriting()
    arms = {
        "text-to-video": PROMPT | common | LONGCAT_FULL | ratios("16:9", "9:16", "1:1"),
        "image-to-video": OPTIONAL_PROMPT | common | LONGCAT_FULL | first_frame(),
        "distilled/text-to-video": PROMPT | common | LONGCAT_DISTILLED | ratios("16:9", "9:16", "1:1"),
        "distilled/image-to-video": OPTIONAL_PROMPT | common | LONGCAT_DISTILLED | first_frame(),
    }
    return [
        video(f"fal-ai/longcat-video/{arm}/{step}", fields, fixed={"resolution": step})
        for arm, fields in arms.items()
    ]


ROWS: tuple[Model, ...] = (
    *FLUX_3_ROWS,
    *HORSE_ROWS,
    *LUMA_ROWS,
    *GROK_ROWS,
    video("fal-ai/hunyuan-video-v1.5/text-to-video", HUNYUAN),
    video("fal-ai/hunyuan-video-v1.5/image-to-video", HUNYUAN | first_frame()),
    video(
        "fal-ai/pika/v2.2/text-to-video",
        PIKA | ratios("16:9", "9:16", "1:1", "4:5", "5:4", "3:2", "2:3"),
        duration_seconds=5,
    ),
    video("fal-ai/pika/v2.2/image-to-video", PIKA | first_frame(), duration_seconds=5),
    video(
        "moonvalley/marey/t2v",
        MAREY | {"dimensions": frame_size_field_mapper(MAREY_SIZES)},
        duration_seconds=5,
    ),
    video(
        "moonvalley/marey/i2v",
        MAREY | first_frame() | {"dimensions": frame_size_field_mapper(MAREY_IMAGE_SIZES)},
        duration_seconds=5,
    ),
    video("fal-ai/kandinsky5-pro/text-to-video", KANDINSKY | ratios("3:2", "1:1", "2:3"), duration_seconds=5),
    video("fal-ai/kandinsky5-pro/image-to-video", KANDINSKY | first_frame(), duration_seconds=5),
    *longcat("480p", 15),
    *longcat("720p", 30),
)
