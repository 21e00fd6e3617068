"""Rows of Seedance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.mapping import Model, Price

from .fields import (
    OPTIONAL_PROMPT,
    PROMPT,
    SEED,
    Fields,
    duration_text_between,
    extra,
    first_frame,
    last_frame,
    ratios,
    references,
    resolutions,
    sound,
    source_videos,
    subject,
)
from .prices import (
    CATALOGUE_MARCH,
    FAL_PRICING_JULY,
    LITELLM,
    PAGE,
    SURVEY,
    per_second,
    per_second_by_resolution,
    per_second_of_tokens,
)
from .rows import CLIENT, INDEX, video

SOURCE_2 = "fal model pages of Seedance 2, read 2026-11-22"
SOURCE_1 = "fal model pages of Seedance 1, read 2026-11-22; @fal-ai/client 1.10.1"

SHAPES = ratios("auto", "21:9", "16:9", "4:3", "1:1", "3:4", "9:16")
FRAMES = first_frame() | last_frame()
DEFAULTS_2 = {"generate_audio": True, "resolution": "720p"}

# "auto" lets the model choose a length; it goes through extra_params
SEEDANCE_2 = PROMPT | SEED | sound() | extra("end_user_id", "bitrate_mode")
UP_TO_15_SECONDS = duration_text_between(4, 15)
UP_TO_30_SECONDS = duration_text_between(4, 30)
STEPS_2 = resolutions("480p", "720p", "1080p", "4k")
STEPS_2_5 = resolutions("480p", "720p", "1080p")
STEPS_FAST = resolutions("480p", "720p")

ARMS_2 = {
    "text-to-video": SHAPES,
    "image-to-video": FRAMES | SHAPES,
    "reference-to-video": references(maximum=9)
    | source_videos()
    | SHAPES
    | extra("audio_urls", "end_user_id", "bitrate_mode"),
}
ARMS_2_5 = {
    "text-to-video": SHAPES,
    # the picture decides the shape
    "image-to-video": FRAMES | ratios("auto"),
    "reference-to-video": references(maximum=30)
    | source_videos()
    | SHAPES
    | extra("audio_urls", "task", "end_user_id", "bitrate_mode"),
}

PRICES_2_5 = (
    *per_second_by_resolution({"480p": 0.2205, "720p": 0.473}, LITELLM),
    per_second(1.164, SURVEY, resolution="1080p"),
)
PRICES_2 = per_second_by_resolution({"480p": 0.1346, "720p": 0.3034, "1080p": 0.682, "4k": 1.5552}, LITELLM)
PRICES_FAST = (
    per_second(0.2419, PAGE, resolution="720p"),
    per_second(
        0.1077,
        f"computed: four fifths of Seedance 2.0, as a token costs ({FAL_PRICING_JULY})",
        resolution="480p",
    ),
)
PRICES_MINI = per_second_by_resolution(
    {"480p": 0.0673, "720p": 0.1517},
    f"computed: half of Seedance 2.0, as a token costs ({FAL_PRICING_JULY})",
)


def seedance_2(
    name: str, fields: Fields, arms: Mapping[str, Fields], prices: tuple[Price, ...]
) -> list[Model]:
    """Return the rows of one tier: from text, from frames, from references."""
    return [
        Model(
            id=f"bytedance/{name}/{arm}",
            modality="video",
            fields=SEEDANCE_2 | fields | own,
            defaults=DEFAULTS_2,
            prices=prices,
            source=SOURCE_2,
        )
        for arm, own in arms.items()
    ]


V1 = PROMPT | SEED | extra("camera_fixed", "enable_safety_checker", "num_frames")
V1_LENGTHS = duration_text_between(2, 12)
V1_STEPS = resolutions("480p", "720p", "1080p")
V1_TEXT_SHAPES = ratios("21:9", "16:9", "4:3", "1:1", "3:4", "9:16", "9:21")
V1_5 = (
    PROMPT
    | SEED
    | sound()
    | duration_text_between(4, 12)
    | V1_STEPS
    | SHAPES
    | extra("camera_fixed", "enable_safety_checker")
)
V1_5_DEFAULTS = {"duration_seconds": 5, "resolution": "720p", "generate_audio": True}
V1_5_PRICES = (
    per_second(0.052, f"{CATALOGUE_MARCH}, about 0.26 per 5 s", resolution="720p", generate_audio=True),
)


V1_SIZES = {"480p": (864, 480), "720p": (1280, 720), "1080p": (1920, 1080)}
V1_TOKEN_PRICES = {"lite": 1.0, "pro": 2.5, "pro/fast": 1.0}
# The client gives lite and pro one type, with the default of lite; fal's pages price pro in 1080p, so that no estimate is too low.
V1_DEFAULT_STEPS = {"lite": "720p", "pro": "1080p", "pro/fast": "1080p"}
LITE_REFERENCE_PRICES = per_second_of_tokens(
    1.8, {step: size for step, size in V1_SIZES.items() if step != "1080p"}
)


def seedance_1(tier: str, arm: str, fields: Fields, prices: tuple[Price, ...] = ()) -> Model:
    """Return a row with what all of Seedance 1 has in common."""
    return Model(
        id=f"fal-ai/bytedance/seedance/v1/{tier}/{arm}",
        modality="video",
        fields=V1 | V1_LENGTHS | fields,
        defaults={"duration_seconds": 5, "resolution": V1_DEFAULT_STEPS[tier]},
        prices=prices or per_second_of_tokens(V1_TOKEN_PRICES[tier], V1_SIZES),
        source=SOURCE_1 if tier == "lite" else f"unverified: the default resolution; the rest: {SOURCE_1}",
    )


VOICE = "the speech that the person in the picture says"

ROWS: tuple[Model, ...] = (
    *seedance_2("seedance-2.5", UP_TO_30_SECONDS | STEPS_2_5, ARMS_2_5, PRICES_2_5),
    *seedance_2("seedance-2.0", UP_TO_15_SECONDS | STEPS_2, ARMS_2, PRICES_2),
    *seedance_2("seedance-2.0/fast", UP_TO_15_SECONDS | STEPS_FAST, ARMS_2, PRICES_FAST),
    *(
        replace(row, source=f"{INDEX}; the fields from {SOURCE_2}")
        for row in seedance_2("seedance-2.0/mini", UP_TO_15_SECONDS | STEPS_FAST, ARMS_2, PRICES_MINI)
    ),
    *(
        video(
            f"fal-ai/bytedance/omnihuman{version}",
            fields | subject(),
            source=CLIENT,
            example_params={"audio_url": "https://example.com/voice.mp3"},
        )
        for version, fields in (
            ("", extra(needed={"audio_url": VOICE})),
            (
                "/v1.5",
                OPTIONAL_PROMPT
                | resolutions("720p", "1080p")
                | extra("turbo_mode", needed={"audio_url": VOICE}),
            ),
        )
    ),
    Model(
        id="fal-ai/bytedance/seedance/v1.5/pro/text-to-video",
        modality="video",
        fields=V1_5,
        defaults=V1_5_DEFAULTS,
        prices=V1_5_PRICES,
        source=SOURCE_1,
    ),
    Model(
        id="fal-ai/bytedance/seedance/v1.5/pro/image-to-video",
        modality="video",
        fields=V1_5 | FRAMES,
        defaults=V1_5_DEFAULTS,
        prices=V1_5_PRICES,
        source=SOURCE_1,
    ),
    *(seedance_1(tier, "text-to-video", V1_STEPS | V1_TEXT_SHAPES) for tier in V1_TOKEN_PRICES),
    *(seedance_1(tier, "image-to-video", V1_STEPS | FRAMES | SHAPES) for tier in ("lite", "pro")),
    seedance_1("pro/fast", "image-to-video", V1_STEPS | first_frame() | SHAPES),
    seedance_1(
        "lite",
        "reference-to-video",
        references("reference_image_urls", required=True) | STEPS_FAST | SHAPES,
        LITE_REFERENCE_PRICES,
    ),
)
