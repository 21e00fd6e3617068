"""Rows of LTX: hosted 2.5, 2.3 and 2, and the open weights of LTX-2 19B."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model, choice_field_mapper, duration_field_mapper

from .fields import (
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    PROMPT,
    SEED,
    Fields,
    duration_in_frames,
    durations,
    extra,
    first_frame,
    last_frame,
    prompt_rewriting,
    ratios,
    resolution_words,
    sound,
    source_video,
)
from .prices import CATALOGUE_MARCH, FAL_PRICING_JULY, SURVEY, per_second, per_second_by_resolution
from .rows import video

SOURCE_2_5 = "fal model pages of LTX 2.5, read 2026-11-22"
SOURCE = "fal model pages of LTX 2, read 2026-11-22; @fal-ai/client 1.10.1"

# "auto" lets the model choose a length; it goes through extra_params
LTX_2_5 = (
    PROMPT
    | durations(*range(6, 21, 2))
    | resolution_words({"720p": "720p", "1080p": "1080p", "1440p": "1440p", "4k": "2160p", "2160p": "2160p"})
    | sound()
    | extra("fps", "camera_motion")
)
PRICES_2_5 = {
    "fast": per_second_by_resolution(
        {"720p": 0.09, "1080p": 0.13, "1440p": 0.19, "4k": 0.30, "2160p": 0.30}, SURVEY
    ),
    "pro": per_second_by_resolution({"720p": 0.12, "1080p": 0.17}, SURVEY),
}
ROWS_2_5 = tuple(
    Model(
        id=f"lightricks/ltx-2.5/{arm}/{tier}",
        modality="video",
        fields=LTX_2_5 | own,
        prices=prices,
        source=SOURCE_2_5,
    )
    for arm, own in (("text-to-video", {}), ("image-to-video", first_frame() | last_frame()))
    for tier, prices in PRICES_2_5.items()
)

# neither seed nor negative prompt, and no 720p
LTX_2 = (
    PROMPT
    | durations(6, 8, 10)
    | resolution_words({"1080p": "1080p", "1440p": "1440p", "4k": "2160p", "2160p": "2160p"})
    | sound()
    | extra("fps")
)
LTX_2_DEFAULTS = {"duration_seconds": 6, "resolution": "1080p", "generate_audio": True}
LTX_2_PRICES = per_second_by_resolution(
    {"1080p": 0.06, "1440p": 0.12, "4k": 0.24, "2160p": 0.24}, CATALOGUE_MARCH
)
LTX_FAST_PRICES = (
    per_second(0.04, FAL_PRICING_JULY, resolution="1080p"),
    *per_second_by_resolution(
        {"1440p": 0.08, "4k": 0.16, "2160p": 0.16},
        "unverified: the LTX API's own price, which fal's of 1080p is; docs.ltx.video/pricing, read 2026-11-27",
    ),
)
# the prices above 1080p are not published
LTX_2_3_PRICES = {
    tier: (per_second(usd, FAL_PRICING_JULY, resolution="1080p"),)
    for tier, usd in (("", 0.08), ("/fast", 0.06))
}
EXTENSION: Fields = (
    OPTIONAL_PROMPT
    | source_video()
    | {"duration": duration_field_mapper("float", maximum=20)}
    | extra("mode", "context")
)
ROWS_2 = tuple(
    Model(
        id=f"fal-ai/{name}{tier}",
        modality="video",
        fields=LTX_2 | own,
        defaults=LTX_2_DEFAULTS,
        prices=prices[tier],
        source=SOURCE,
    )
    for name, own, prices in (
        ("ltx-2.3/text-to-video", ratios("16:9", "9:16"), LTX_2_3_PRICES),
        (
            "ltx-2.3/image-to-video",
            first_frame() | last_frame() | ratios("auto", "16:9", "9:16"),
            LTX_2_3_PRICES,
        ),
        ("ltx-2/text-to-video", {}, {"": LTX_2_PRICES, "/fast": LTX_FAST_PRICES}),
        ("ltx-2/image-to-video", first_frame(), {"": LTX_2_PRICES, "/fast": LTX_FAST_PRICES}),
    )
    for tier in ("", "/fast")
)
EXTENSION_ROWS = tuple(
    Model(
        id=f"fal-ai/{name}/extend-video",
        modality="video",
        fields=EXTENSION,
        defaults={"duration_seconds": 5},
        source=SOURCE,
    )
    for name in ("ltx-2", "ltx-2.3")
)

SHAPES_AS_PRESETS: Fields = {
    "video_size": choice_field_mapper(
        "aspect_ratio",
        {
            "4:3": "landscape_4_3",
            "16:9": "landscape_16_9",
            "1:1": "square_hd",
            "3:4": "portrait_4_3",
            "9:16": "portrait_16_9",
        },
    )
}
OPEN_WEIGHTS_EXTRA = ("fps", "camera_lora", "acceleration", "use_multiscale", "video_quality")
OPEN_WEIGHTS = (
    PROMPT
    | SEED
    | NEGATIVE_PROMPT
    | prompt_rewriting()
    | sound()
    | SHAPES_AS_PRESETS
    # 121 frames at 25 per second unless extra_params changes the rate
    | duration_in_frames(25)
    | extra(*OPEN_WEIGHTS_EXTRA)
)
LORAS = "a list of {'path': …, 'scale': …}"
OPEN_WEIGHTS_ROWS = tuple(
    video(
        f"fal-ai/ltx-2-19b/{arm}{tier}",
        OPEN_WEIGHTS | own | loras,
        source=SOURCE,
        example_params={"loras": [{"path": "https://example.com/lora.safetensors"}]} if tier else {},
    )
    for tier, loras in (("", {}), ("/lora", extra(*OPEN_WEIGHTS_EXTRA, needed={"loras": LORAS})))
    for arm, own in (
        ("text-to-video", {}),
        ("distilled/text-to-video", {}),
        ("image-to-video", first_frame() | last_frame()),
        ("distilled/image-to-video", first_frame() | last_frame()),
        ("video-to-video", source_video() | first_frame(required=False) | last_frame()),
        ("distilled/video-to-video", source_video() | first_frame(required=False) | last_frame()),
        ("extend-video", source_video() | last_frame()),
        ("distilled/extend-video", source_video() | last_frame()),
    )
)

ROWS: tuple[Model, ...] = (*ROWS_2_5, *ROWS_2, *EXTENSION_ROWS, *OPEN_WEIGHTS_ROWS)
