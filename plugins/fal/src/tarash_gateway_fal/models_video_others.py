"""Rows of the video families that have only a few endpoints each."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import (
    Model,
    Price,
    frame_size_field_mapper,
    passthrough_field_mapper,
)

from .fields import (
    NEGATIVE_PROMPT,
    OPTIONAL_PROMPT,
    PROMPT,
    SEED,
    Fields,
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
    sound,
    source_video,
)
from .prices import (
    FAL_PRICING_JULY,
    LIST_OF_AUGUST,
    PAGE,
    SURVEY,
    per_second,
    per_second_by_resolution,
    per_video,
)
from .rows import INDEX, NOBODY, PAGES, PAGES_AND_CLIENT, SCHEMAS, video

# "auto" lets the model choose a length; it goes through extra_params
FLUX_3 = (
    PROMPT
    | sound()
    | duration_between(5, 20)
    | ratios("auto", "21:9", "2:1", "16:9", "4:3", "1:1", "3:4", "9:16")
    # an integer here, a string elsewhere
    | extra("safety_tolerance")
)
KEYFRAMES = "1 to 10 of {'image_url': …, 'frame_index': …}, at 24 frames per second"
FLUX_3_ARMS: Mapping[str, Fields] = {
    "text-to-video": {},
    "image-to-video": first_frame(),
    "first-last-frame-to-video": first_frame("start_image_url") | last_frame(required=True),
    "keyframes-to-video": extra("safety_tolerance", needed={"keyframes": KEYFRAMES}),
    "extend-video": source_video(),
}
FLUX_3_PRICES = per_second_by_resolution({"720p": 0.17, "1080p": 0.29}, SURVEY)
FLUX_3_ROWS = tuple(
    video(
        f"blackforestlabs/flux-3/{arm}{tier}",
        FLUX_3 | steps | own,
        prices=prices if arm != "extend-video" else (),
        source=SCHEMAS,
        example_params={"keyframes": [{"image_url": "https://example.com/a.png", "frame_index": 0}]}
        if arm.startswith("keyframes")
        else {},
        duration_seconds=5,
    )
    for arm, own in FLUX_3_ARMS.items()
    for tier, steps, prices in (
        ("", resolutions("720p", "1080p"), FLUX_3_PRICES),
        ("/draft", {}, (per_second(0.06, LIST_OF_AUGUST),)),
    )
)

HORSE = SEED | duration_between(3, 15) | resolutions("720p", "1080p") | extra("enable_safety_checker")
HORSE_PRICES = per_second_by_resolution({"720p": 0.14, "1080p": 0.28}, PAGE)
HORSE_1_1_PRICES = per_second_by_resolution({"720p": 0.14, "1080p": 0.18}, LIST_OF_AUGUST)
HORSE_ROWS = tuple(
    video(
        f"alibaba/{name}/{arm}",
        HORSE | own,
        prices=prices,
        source=source,
        duration_seconds=5,
        resolution="1080p",
    )
    for name, shapes, prices, source in (
        ("happy-horse", ratios("16:9", "9:16", "1:1", "4:3", "3:4"), HORSE_PRICES, PAGES),
        # which shapes it added is not published
        (
            "happy-horse/v1.1",
            {"aspect_ratio": passthrough_field_mapper("aspect_ratio")},
            HORSE_1_1_PRICES,
            f"{INDEX}; the fields from {PAGES}",
        ),
    )
    for arm, own in (
        ("text-to-video", PROMPT | shapes),
        ("image-to-video", OPTIONAL_PROMPT | first_frame()),
        ("reference-to-video", PROMPT | references(required=True, maximum=9)),
    )
)

GROK_SHAPES = ("16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16")
GROK_PRICES = (
    per_second(0.05, FAL_PRICING_JULY, resolution="480p"),
    per_second(
        0.07, "unverified: xAI's own price, which fal's of 480p is (litellm 1.110.2)", resolution="720p"
    ),
)
GROK_1_5_PRICES = per_second_by_resolution({"480p": 0.08, "720p": 0.14, "1080p": 0.25}, LIST_OF_AUGUST)


def grok(name: str, steps: tuple[str, ...], prices: tuple[Price, ...], source: str) -> list[Model]:
    """Return the rows of one version: from text, from an image, from references."""
    common, low = PROMPT | resolutions(*steps), PROMPT | resolutions("480p", "720p")
    return [
        video(
            f"{name}/text-to-video",
            common | duration_between(1, 15) | ratios(*GROK_SHAPES),
            prices=prices,
            source=source,
            duration_seconds=6,
            resolution="720p",
        ),
        video(
            f"{name}/image-to-video",
            common | duration_between(1, 15) | first_frame() | ratios("auto", *GROK_SHAPES),
            prices=prices,
            source=source,
            duration_seconds=6,
            resolution="720p",
        ),
        video(
            f"{name}/reference-to-video",
            low
            | duration_between(1, 10)
            | references("reference_image_urls", required=True, maximum=7)
            | ratios(*GROK_SHAPES),
            prices=prices,
            source=source,
            duration_seconds=8,
            resolution="480p",
        ),
    ]


# "auto" keeps the resolution of the source; it goes through extra_params
GROK_EDIT = PROMPT | source_video() | resolutions("480p", "720p")
GROK_EXTEND = PROMPT | source_video() | duration_between()
GROK_ROWS = (
    *grok("xai/grok-imagine-video", ("480p", "720p"), GROK_PRICES, PAGES_AND_CLIENT),
    video("xai/grok-imagine-video/edit-video", GROK_EDIT),
    video("xai/grok-imagine-video/extend-video", GROK_EXTEND, duration_seconds=6),
    *grok("xai/grok-imagine-video/v1.5", ("480p", "720p", "1080p"), GROK_1_5_PRICES, f"{PAGES}; {INDEX}"),
    video("xai/grok-imagine-video/v1.5/edit-video", GROK_EDIT, source=NOBODY, unverified=True),
    video(
        "xai/grok-imagine-video/v1.5/extend-video",
        GROK_EXTEND,
        source=NOBODY,
        unverified=True,
        duration_seconds=6,
    ),
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

# those of 1080p and of 10 seconds are not published
PIKA_PRICES = (per_video(0.20, FAL_PRICING_JULY, resolution="720p", duration_seconds=5),)
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
        video(
            f"fal-ai/longcat-video/{arm}/{step}",
            fields,
            fixed={"resolution": step},
            duration_seconds=162 / frames_per_second,
        )
        for arm, fields in arms.items()
    ]


ROWS: tuple[Model, ...] = (
    *FLUX_3_ROWS,
    *HORSE_ROWS,
    *GROK_ROWS,
    video("fal-ai/hunyuan-video-v1.5/text-to-video", HUNYUAN),
    video("fal-ai/hunyuan-video-v1.5/image-to-video", HUNYUAN | first_frame()),
    video(
        "fal-ai/pika/v2.2/text-to-video",
        PIKA | ratios("16:9", "9:16", "1:1", "4:5", "5:4", "3:2", "2:3"),
        prices=PIKA_PRICES,
        duration_seconds=5,
        resolution="720p",
    ),
    video(
        "fal-ai/pika/v2.2/image-to-video",
        PIKA | first_frame(),
        prices=PIKA_PRICES,
        duration_seconds=5,
        resolution="720p",
    ),
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
    *(
        video(
            f"fal-ai/kandinsky5-pro/{arm}",
            KANDINSKY | own,
            prices=(per_video(0.20, FAL_PRICING_JULY, resolution="512p"),),
            duration_seconds=5,
            resolution="512p",
        )
        for arm, own in (("text-to-video", ratios("3:2", "1:1", "2:3")), ("image-to-video", first_frame()))
    ),
    *longcat("480p", 15),
    *longcat("720p", 30),
)
