"""Rows of Kling video: no seed, no resolution, and names of the frames that change with the version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.mapping import Model, Price

from .fields import (
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    PROMPT,
    Fields,
    duration_text_between,
    duration_texts,
    extra,
    first_frame,
    last_frame,
    ratios,
    references,
    sound,
    source_video,
    subject,
)
from .prices import FAL_PRICING, PAGE, SURVEY, per_second, silent_and_audio
from .rows import PRICED_VIDEO_PARAMS

SOURCE = "fal model pages of Kling, read 2026-11-22; @fal-ai/client 1.10.1"

SHAPES = ratios("16:9", "9:16", "1:1")
SHAPES_OR_AUTO = ratios("auto", "16:9", "9:16", "1:1")
FROM_3_TO_15 = duration_text_between(3, 15)
FROM_3_TO_10 = duration_text_between(3, 10)
FIVE_OR_TEN = duration_texts(5, 10)
SHOTS = ("multi_prompt", "shot_type")
BY_SHOTS = {"prompt": "multi_prompt"}
ORIENTATION = "whether the character faces as in the 'image' or as in the 'video'"
FIVE_SECONDS = {"duration_seconds": 5}
AUDIBLE = {"duration_seconds": 5, "generate_audio": True}
SILENT = {"duration_seconds": 5, "generate_audio": False}


def row(
    name: str,
    fields: Fields,
    *,
    defaults: Mapping[str, object],
    prices: tuple[Price, ...] = (),
    example_params: Mapping[str, object] | None = None,
    replaced_by: Mapping[str, str] | None = None,
) -> Model:
    """Return a row with what all of Kling has in common."""
    return Model(
        id=name,
        modality="video",
        fields=fields,
        defaults=defaults,
        prices=prices,
        priced_params=PRICED_VIDEO_PARAMS,
        source=SOURCE,
        example_params=example_params or {},
        replaced_by=replaced_by or {},
    )


V3_TEXT = row(
    "fal-ai/kling-video/v3/*/text-to-video",
    OPTIONAL_PROMPT | FROM_3_TO_15 | SHAPES | sound() | NEGATIVE_PROMPT | extra("cfg_scale", *SHOTS),
    defaults=AUDIBLE,
    replaced_by=BY_SHOTS,
)
V3_IMAGE = row(
    "fal-ai/kling-video/v3/*/image-to-video",
    OPTIONAL_PROMPT
    | first_frame("start_image_url")
    | last_frame()
    | FROM_3_TO_15
    | sound()
    | NEGATIVE_PROMPT
    | extra("cfg_scale", "elements", *SHOTS),
    defaults=AUDIBLE,
    replaced_by=BY_SHOTS,
)
V3_TURBO_TEXT = row(
    "fal-ai/kling-video/v3/turbo/*/text-to-video",
    dict(V3_TEXT.fields),
    defaults=AUDIBLE,
    replaced_by=BY_SHOTS,
)
V3_TURBO_IMAGE = row(
    "fal-ai/kling-video/v3/turbo/*/image-to-video",
    OPTIONAL_PROMPT | first_frame() | FROM_3_TO_15 | sound(),
    defaults=AUDIBLE,
    replaced_by=BY_SHOTS,
)
O3_TEXT = row(
    "fal-ai/kling-video/o3/*/text-to-video",
    OPTIONAL_PROMPT | FROM_3_TO_15 | SHAPES | sound() | extra(*SHOTS),
    defaults=SILENT,
    replaced_by=BY_SHOTS,
)
O3_IMAGE = row(
    "fal-ai/kling-video/o3/*/image-to-video",
    OPTIONAL_PROMPT | first_frame() | last_frame() | FROM_3_TO_15 | sound() | extra(*SHOTS),
    defaults=SILENT,
    replaced_by=BY_SHOTS,
)
O3_REFERENCE = row(
    "fal-ai/kling-video/o3/*/reference-to-video",
    OPTIONAL_PROMPT
    | first_frame("start_image_url", required=False)
    | last_frame()
    | references(maximum=4)
    | FROM_3_TO_15
    | SHAPES
    | sound()
    | extra("elements", *SHOTS),
    defaults=SILENT,
    replaced_by=BY_SHOTS,
)
O3_EDIT = row(
    "fal-ai/kling-video/o3/*/video-to-video/edit",
    PROMPT | source_video() | references(maximum=4) | extra("elements", "keep_audio", "shot_type"),
    defaults={},
)
V2_IMAGE = PROMPT | first_frame() | FIVE_OR_TEN | NEGATIVE_PROMPT | extra("cfg_scale")
V2_5_TEXT = row(
    "fal-ai/kling-video/v2.5-turbo/*/text-to-video",
    PROMPT | FIVE_OR_TEN | SHAPES | NEGATIVE_PROMPT | extra("cfg_scale"),
    defaults=FIVE_SECONDS,
)
V2_5_IMAGE = row(
    "fal-ai/kling-video/v2.5-turbo/*/image-to-video",
    V2_IMAGE | last_frame("tail_image_url"),
    defaults=FIVE_SECONDS,
)

V3_PRICES = {"standard": silent_and_audio(0.084, 0.126, PAGE), "pro": silent_and_audio(0.112, 0.168, PAGE)}
O3_PRICES = {"standard": silent_and_audio(0.084, 0.112, SURVEY), "pro": silent_and_audio(0.112, 0.14, SURVEY)}
V2_5_PRICES = {"standard": (per_second(0.042, PAGE),), "pro": (per_second(0.07, PAGE),)}
V2_6_PRICES = silent_and_audio(0.07, 0.14, PAGE)


OLD_PAGE = f"unverified: {PAGE}, which may be older than the price cut of Kling 3"


def tier(model: Model, name: str, prices: tuple[Price, ...] = ()) -> Model:
    """Return the row of one tier, which has a price of its own, in place of the `*`. Without prices, the price list has it."""
    return replace(model, id=model.id.replace("*", name), prices=prices)


TOOLS = (
    *(
        row(
            f"fal-ai/kling-video/{version}/*/motion-control",
            OPTIONAL_PROMPT
            | subject()
            | source_video()
            | extra("keep_original_sound", *own, needed={"character_orientation": ORIENTATION}),
            defaults={},
            example_params={"character_orientation": "video"},
        )
        for version, own in (("v2.6", ()), ("v3", ("elements",)))
    ),
    *(
        row(
            f"fal-ai/kling-video/{name}",
            OPTIONAL_PROMPT | subject() | extra(needed={"audio_url": "the speech that the person says"}),
            defaults={},
            example_params={"audio_url": "https://example.com/voice.mp3"},
        )
        for name in ("ai-avatar/v2/*", "v1/*/ai-avatar")
    ),
)
OLD_TEXT = {
    version: row(
        f"fal-ai/kling-video/{version}/*/text-to-video", dict(V2_5_TEXT.fields), defaults=FIVE_SECONDS
    )
    for version in ("v1", "v1.5", "v1.6")
}


def with_tiers(model: Model, *names: str) -> tuple[Model, ...]:
    """Return the rows of the tiers that are known, and one for those to come."""
    later = replace(
        model,
        source="unverified: the fields of the tiers that are known, for those to come",
        unverified=True,
        example=model.id.replace("*", "next"),
    )
    return (*(tier(model, name) for name in names), later)


ROWS: tuple[Model, ...] = (
    *(
        line
        for model in (V3_TEXT, V3_IMAGE)
        for line in (
            *(tier(model, name, prices) for name, prices in V3_PRICES.items()),
            *with_tiers(model, "4k"),
        )
    ),
    *(
        line
        for model in (V3_TURBO_TEXT, V3_TURBO_IMAGE, *TOOLS)
        for line in with_tiers(model, "standard", "pro")
    ),
    *(
        tier(model, name, prices)
        for model in (O3_TEXT, O3_IMAGE, O3_REFERENCE)
        for name, prices in O3_PRICES.items()
    ),
    O3_EDIT,
    tier(O3_EDIT, "pro", (per_second(0.336, OLD_PAGE),)),
    row(
        "fal-ai/kling-video/o3/*/video-to-video/reference",
        PROMPT
        | source_video()
        | references(maximum=4)
        | FROM_3_TO_15
        | SHAPES_OR_AUTO
        | extra("elements", "keep_audio", "shot_type"),
        defaults={},
    ),
    *(
        line
        for prefix in ("fal-ai/kling-video/o1", "fal-ai/kling-video/o1/standard")
        for line in (
            row(
                f"{prefix}/image-to-video",
                PROMPT | first_frame("start_image_url") | last_frame() | FROM_3_TO_10,
                defaults=FIVE_SECONDS,
            ),
            row(
                f"{prefix}/reference-to-video",
                PROMPT | references(maximum=7) | FROM_3_TO_10 | SHAPES | extra("elements"),
                defaults=FIVE_SECONDS,
            ),
            row(
                f"{prefix}/video-to-video/edit",
                PROMPT | source_video() | references(maximum=4) | extra("elements", "keep_audio"),
                defaults={},
            ),
            row(
                f"{prefix}/video-to-video/reference",
                PROMPT
                | source_video()
                | references(maximum=4)
                | FROM_3_TO_10
                | SHAPES_OR_AUTO
                | extra("elements", "keep_audio"),
                defaults=FIVE_SECONDS,
            ),
        )
    ),
    row(
        "fal-ai/kling-video/v2.6/pro/text-to-video",
        PROMPT | FIVE_OR_TEN | SHAPES | sound() | NEGATIVE_PROMPT | extra("cfg_scale"),
        defaults=AUDIBLE,
        prices=V2_6_PRICES,
    ),
    row(
        "fal-ai/kling-video/v2.6/pro/image-to-video",
        PROMPT
        | first_frame("start_image_url")
        | last_frame()
        | FIVE_OR_TEN
        | sound()
        | NEGATIVE_PROMPT
        | extra("voice_ids"),
        defaults=AUDIBLE,
        prices=V2_6_PRICES,
    ),
    tier(V2_5_TEXT, "pro", V2_5_PRICES["pro"]),
    replace(
        tier(V2_5_TEXT, "standard", V2_5_PRICES["standard"]),
        source="unverified: written down beside its image-to-video; no client, page or price list names it",
        unverified=True,
    ),
    tier(V2_5_IMAGE, "pro", V2_5_PRICES["pro"]),
    # the one tier without a last frame
    row(
        "fal-ai/kling-video/v2.5-turbo/standard/image-to-video",
        V2_IMAGE,
        defaults=FIVE_SECONDS,
        prices=V2_5_PRICES["standard"],
    ),
    *(
        row(
            f"fal-ai/kling-video/{version}/master/text-to-video",
            dict(V2_5_TEXT.fields),
            defaults=FIVE_SECONDS,
        )
        for version in ("v2", "v2.1")
    ),
    *(
        row(f"fal-ai/kling-video/{version}/image-to-video", V2_IMAGE, defaults=FIVE_SECONDS, prices=prices)
        for version, prices in (
            ("v2/master", ()),
            ("v2.1/master", (per_second(0.28, FAL_PRICING),)),
            ("v2.1/standard", (per_second(0.056, PAGE),)),
        )
    ),
    row(
        "fal-ai/kling-video/v2.1/pro/image-to-video",
        V2_IMAGE | last_frame("tail_image_url"),
        defaults=FIVE_SECONDS,
        prices=(per_second(0.098, PAGE),),
    ),
    *(
        line
        for version, names in (("v1", ("standard",)), ("v1.5", ("pro",)), ("v1.6", ("standard", "pro")))
        for line in with_tiers(OLD_TEXT[version], *names)
    ),
    *(
        row(f"fal-ai/kling-video/{name}/image-to-video", V2_IMAGE | own, defaults=FIVE_SECONDS)
        for name, own in (
            ("v1/standard", last_frame("tail_image_url")),
            ("v1.5/pro", last_frame("tail_image_url") | SHAPES),
            ("v1.6/pro", last_frame("tail_image_url") | SHAPES),
            ("v1.6/standard", {}),
        )
    ),
)
