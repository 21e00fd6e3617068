"""Rows of the Veo and Gemini video models."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Model, Price

from .fields import (
    NEGATIVE_PROMPT,
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
    resolutions,
    sound,
    source_video,
    source_videos,
)
from .prices import (
    FAL_PRICING,
    FAL_PRICING_JULY,
    LIST_OF_AUGUST,
    PAGE,
    per_second,
    per_second_by_resolution,
)
from .rows import SCHEMAS, video

SOURCE = "fal model pages of Veo, read 2026-11-22; @fal-ai/client 1.10.1"

VEO_3 = PROMPT | sound() | NEGATIVE_PROMPT | SEED | extra("auto_fix", "safety_tolerance")
LENGTHS = duration_texts(4, 6, 8, suffix="s")
SHAPES = ratios("16:9", "9:16")
SHAPES_OR_AUTO = ratios("auto", "16:9", "9:16")
FRAMES = first_frame("first_frame_url") | last_frame("last_frame_url", required=True)
DEFAULTS = {"duration_seconds": 8, "resolution": "720p", "generate_audio": True}


def veo_prices(silent: float, audio: float, silent_4k: float, audio_4k: float) -> tuple[Price, ...]:
    """Return the prices of a second, the narrowest first."""
    return (
        per_second(audio_4k, PAGE, resolution="4k", generate_audio=True),
        per_second(silent_4k, PAGE, resolution="4k"),
        per_second(audio, PAGE, generate_audio=True),
        per_second(silent, PAGE),
    )


def veo_row(name: str, fields: Fields, prices: tuple[Price, ...] = (), **defaults: object) -> Model:
    """Return a row with what all of Veo 3 has in common."""
    return Model(
        id=name,
        modality="video",
        fields=VEO_3 | fields,
        defaults=DEFAULTS | defaults,
        prices=prices,
        source=SOURCE,
    )


def veo_3_1(name: str, prices: tuple[Price, ...], *, steps: tuple[str, ...], frames: Fields) -> list[Model]:
    """Return the rows of one tier of Veo 3.1: from text, from an image, from first and last frame."""
    return [
        veo_row(name, LENGTHS | SHAPES | resolutions(*steps), prices),
        veo_row(
            f"{name}/image-to-video",
            first_frame() | LENGTHS | SHAPES_OR_AUTO | resolutions(*steps),
            prices,
        ),
        veo_row(f"{name}/first-last-frame-to-video", frames | SHAPES_OR_AUTO | resolutions(*steps), prices),
    ]


STANDARD_PRICES = veo_prices(0.20, 0.40, 0.40, 0.60)
FAST_PRICES = veo_prices(0.10, 0.15, 0.30, 0.35)
LITE_PRICES = (per_second(0.05, PAGE, resolution="720p", generate_audio=True),)
ALL_STEPS = ("720p", "1080p", "4k")

REFERENCE_TO_VIDEO = Model(
    id="fal-ai/veo3.1/reference-to-video",
    modality="video",
    fields=PROMPT
    | references(required=True)
    | duration_texts(8, suffix="s")
    | SHAPES
    | resolutions(*ALL_STEPS)
    | sound()
    | extra("auto_fix", "safety_tolerance"),
    defaults=DEFAULTS,
    prices=STANDARD_PRICES,
    source=SOURCE,
)

OMNI = PROMPT | duration_between(3, 10) | SHAPES
OMNI_STEPS = resolutions("360p", "720p", "1080p", "4k")
OMNI_PRICES = per_second_by_resolution(
    {"360p": 0.03, "720p": 0.10, "1080p": 0.15, "4k": 0.30}, LIST_OF_AUGUST
)
# the lists of references in the prompt: <IMAGE_REF_0>, …
OMNI_ARMS: tuple[tuple[str, str, Fields], ...] = (
    ("", "/text-to-video", OMNI),
    ("/image-to-video", "/image-to-video", OMNI | first_frame()),
    ("/edit", "/edit", PROMPT | source_video()),
)


def _seconds(arm: str) -> int:
    """Return the length that the price of a clip counts with; an edit is as long as its video, at most 10 seconds."""
    return 10 if arm == "/edit" else 8


OMNI_ROWS = (
    *(
        video(
            f"google/gemini-omni-flash{arm}",
            fields,
            # billed by the token
            prices=(per_second(0.13 if arm else 0.125, f"{PAGE}, about"),),
            duration_seconds=_seconds(arm),
        )
        for arm, _, fields in (
            *OMNI_ARMS,
            ("/reference-to-video", "", OMNI | references(required=True)),
        )
    ),
    *(
        video(
            f"google/gemini-omni-flash/v1.1{arm}",
            fields | OMNI_STEPS,
            prices=OMNI_PRICES,
            source=SCHEMAS,
            duration_seconds=_seconds(arm),
            resolution="720p",
        )
        for _, arm, fields in (
            *OMNI_ARMS,
            (
                "",
                "/reference-to-video",
                OMNI | references(maximum=10) | source_videos("reference_video_urls"),
            ),
        )
    ),
)

ROWS: tuple[Model, ...] = (
    *veo_3_1("fal-ai/veo3.1", STANDARD_PRICES, steps=ALL_STEPS, frames=FRAMES | LENGTHS),
    *veo_3_1("fal-ai/veo3.1/fast", FAST_PRICES, steps=ALL_STEPS, frames=FRAMES | LENGTHS),
    *veo_3_1(
        "fal-ai/veo3.1/lite",
        LITE_PRICES,
        steps=("720p", "1080p"),
        frames=FRAMES | duration_texts(8, suffix="s"),
    ),
    REFERENCE_TO_VIDEO,
    *(
        veo_row(
            f"{name}/extend-video",
            source_video() | duration_texts(7, suffix="s") | SHAPES_OR_AUTO | resolutions("720p"),
            prices,
            duration_seconds=7,
        )
        for name, prices in (("fal-ai/veo3.1", STANDARD_PRICES), ("fal-ai/veo3.1/fast", FAST_PRICES))
    ),
    *(
        veo_row(f"{name}{arm}", fields | LENGTHS | resolutions("720p", "1080p"), prices)
        for name, prices in (
            ("fal-ai/veo3", (per_second(0.40, FAL_PRICING, generate_audio=True),)),
            ("fal-ai/veo3/fast", (per_second(0.15, FAL_PRICING_JULY, generate_audio=True),)),
        )
        for arm, fields in (("", SHAPES), ("/image-to-video", first_frame() | SHAPES_OR_AUTO))
    ),
    Model(
        id="fal-ai/veo2",
        modality="video",
        fields=PROMPT
        | duration_texts(5, 6, 7, 8, suffix="s")
        | ratios("16:9", "9:16", "1:1")
        | NEGATIVE_PROMPT
        | SEED
        | prompt_rewriting("enhance_prompt")
        | extra("auto_fix"),
        defaults={"duration_seconds": 5},
        source=SOURCE,
    ),
    Model(
        id="fal-ai/veo2/image-to-video",
        modality="video",
        fields=PROMPT | first_frame() | duration_texts(5, 6, 7, 8, suffix="s"),
        defaults={"duration_seconds": 5},
        source=SOURCE,
    ),
    *OMNI_ROWS,
)
