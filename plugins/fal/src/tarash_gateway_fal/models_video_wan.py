"""Rows of Wan video, which lives under four owners. Its pictures share two of the prefixes."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model, Price

from .fields import (
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    PROMPT,
    SEED,
    Fields,
    duration_between,
    duration_in_frames,
    duration_text_between,
    duration_texts,
    extra,
    first_frame,
    last_frame,
    prompt_rewriting,
    ratios,
    references,
    resolutions,
    sound,
    source_image,
    source_video,
    source_videos,
    subject,
)
from .prices import FAL_PRICING_JULY, PAGE, SURVEY, per_second, per_second_by_resolution, per_video
from .rows import CLIENT, SCHEMAS, video

SOURCE = "fal model pages of Wan, read 2026-11-22; @fal-ai/client 1.10.1"

COMMON = SEED | NEGATIVE_PROMPT | prompt_rewriting()
SHAPES = ratios("16:9", "9:16", "1:1", "4:3", "3:4")
STEPS = resolutions("720p", "1080p")
PRICES = per_second_by_resolution({"720p": 0.10, "1080p": 0.15}, PAGE)
FLASH_PRICES = per_second_by_resolution({"720p": 0.05, "1080p": 0.075}, PAGE)
DEFAULTS = {"duration_seconds": 5, "resolution": "1080p"}
PRICES_2_5 = per_second_by_resolution({"480p": 0.05, "720p": 0.10, "1080p": 0.15}, PAGE)
# a second of 16 frames
PRICES_2_2 = per_second_by_resolution({"480p": 0.04, "580p": 0.06, "720p": 0.08}, PAGE)
ANIMATE_PRICES = (per_second(0.08, FAL_PRICING_JULY, resolution="720p"),)
TURBO_PRICES = tuple(
    per_video(usd, PAGE, resolution=step) for step, usd in {"480p": 0.05, "580p": 0.075, "720p": 0.10}.items()
)


def prices_5b(usd: float) -> tuple[Price, ...]:
    """Return the price of a clip of the small model at its highest resolution; those below are not published."""
    return (per_video(usd, FAL_PRICING_JULY, resolution="720p"),)


WAN_3 = (
    PROMPT
    | SEED
    | prompt_rewriting()
    | sound("audio")
    | duration_between(2, 30)
    | resolutions("480p", "720p", "1080p")
    # "adaptive" follows the picture
    | ratios("adaptive", "16:9", "4:3", "1:1", "3:4", "9:16")
    | extra("enable_thinking")
)

ROWS_3 = tuple(
    video(
        f"{name}/{arm}",
        WAN_3 | own,
        source=SCHEMAS,
        prices=per_second_by_resolution(prices, SURVEY),
        duration_seconds=5,
        resolution="1080p",
    )
    for name, prices in (
        ("alibaba/wan-3.0", {"480p": 0.05, "720p": 0.10, "1080p": 0.20}),
        ("alibaba/wan-3.0-prime", {"480p": 0.068, "720p": 0.14, "1080p": 0.28}),
    )
    for arm, own in (
        ("text-to-video", {}),
        ("image-to-video", first_frame("start_image_url", required=False) | last_frame()),
        (
            "reference-to-video",
            references("reference_image_urls", maximum=10)
            | source_videos("reference_video_urls")
            | extra("enable_thinking", "reference_audio_urls", "web_url", "file_url"),
        ),
    )
)

ROWS_2_7: tuple[Model, ...] = (
    Model(
        id="fal-ai/wan/v2.7/text-to-video",
        modality="video",
        fields=PROMPT | COMMON | duration_between(2, 15) | STEPS | SHAPES | extra("audio_url"),
        defaults=DEFAULTS,
        prices=PRICES,
        source=SOURCE,
    ),
    Model(
        id="fal-ai/wan/v2.7/image-to-video",
        modality="video",
        fields=OPTIONAL_PROMPT
        | COMMON
        | first_frame(required=False)
        | last_frame()
        | source_video(required=False)
        | duration_between(2, 15)
        | STEPS
        | extra("audio_url"),
        defaults=DEFAULTS,
        prices=PRICES,
        source=SOURCE,
    ),
    Model(
        id="fal-ai/wan/v2.7/reference-to-video",
        modality="video",
        fields=PROMPT
        | SEED
        | NEGATIVE_PROMPT
        | references("reference_image_urls")
        | source_videos("reference_video_urls")
        | duration_between(2, 10)
        | STEPS
        | SHAPES
        | extra("multi_shots"),
        defaults=DEFAULTS,
        prices=PRICES,
        source=SOURCE,
    ),
    Model(
        id="fal-ai/wan/v2.7/edit-video",
        modality="video",
        # without a duration the source keeps its length
        fields=PROMPT
        | SEED
        | source_video()
        | source_image("reference_image_url", required=False)
        | duration_between(2, 10)
        | STEPS
        | SHAPES
        | extra("audio_setting"),
        defaults={"resolution": "1080p"},
        prices=PRICES,
        source=SOURCE,
    ),
)

WAN_2_6 = PROMPT | COMMON | STEPS | extra("audio_url", "multi_shots")
LENGTHS_2_6 = duration_texts(5, 10, 15)

ROWS_2_6 = tuple(
    Model(
        id=f"wan/v2.6/{arm}",
        modality="video",
        fields=WAN_2_6 | own,
        defaults=DEFAULTS,
        prices=FLASH_PRICES if arm.endswith("/flash") else PRICES,
        source=SOURCE,
    )
    for arm, own in (
        ("text-to-video", LENGTHS_2_6 | SHAPES),
        ("image-to-video", LENGTHS_2_6 | first_frame()),
        ("image-to-video/flash", LENGTHS_2_6 | first_frame()),
        (
            "reference-to-video",
            duration_texts(5, 10) | SHAPES | source_videos(required=True) | extra("multi_shots"),
        ),
        (
            "reference-to-video/flash",
            duration_texts(5, 10)
            | SHAPES
            | source_videos()
            | references(maximum=5)
            | sound("enable_audio")
            | extra("multi_shots"),
        ),
    )
)

WAN_2_5 = PROMPT | COMMON | extra("audio_url")

ROWS_2_5: tuple[Model, ...] = (
    Model(
        id="fal-ai/wan-25-preview/text-to-video",
        modality="video",
        fields=WAN_2_5 | duration_text_between(2, 15) | STEPS | SHAPES,
        defaults=DEFAULTS,
        prices=PRICES_2_5[1:],
        source=SOURCE,
    ),
    Model(
        id="fal-ai/wan-25-preview/image-to-video",
        modality="video",
        fields=WAN_2_5 | duration_texts(5, 10) | resolutions("480p", "720p", "1080p") | first_frame(),
        defaults=DEFAULTS,
        prices=PRICES_2_5,
        source=SOURCE,
    ),
)

WAN_2_2_EXTRA = extra("frames_per_second", "num_inference_steps", "guidance_scale", "shift")
SHAPES_2_2 = ratios("16:9", "9:16", "1:1")
SHAPES_2_2_OR_AUTO = ratios("auto", "16:9", "9:16", "1:1")


def defaults_2_2(frames_per_second: int) -> dict[str, object]:
    """Return the defaults of Wan 2.2: 81 frames, the first of which is before the first second, at 720p."""
    return {"duration_seconds": 80 / frames_per_second, "resolution": "720p"}


def wan_2_2(
    name: str, frames_per_second: int, *steps: str, frames: Fields, prices: tuple[Price, ...]
) -> list[Model]:
    """Return the rows of one size of Wan 2.2; `frames` are the pictures that it animates."""
    common: Fields = PROMPT | SEED | prompt_rewriting() | resolutions(*steps)
    full = common | NEGATIVE_PROMPT | duration_in_frames(frames_per_second, between=(17, 161))
    arms = {
        "text-to-video": full | SHAPES_2_2 | WAN_2_2_EXTRA,
        "image-to-video": full | frames | SHAPES_2_2_OR_AUTO | WAN_2_2_EXTRA,
    }
    return [
        Model(
            id=f"fal-ai/wan/{name}/{arm}",
            modality="video",
            fields=fields,
            defaults=defaults_2_2(frames_per_second),
            prices=prices,
            source=SOURCE,
        )
        for arm, fields in arms.items()
    ]


# neither a length nor a negative prompt
TURBO_2_2 = PROMPT | SEED | prompt_rewriting() | resolutions("480p", "580p", "720p") | extra("acceleration")

FRAMES_5B = duration_in_frames(24, between=(17, 161))

ROWS_2_2: tuple[Model, ...] = (
    *wan_2_2("v2.2-a14b", 16, "480p", "580p", "720p", frames=first_frame() | last_frame(), prices=PRICES_2_2),
    *wan_2_2("v2.2-5b", 24, "580p", "720p", frames=first_frame(), prices=prices_5b(0.15)),
    Model(
        id="fal-ai/wan/v2.2-a14b/video-to-video",
        modality="video",
        fields=PROMPT
        | COMMON
        | source_video()
        | duration_in_frames(16, between=(17, 161))
        | resolutions("480p", "580p", "720p")
        | SHAPES_2_2_OR_AUTO
        | extra("strength", "resample_fps", "frames_per_second", "num_inference_steps", "guidance_scale"),
        defaults=defaults_2_2(16),
        prices=PRICES_2_2,
        source=CLIENT,
    ),
    *(
        Model(
            id=f"fal-ai/wan/v2.2-14b/animate/{arm}",
            modality="video",
            fields=SEED
            | subject()
            | source_video()
            | resolutions("480p", "580p", "720p")
            | extra("use_turbo", "num_inference_steps", "guidance_scale", "shift"),
            defaults={"resolution": "480p"},
            prices=ANIMATE_PRICES,
            source=CLIENT,
        )
        for arm in ("move", "replace")
    ),
    Model(
        id="fal-ai/wan/v2.2-5b/text-to-video/distill",
        modality="video",
        fields=PROMPT | SEED | prompt_rewriting() | FRAMES_5B | resolutions("580p", "720p") | SHAPES_2_2,
        defaults=defaults_2_2(24),
        prices=prices_5b(0.08),
        source=SOURCE,
    ),
    Model(
        id="fal-ai/wan/v2.2-5b/text-to-video/fast-wan",
        modality="video",
        fields=PROMPT | COMMON | FRAMES_5B | resolutions("480p", "580p", "720p") | SHAPES_2_2,
        defaults=defaults_2_2(24),
        prices=prices_5b(0.025),
        source=SOURCE,
    ),
    Model(
        id="fal-ai/wan/v2.2-a14b/text-to-video/turbo",
        modality="video",
        fields=TURBO_2_2 | SHAPES_2_2,
        defaults={"resolution": "720p"},
        prices=TURBO_PRICES,
        source=SOURCE,
    ),
    Model(
        id="fal-ai/wan/v2.2-a14b/image-to-video/turbo",
        modality="video",
        fields=TURBO_2_2 | first_frame() | last_frame() | SHAPES_2_2_OR_AUTO,
        defaults={"resolution": "720p"},
        prices=TURBO_PRICES,
        source=SOURCE,
    ),
)

ROWS: tuple[Model, ...] = (*ROWS_3, *ROWS_2_7, *ROWS_2_6, *ROWS_2_5, *ROWS_2_2)
