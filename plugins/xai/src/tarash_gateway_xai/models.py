"""Describes Grok Imagine's video and image models, and what extending a video takes."""

from __future__ import annotations

from datetime import date

from tarash.tarash_gateway.mapping import (
    Catalogue,
    FieldMapper,
    Lifecycle,
    Model,
    Price,
    Rule,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    image_ratio_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    resolution_field_mapper,
    single_image_field_mapper,
    size_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole, hookimpl

SOURCE = "xAI documentation; xai-sdk 1.21.0; @ai-sdk/xai 3.0.138; read 2026-11-22"
PRICES = "litellm 1.109.1 price map, read 2026-11-22"

VIDEO_RATIOS = ("16:9", "1:1", "9:16", "4:3", "3:4", "3:2", "2:3")
IMAGE_RATIOS = (
    "1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9", "9:20", "20:9", "1:2", "2:1", "auto",
)  # fmt: skip
REFERENCES: tuple[ImageRole, ...] = ("reference", "asset", "style")
PICTURES: tuple[ImageRole, ...] = ("reference", "first_frame", "asset", "style")
# the names of these roles in rules
REFERENCE_FIELDS = ("reference", "asset", "style_image")
LONGEST_PROMPT = 4096

REFERENCES_ARE_SMALL = tuple(
    Rule(
        when={role: ()},
        allow={"resolution": ("480p", "720p")},
        reason="with reference images",
    )
    for role in REFERENCE_FIELDS
)
REFERENCES_OR_FRAME = tuple(
    Rule(when={role: ()}, allow={"first_frame": ()}, reason="together with reference images for this model")
    for role in REFERENCE_FIELDS
)
EDITS_FOLLOW_THE_VIDEO = Rule(
    when={"video": ()},
    allow=dict.fromkeys(
        (
            "duration_seconds",
            "aspect_ratio",
            "resolution",
            "generate_audio",
            "first_frame",
            "last_frame",
            *REFERENCE_FIELDS,
        ),
        (),
    ),
    reason="with an input video, which the result follows",
)


def _video(
    name: str,
    prices: dict[str, float],
    *,
    pins_frames: bool = False,
    source: str = SOURCE,
) -> Model:
    """Return the row of a video model; `prices` are US dollars per second by resolution."""
    fields: dict[str, FieldMapper] = {
        "prompt": passthrough_field_mapper("prompt", max_length=LONGEST_PROMPT),
        "duration": duration_field_mapper("int", minimum=1, maximum=15),
        "aspect_ratio": aspect_ratio_field_mapper(VIDEO_RATIOS),
        "resolution": resolution_field_mapper(tuple(prices)),
        "generate_audio": passthrough_field_mapper("generate_audio"),
        "image.url": single_image_field_mapper("first_frame"),
        "reference_images": image_list_field_mapper(REFERENCES, max_items=7),
        "video.url": video_url_field_mapper(),
    }
    if pins_frames:
        fields["last_frame.url"] = single_image_field_mapper("last_frame")
    known = ("mode", "storage_options", "user", *(("keyframes", "reference_audios") if pins_frames else ()))
    fields["extra_params"] = extra_params_field_mapper(*known)
    return Model(
        id=name,
        modality="video",
        fields=fields,
        fixed={"number_of_videos": 1},
        defaults={"duration_seconds": 8, "resolution": "480p"},
        rules=(
            EDITS_FOLLOW_THE_VIDEO,
            *REFERENCES_ARE_SMALL,
            *(() if pins_frames else REFERENCES_OR_FRAME),
        ),
        prices=tuple(
            Price(usd=usd, unit="second", when={"resolution": resolution}, source=PRICES)
            for resolution, usd in prices.items()
        ),
        source=source,
    )


EXTENSION = Model(
    id="extension",
    modality="video",
    fields={
        "prompt": passthrough_field_mapper("prompt", required=True, max_length=LONGEST_PROMPT),
        "video.url": video_url_field_mapper(required=True),
        # the seconds that are added; xAI adds 6 when none are asked for
        "duration": duration_field_mapper("int", minimum=2, maximum=10),
        "extra_params": extra_params_field_mapper("mode", "storage_options"),
    },
    fixed={"number_of_videos": 1},
    source=SOURCE,
)
"""What extending a video takes, whichever model does it; it replaces the model's own row."""


def _image(
    name: str,
    *,
    usd: float | None,
    qualities: tuple[str, ...] = (),
    usd_by_quality: dict[str, float] | None = None,
    lifecycle: Lifecycle | None = None,
    generic: bool = False,
    source: str = SOURCE,
) -> Model:
    fields: dict[str, FieldMapper] = {
        "prompt": passthrough_field_mapper("prompt", required=True),
        "n": n_images_field_mapper(maximum=10),
        "aspect_ratio": image_ratio_field_mapper(IMAGE_RATIOS),
        "resolution": size_field_mapper(("1k", "2k")),
        "images": image_list_field_mapper(PICTURES, max_items=3),
        "extra_params": extra_params_field_mapper("storage_options", "user"),
    }
    if qualities:
        fields["quality"] = quality_field_mapper(qualities)
    special = tuple(
        Price(usd=price, unit="image", when={"quality": quality}, source=PRICES)
        for quality, price in (usd_by_quality or {}).items()
    )
    return Model(
        id=name,
        modality="image",
        fields=fields,
        constants={"response_format": "url"},
        prices=(*special, *(() if usd is None else (Price(usd=usd, unit="image", source=PRICES),))),
        lifecycle=lifecycle,
        generic=generic,
        source=source,
    )


def _ended(year: int, month: int, day: int) -> Lifecycle:
    return Lifecycle(ends_on=date(year, month, day), replacement="grok-imagine-image-2.0", source=PRICES)


VIDEO_ROWS = (
    _video("grok-imagine-video", {"480p": 0.05, "720p": 0.07}),
    _video("grok-imagine-video-1.5", {"480p": 0.08, "720p": 0.14, "1080p": 0.25}, pins_frames=True),
    _video("grok-imagine-video-1.5-lite", {"480p": 0.02, "720p": 0.03, "1080p": 0.14}),
)
IMAGE_ROWS = (
    _image("grok-imagine-image", usd=0.02),
    # size "1k" costs less in low quality (litellm's entry for 1024x1024)
    _image("grok-imagine-image-2.0", usd=0.06, qualities=("medium", "low"), usd_by_quality={"low": 0.04}),
    _image("grok-imagine-image-quality", usd=0.05, lifecycle=_ended(2026, 11, 2)),
    _image("grok-imagine-image-pro", usd=0.05, lifecycle=_ended(2026, 5, 15)),
)
GENERIC_VIDEO = Model(
    id="*",
    modality="video",
    generic=True,
    fields={
        "prompt": passthrough_field_mapper("prompt"),
        "duration": duration_field_mapper("int", minimum=1),
        "aspect_ratio": passthrough_field_mapper("aspect_ratio"),
        "resolution": passthrough_field_mapper("resolution"),
        "generate_audio": passthrough_field_mapper("generate_audio"),
        "image.url": single_image_field_mapper("first_frame"),
        "last_frame.url": single_image_field_mapper("last_frame"),
        "reference_images": image_list_field_mapper(REFERENCES),
        "video.url": video_url_field_mapper(),
        "extra_params": extra_params_field_mapper("mode", "storage_options", "user"),
    },
    rules=(EDITS_FOLLOW_THE_VIDEO,),
    source="unverified: what xAI's video models have in common, for names without a row",
)
GENERIC_IMAGE = _image(
    "*",
    usd=None,
    qualities=("low", "medium", "high"),
    generic=True,
    source="unverified: what xAI's image models have in common, for names without a row",
)

CATALOGUE = Catalogue((*VIDEO_ROWS, *IMAGE_ROWS, GENERIC_VIDEO, GENERIC_IMAGE))


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model table."""
    return CATALOGUE
