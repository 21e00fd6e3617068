"""Rows of PixVerse and Vidu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.mapping import Model, Price, Rule
from tarash.tarash_gateway.plugin import mention

from .fields import (
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    PROMPT,
    SEED,
    Fields,
    duration_between,
    duration_texts,
    extra,
    first_frame,
    last_frame,
    prompt_thinking,
    ratios,
    references,
    resolutions,
    sound,
    source_video,
    source_videos,
    subject,
)
from .prices import CATALOGUE_MARCH, LIST_OF_MODELS, PAGE, VIDU_Q3, per_second_by_resolution, per_video
from .rows import CLIENT, video

SOURCE = "fal model pages of PixVerse, read 2026-11-22; @fal-ai/client 1.10.1"
SOURCE_VIDU = "fal model pages of Vidu, read 2026-11-22; @fal-ai/client 1.10.1"

PIXVERSE = PROMPT | NEGATIVE_PROMPT | SEED | resolutions("360p", "540p", "720p", "1080p")
SHAPES = ratios("16:9", "4:3", "1:1", "3:4", "9:16")
SHAPES_6 = ratios("16:9", "4:3", "1:1", "3:4", "9:16", "2:3", "3:2", "21:9")
ENDS = first_frame("first_image_url") | last_frame()
WITH_SOUND = sound("generate_audio_switch")
DEFAULTS = {"duration_seconds": 5, "resolution": "720p"}


def only(*seconds: int) -> tuple[Rule, ...]:
    """Return the rule that 1080p has fewer lengths."""
    return (
        Rule(
            when={"resolution": ("1080p",)},
            allow={"duration_seconds": seconds},
            reason="with " + mention("resolution", "1080p"),
        ),
    )


def clips(
    usd_by_step: Mapping[str, float],
    source: str,
    *,
    seconds: Mapping[int, float],
    audio: Mapping[str, float] | None = None,
) -> tuple[Price, ...]:
    """Return the prices of a clip by resolution and length.

    Args:
        usd_by_step: price of 5 silent seconds by resolution.
        source: where they were read.
        seconds: multiple of that price by length; 1080p has none over 8 seconds.
        audio: what sound adds to 5 seconds by resolution; what it adds to longer clips is not published.
    """
    sounding = tuple(
        per_video(
            round(usd_by_step[step] + usd, 4),
            source,
            resolution=step,
            duration_seconds=5,
            generate_audio=True,
        )
        for step, usd in (audio or {}).items()
    )
    silent = {"generate_audio": False} if audio else {}
    return (
        *sounding,
        *(
            per_video(round(usd * times, 4), source, resolution=step, duration_seconds=length, **silent)
            for step, usd in usd_by_step.items()
            for length, times in seconds.items()
            if step != "1080p" or length <= 8
        ),
    )


PRICES_5_6 = clips(
    {"360p": 0.35, "540p": 0.35, "720p": 0.45, "1080p": 0.75},
    PAGE,
    seconds={5: 1, 8: 2, 10: 2.2},
    audio={"360p": 0.45, "540p": 0.45, "720p": 0.45, "1080p": 0.75},
)
EARLY_STEPS = {"360p": 0.15, "540p": 0.15, "720p": 0.20, "1080p": 0.40}
# 8 seconds cost twice as much, and 1080p has none
EARLY_PRICES = (
    *clips({"1080p": 0.40}, LIST_OF_MODELS, seconds={5: 1}),
    *clips(
        {step: usd for step, usd in EARLY_STEPS.items() if step != "1080p"},
        LIST_OF_MODELS,
        seconds={5: 1, 8: 2},
    ),
)
FAST_PRICES = tuple(
    per_video(usd, PAGE, resolution=step) for step, usd in {"360p": 0.30, "540p": 0.30, "720p": 0.40}.items()
)


def pixverse(
    version: str,
    fields: Fields,
    shapes: Fields,
    rules: tuple[Rule, ...] = (),
    prices: tuple[Price, ...] = (),
) -> list[Model]:
    """Return the rows of one version: from text, from an image, between two images."""
    arms = {
        "text-to-video": shapes,
        "image-to-video": first_frame(),
        "transition": ENDS | shapes | extra("style"),
    }
    return [
        Model(
            id=f"fal-ai/pixverse/{version}/{arm}",
            modality="video",
            fields=PIXVERSE | fields | own,
            defaults=DEFAULTS | {"generate_audio": False} if WITH_SOUND.keys() <= fields.keys() else DEFAULTS,
            rules=rules,
            prices=prices,
            source=SOURCE,
        )
        for arm, own in arms.items()
    ]


# the fast endpoints render 5 seconds and no 1080p
FAST = PROMPT | NEGATIVE_PROMPT | SEED | resolutions("360p", "540p", "720p") | extra("style")
PIXVERSE_ROWS: tuple[Model, ...] = (
    *pixverse(
        "v6",
        duration_between(1, 15)
        | WITH_SOUND
        | prompt_thinking()
        | extra("generate_multi_clip_switch", "style"),
        SHAPES_6,
    ),
    *pixverse(
        "v5.6",
        duration_texts(5, 8, 10) | WITH_SOUND | prompt_thinking() | extra("style"),
        SHAPES,
        only(5, 8),
        PRICES_5_6,
    ),
    *pixverse(
        "v5.5",
        duration_texts(5, 8, 10)
        | WITH_SOUND
        | prompt_thinking()
        | extra("generate_multi_clip_switch", "style"),
        SHAPES,
        only(5, 8),
    ),
    # v3.5 to v5
    *pixverse("*", duration_texts(5, 8) | extra("style"), SHAPES, only(5), EARLY_PRICES),
    Model(
        id="fal-ai/pixverse/*/text-to-video/fast",
        modality="video",
        fields=FAST | SHAPES,
        defaults=DEFAULTS,
        prices=FAST_PRICES,
        source=SOURCE,
    ),
    Model(
        id="fal-ai/pixverse/*/image-to-video/fast",
        modality="video",
        fields=FAST | first_frame(),
        defaults=DEFAULTS,
        prices=FAST_PRICES,
        source=SOURCE,
    ),
    Model(
        id="fal-ai/pixverse/v6/extend",
        modality="video",
        fields=PIXVERSE | source_video() | duration_between(1, 15) | WITH_SOUND | extra("style"),
        defaults=DEFAULTS,
        source=SOURCE,
    ),
)

EFFECT = "one of the names on the model's page, such as 'Hug' or 'Muscle Surge'"
PIXVERSE_SPECIAL_ROWS: tuple[Model, ...] = (
    *(
        video(
            f"fal-ai/pixverse/{version}/effects",
            NEGATIVE_PROMPT
            | first_frame()
            | lengths
            | resolutions("360p", "540p", "720p", "1080p")
            | extra(needed={"effect": EFFECT}),
            source=CLIENT,
            example_params={"effect": "Hug"},
            duration_seconds=5,
            resolution="720p",
        )
        for version, lengths in (
            ("v5.5", duration_texts(5, 8, 10) | prompt_thinking()),
            ("*", duration_texts(5, 8)),
        )
    ),
    video(
        "fal-ai/pixverse/swap",
        SEED
        | subject()
        | source_video()
        | resolutions("360p", "540p", "720p")
        | extra("mode", "keyframe_id", "original_sound_switch"),
        source=CLIENT,
        resolution="720p",
    ),
    *(
        video(
            f"fal-ai/pixverse/extend{tier}",
            PROMPT | NEGATIVE_PROMPT | SEED | source_video() | WITH_SOUND | fields | extra("model", "style"),
            source=CLIENT,
            duration_seconds=5,
            resolution="720p",
        )
        for tier, fields in (
            ("", duration_texts(5, 8) | resolutions("360p", "540p", "720p", "1080p")),
            ("/fast", resolutions("360p", "540p", "720p")),
        )
    ),
)

VIDU_3 = SEED | duration_between(1, 16) | resolutions("360p", "540p", "720p", "1080p") | sound("audio")
VIDU_3_DEFAULTS = {"duration_seconds": 5, "resolution": "720p", "generate_audio": True}
VIDU_2 = PROMPT | SEED | duration_between(2, 8) | sound("bgm") | extra("movement_amplitude")
VIDU_2_DEFAULTS = {"duration_seconds": 4, "resolution": "720p"}

VIDU_3_ARMS: Mapping[str, Fields] = {
    "text-to-video": PROMPT | VIDU_3 | ratios("16:9", "9:16", "4:3", "3:4", "1:1"),
    "image-to-video": OPTIONAL_PROMPT | VIDU_3 | first_frame() | last_frame(),
}
VIDU_3_ROWS = tuple(
    Model(
        id=f"fal-ai/vidu/q3/{arm}{tier}",
        modality="video",
        fields=fields,
        defaults=VIDU_3_DEFAULTS,
        # 720p and 1080p cost 2.2 times as much
        prices=per_second_by_resolution(
            {
                step: round(usd * times, 4)
                for step, times in (("360p", 1), ("540p", 1), ("720p", 2.2), ("1080p", 2.2))
            },
            VIDU_Q3,
        ),
        source=SOURCE_VIDU,
    )
    for arm, fields in VIDU_3_ARMS.items()
    for tier, usd in (("", 0.07), ("/turbo", 0.035))
)
VIDU_2_IMAGE = Model(
    id="fal-ai/vidu/q2/image-to-video",
    modality="video",
    fields=VIDU_2 | first_frame() | last_frame() | resolutions("720p", "1080p"),
    defaults=VIDU_2_DEFAULTS,
    example="fal-ai/vidu/q2/image-to-video/turbo",
    source=f"unverified: the duration as an integer; the rest from {SOURCE_VIDU}",
)

VIDU_ROWS: tuple[Model, ...] = (
    *VIDU_3_ROWS,
    Model(
        id="fal-ai/vidu/q2/text-to-video",
        modality="video",
        fields=VIDU_2 | resolutions("360p", "520p", "720p", "1080p") | ratios("16:9", "9:16", "1:1"),
        defaults=VIDU_2_DEFAULTS,
        # 1080p costs 0.20 per clip and 0.10 per second, which no single unit expresses
        prices=tuple(
            per_video(usd, CATALOGUE_MARCH, resolution=step)
            for step, usd in {"360p": 0.10, "520p": 0.20, "720p": 0.30}.items()
        ),
        source=f"unverified: the duration as an integer; the rest from {SOURCE_VIDU}",
    ),
    VIDU_2_IMAGE,
    replace(
        VIDU_2_IMAGE,
        id="fal-ai/vidu/q2/image-to-video/pro",
        example="",
        # a price of the clip, and one of each second on top
        prices=tuple(
            per_video(round(clip + second * seconds, 4), PAGE, resolution=step, duration_seconds=seconds)
            for step, clip, second in (("720p", 0.10, 0.05), ("1080p", 0.30, 0.10))
            for seconds in range(2, 9)
        ),
    ),
    Model(
        id="fal-ai/vidu/q2/reference-to-video",
        modality="video",
        fields=VIDU_2
        | references("reference_image_urls", maximum=7)
        | source_videos("reference_video_urls")
        | resolutions("540p", "720p", "1080p")
        | ratios("16:9", "9:16", "1:1", "4:3", "3:4"),
        defaults=VIDU_2_DEFAULTS,
        example="fal-ai/vidu/q2/reference-to-video/pro",
        source=f"unverified: which ratios it takes; the rest from {SOURCE_VIDU}",
    ),
)

ROWS: tuple[Model, ...] = (*PIXVERSE_ROWS, *PIXVERSE_SPECIAL_ROWS, *VIDU_ROWS)
