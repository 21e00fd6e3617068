"""Rows of PixVerse and Vidu."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model, Rule

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
from .prices import CATALOGUE_MARCH, per_video
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
            reason="with resolution=1080p",
        ),
    )


def pixverse(version: str, fields: Fields, shapes: Fields, rules: tuple[Rule, ...] = ()) -> list[Model]:
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
            defaults=DEFAULTS,
            rules=rules,
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
    *pixverse("*", duration_texts(5, 8) | extra("style"), SHAPES, only(5)),
    Model(
        id="fal-ai/pixverse/*/text-to-video/fast",
        modality="video",
        fields=FAST | SHAPES,
        defaults=DEFAULTS,
        source=SOURCE,
    ),
    Model(
        id="fal-ai/pixverse/*/image-to-video/fast",
        modality="video",
        fields=FAST | first_frame(),
        defaults=DEFAULTS,
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

VIDU_ROWS: tuple[Model, ...] = (
    Model(
        id="fal-ai/vidu/q3/text-to-video",
        modality="video",
        fields=PROMPT | VIDU_3 | ratios("16:9", "9:16", "4:3", "3:4", "1:1"),
        defaults=VIDU_3_DEFAULTS,
        source=SOURCE_VIDU,
    ),
    Model(
        id="fal-ai/vidu/q3/image-to-video",
        modality="video",
        fields=OPTIONAL_PROMPT | VIDU_3 | first_frame() | last_frame(),
        defaults=VIDU_3_DEFAULTS,
        source=SOURCE_VIDU,
    ),
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
    Model(
        id="fal-ai/vidu/q2/image-to-video",
        modality="video",
        fields=VIDU_2 | first_frame() | last_frame() | resolutions("720p", "1080p"),
        defaults=VIDU_2_DEFAULTS,
        example="fal-ai/vidu/q2/image-to-video/pro",
        source=f"unverified: the duration as an integer; the rest from {SOURCE_VIDU}",
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
