"""Rows of MiniMax video, Hailuo and H3; speech, music and pictures share the prefix and have none here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tarash.tarash_gateway.mapping import FieldCapability, FieldMapper, Model, Price, Values

from .fields import (
    OPTIONAL_PROMPT,
    PROMPT,
    SEED,
    Fields,
    duration_between,
    duration_texts,
    extra,
    first_frame,
    last_frame,
    prompt_rewriting,
    ratios,
    references,
    resolution_words,
    source_video,
    source_videos,
)
from .prices import (
    CATALOGUE_MARCH,
    FAL_PRICING_JULY,
    LITELLM,
    SURVEY,
    per_second_by_resolution,
    per_video,
)
from .rows import SCHEMAS, video

SOURCE = "fal model pages of Hailuo, read 2026-11-22; @fal-ai/client 1.10.1"

HAILUO = PROMPT | prompt_rewriting("prompt_optimizer")
# the pro endpoints refuse the field: their clips have one length
LENGTHS = duration_texts(6, 10)
SIX_SECONDS = {"duration_seconds": 6}


def clip_prices(six_seconds: float, ten_seconds: float) -> tuple[Price, ...]:
    """Return the prices of a clip by its length."""
    return (
        per_video(six_seconds, CATALOGUE_MARCH, duration_seconds=6),
        per_video(ten_seconds, CATALOGUE_MARCH, duration_seconds=10),
    )


def hailuo(name: str, fields: Fields, prices: tuple[Price, ...] = ()) -> Model:
    """Return a row with what all of Hailuo has in common."""
    return Model(
        id=f"fal-ai/minimax/{name}",
        modality="video",
        fields=HAILUO | fields,
        defaults=SIX_SECONDS if "duration" in fields else {},
        prices=prices,
        source=SOURCE,
    )


STANDARD_2_3 = clip_prices(0.28, 0.56)
PRO_2_3 = (per_video(0.49, CATALOGUE_MARCH),)
FAST_2_3 = clip_prices(0.19, 0.32)
PRO_02 = (per_video(0.48, f"computed: 6 seconds at 0.08 a second ({FAL_PRICING_JULY})"),)
STEPS_02 = resolution_words({"480p": "512P", "512p": "512P", "720p": "768P", "768p": "768P"})

HAILUO_ROWS: tuple[Model, ...] = (
    hailuo("hailuo-2.3/standard/text-to-video", LENGTHS, STANDARD_2_3),
    hailuo("hailuo-2.3/standard/image-to-video", LENGTHS | first_frame(), STANDARD_2_3),
    hailuo("hailuo-2.3/pro/text-to-video", {}, PRO_2_3),
    hailuo("hailuo-2.3/pro/image-to-video", first_frame(), PRO_2_3),
    hailuo("hailuo-2.3-fast/standard/image-to-video", LENGTHS | first_frame(), FAST_2_3),
    hailuo("hailuo-2.3-fast/pro/image-to-video", first_frame()),
    hailuo("hailuo-02/standard/text-to-video", LENGTHS),
    hailuo("hailuo-02/standard/image-to-video", LENGTHS | first_frame() | last_frame() | STEPS_02),
    hailuo("hailuo-02/pro/text-to-video", {}, PRO_02),
    hailuo("hailuo-02/pro/image-to-video", first_frame() | last_frame(), PRO_02),
    hailuo("hailuo-02-fast/image-to-video", LENGTHS | first_frame()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpansionMapper(FieldMapper):
    """`enhance_prompt` as the word that H3 always wants: the field is required and has no default."""

    @property
    def fields(self) -> tuple[str, ...]:
        return ("enhance_prompt",)

    def encode(self, values: Values) -> object:
        return "disabled" if values.get("enhance_prompt") is False else "balanced"

    def describe(self) -> tuple[FieldCapability, ...]:
        return (FieldCapability(field="enhance_prompt", allowed=(True, False), note="True when left open"),)


H3 = PROMPT | SEED | {"prompt_expansion_mode": ExpansionMapper()} | duration_between(5, 15)
H3_EXTRA = ("target_audio_url", "prompt_expansion_mode")
SHAPES = ("21:9", "16:9", "4:3", "1:1", "3:4", "9:16")
ARMS: Mapping[str, Fields] = {
    "text-to-video": ratios(*SHAPES) | extra(*H3_EXTRA),
    # the picture decides the shape
    "image-to-video": first_frame(required=False) | last_frame() | extra(*H3_EXTRA),
    "reference-to-video": references("reference_image_urls", maximum=9)
    | source_videos("reference_video_urls")
    | ratios("adaptive", *SHAPES)
    | extra(*H3_EXTRA, "reference_audio_urls"),
}
# word of the request → word of the model, which a request may use too
STEPS_H3 = resolution_words(
    {"480p": "480P", "720p": "768P", "768p": "768P", "1080p": "2K", "2k": "2K", "4k": "4K"}
)
STEPS_H3_MAX = resolution_words({"480p": "480P", "720p": "768P", "768p": "768P", "1080p": "1080P"})


def prices_by_step(low: float, middle: float, full: float, source: str) -> tuple[Price, ...]:
    """Return the prices of a second at 480P, 768P (also asked for as 720p) and 1080P."""
    return per_second_by_resolution({"480p": low, "720p": middle, "768p": middle, "1080p": full}, source)


H3_PRICES = per_second_by_resolution(
    {"480p": 0.05, "720p": 0.06, "768p": 0.06, "1080p": 0.13, "2k": 0.13, "4k": 0.16}, LITELLM
)
H3_ROWS = tuple(
    video(f"minimax/{name}/{arm}", H3 | steps | ARMS[arm], source=SCHEMAS, prices=prices, resolution=step)
    for name, arms, steps, step, prices in (
        ("h3", tuple(ARMS), STEPS_H3, "2k", H3_PRICES),
        ("h3-max", tuple(ARMS), STEPS_H3_MAX, "768p", prices_by_step(0.05, 0.08, 0.16, SURVEY)),
        # it makes nothing of references
        (
            "h3-max-turbo",
            ("text-to-video", "image-to-video"),
            STEPS_H3_MAX,
            "768p",
            prices_by_step(0.025, 0.04, 0.08, SURVEY),
        ),
    )
    for arm in arms
)
RECAST = video(
    "minimax/h3-max/recast",
    OPTIONAL_PROMPT
    | SEED
    | source_video()
    # one picture for each person in the clip
    | references("reference_image_urls", required=True, maximum=4)
    | resolution_words({"720p": "768P", "768p": "768P", "1080p": "1080P"}),
    source=SCHEMAS,
    prices=per_second_by_resolution({"720p": 0.30, "768p": 0.30, "1080p": 0.45}, LITELLM),
    resolution="1080p",
)

ROWS: tuple[Model, ...] = (*HAILUO_ROWS, *H3_ROWS, RECAST)
