"""Rows of the video models of Kling (kwaivgi), ByteDance and MiniMax."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model, Rule
from tarash.tarash_gateway.plugin import Phrase, mention

from .fields import (
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    PROMPT,
    SEED,
    duration_between,
    durations,
    extra,
    first_frame,
    last_frame,
    prompt_rewriting,
    ratios,
    reference,
    references,
    resolutions,
    sound,
    source_video,
    tiers,
)
from .prices import A_LIST, LISTED, per_second, per_second_by_resolution, per_video

SCHEMA = "input schema on the Replicate model page, 2026"
# Kling's "standard" renders 720p, "pro" 1080p
KLING_MODES = {"720p": "standard", "1080p": "pro"}
FRAMES = first_frame("start_image") | last_frame("end_image")
NEEDS_FIRST_FRAME = Rule(when={"last_frame": ()}, require=("first_frame",), reason="with a last frame")

SEEDANCE_2 = (
    PROMPT
    | duration_between(4, 15)
    | ratios("16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "9:21", "adaptive")
    | first_frame()
    | last_frame("last_frame_image")
    | references("reference_images", maximum=9)
    | source_video("reference_videos", as_list=True)
    | sound()
    | SEED
    | extra("reference_audios")
)
SEEDANCE_2_RULES = (
    Rule(
        when={"reference": ()},
        allow={"first_frame": (), "last_frame": ()},
        reason="together with reference images",
    ),
    NEEDS_FIRST_FRAME,
)
HAILUO = PROMPT | durations(6, 10) | first_frame("first_frame_image") | prompt_rewriting("prompt_optimizer")

ROWS: tuple[Model, ...] = (
    Model(
        id="bytedance/seedance-2.0",
        modality="video",
        fields=SEEDANCE_2 | resolutions("480p", "720p", "1080p"),
        defaults={"generate_audio": True},
        rules=SEEDANCE_2_RULES,
        prices=(
            per_second(0.18, resolution="720p"),
            *per_second_by_resolution({"480p": 0.08, "1080p": 0.45}, source=LISTED),
        ),
        source=SCHEMA,
    ),
    Model(
        id="bytedance/seedance-2.0-fast",
        modality="video",
        fields=SEEDANCE_2 | resolutions("480p", "720p"),
        defaults={"generate_audio": True},
        rules=SEEDANCE_2_RULES,
        source=SCHEMA,
    ),
    Model(
        id="kwaivgi/kling-lip-sync",
        modality="video",
        fields=source_video("video_url") | extra("video_id", "audio_file", "text", "voice_id", "voice_speed"),
        source="unverified: public copies of the model's input schema on Replicate, read 2026-11-27",
    ),
    Model(
        id="kwaivgi/kling-v*-motion-control",
        modality="video",
        fields=OPTIONAL_PROMPT
        | tiers("mode", {"720p": "std", "1080p": "pro"})
        | reference("image", required=True)
        | source_video(required=True)
        | sound("keep_original_sound")
        | extra("character_orientation"),
        example="kwaivgi/kling-v3-motion-control",
        source=SCHEMA,
    ),
    Model(
        id="kwaivgi/kling-v2.1",
        modality="video",
        fields=PROMPT
        | durations(5, 10)
        | tiers("mode", KLING_MODES)
        | first_frame("start_image", required=True)
        | last_frame("end_image")
        | NEGATIVE_PROMPT,
        rules=(
            Rule(
                when={"last_frame": ()},
                allow={"resolution": ("1080p",)},
                require=("resolution",),
                reason="with a last frame, which only the mode of 1080p takes",
            ),
        ),
        prices=per_second_by_resolution({"720p": 0.05, "1080p": 0.09}, source=LISTED),
        source=SCHEMA,
    ),
    Model(
        id="kwaivgi/kling-v2.1-master",
        modality="video",
        fields=PROMPT
        | durations(5, 10)
        | ratios("16:9", "9:16", "1:1")
        | first_frame("start_image")
        | NEGATIVE_PROMPT,
        source="unverified: taken to be as kling-v2.5-turbo-pro without a last frame",
    ),
    Model(
        id="kwaivgi/kling-v2.5-turbo-pro",
        modality="video",
        # answers 422 to cfg_scale and seed
        fields=PROMPT | durations(5, 10) | ratios("16:9", "9:16", "1:1") | FRAMES | NEGATIVE_PROMPT,
        source=SCHEMA,
    ),
    Model(
        id="kwaivgi/kling-v3-video",
        modality="video",
        fields=PROMPT
        | duration_between(3, 15)
        | tiers("mode", KLING_MODES)
        | ratios("16:9", "9:16", "1:1")
        | FRAMES
        | sound()
        | NEGATIVE_PROMPT,
        prices=(
            per_second(0.224, resolution="1080p", generate_audio=False),
            per_second(0.336, resolution="1080p", generate_audio=True),
        ),
        source=SCHEMA,
    ),
    Model(
        id="minimax/hailuo-02",
        modality="video",
        fields=HAILUO
        | tiers("resolution", {"512p": "512p", "768p": "768p", "1080p": "1080p", "720p": "768p"})
        | last_frame("last_frame_image"),
        defaults={"resolution": "1080p"},
        rules=(
            Rule(
                when={"duration_seconds": (10,)},
                allow={"resolution": ("768p", "720p")},
                require=("resolution",),
                reason=Phrase(
                    "with ",
                    mention("duration_seconds", 10),
                    ": it renders 10 s at 768p only, and 1080p unless asked for another",
                ),
            ),
        ),
        source=SCHEMA,
    ),
    Model(
        id="minimax/hailuo-2.3",
        modality="video",
        fields=HAILUO | tiers("resolution", {"768p": "768p", "1080p": "1080p", "720p": "768p"}),
        source=SCHEMA,
    ),
    Model(
        id="minimax/video-01",
        modality="video",
        fields=PROMPT
        | prompt_rewriting("prompt_optimizer")
        | first_frame("first_frame_image")
        | extra("subject_reference"),
        fixed={"duration_seconds": 6, "resolution": "720p"},
        prices=(per_video(0.50, source=A_LIST),),
        source="unverified: input names of nodetool-replicate, generated from the model's schema",
    ),
)
