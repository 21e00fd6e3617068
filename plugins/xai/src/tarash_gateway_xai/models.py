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
IMAGE_2 = "xAI's release notes of August and September 2026, read 2026-11-28; xai-sdk 1.21.0, which lacks `auto`, 21:9 and 5:2"
IMAGE_2_PRICES = "xAI's model page of 2026-10-13, as docs.laozhang.ai quotes it; litellm 1.110.2 price map; read 2026-11-28"
SERVED_BY_IMAGE_2 = "xAI's migration guide 'grok-imagine-image-quality retirement', read 2026-11-28"

VIDEO_RATIOS = ("16:9", "1:1", "9:16", "4:3", "3:4", "3:2", "2:3")
IMAGE_RATIOS = (
    "1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9", "9:20", "20:9", "1:2", "2:1", "auto",
)  # fmt: skip
IMAGE_2_RATIOS = (*IMAGE_RATIOS, "21:9", "5:2")
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
    usd_per_input_image: float = 0.0,
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
            Price(
                usd=usd,
                unit="second",
                when={"resolution": resolution},
                usd_per_input_image=usd_per_input_image,
                source=PRICES,
            )
            for resolution, usd in prices.items()
        ),
        # pinned frames are input images, too, and a video decides the resolution
        priced_params={"keyframes": None, "video": None},
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
    prices: tuple[Price, ...] = (),
    qualities: tuple[str, ...] = (),
    ratios: tuple[str, ...] = IMAGE_RATIOS,
    most_pictures: int = 3,
    lifecycle: Lifecycle | None = None,
    generic: bool = False,
    source: str = SOURCE,
) -> Model:
    fields: dict[str, FieldMapper] = {
        "prompt": passthrough_field_mapper("prompt", required=True),
        "n": n_images_field_mapper(maximum=10),
        "aspect_ratio": image_ratio_field_mapper(ratios),
        "resolution": size_field_mapper(("1k", "2k")),
        "images": image_list_field_mapper(PICTURES, max_items=most_pictures),
        "extra_params": extra_params_field_mapper("storage_options", "user"),
    }
    if qualities:
        fields["quality"] = quality_field_mapper(qualities)
    return Model(
        id=name,
        modality="image",
        fields=fields,
        constants={"response_format": "url"},
        prices=prices,
        # a single input image
        priced_params={"image": None},
        lifecycle=lifecycle,
        generic=generic,
        source=source,
    )


def _per_image(usd: float, source: str = PRICES, **when: str) -> Price:
    return Price(usd=usd, unit="image", when=when, source=source)


def _per_image_2(usd: float, source: str, **when: str) -> Price:
    """Return a price of grok-imagine-image-2.0, to which every input image adds."""
    return Price(usd=usd, unit="image", when=when, usd_per_input_image=0.01, source=source)


def _ended(year: int, month: int, day: int) -> Lifecycle:
    return Lifecycle(
        ends_on=date(year, month, day), replacement="grok-imagine-image-2.0", source=SERVED_BY_IMAGE_2
    )


# Without `quality`, and with "auto", a picture without input costs what "low" does and an edit what "medium" does: the higher price keeps
# an estimate from being too low.
PRICES_2 = (
    _per_image_2(0.06, IMAGE_2_PRICES, quality="low", size="2k"),
    _per_image_2(0.04, IMAGE_2_PRICES, quality="low"),
    _per_image_2(0.08, IMAGE_2_PRICES, size="2k"),
    _per_image_2(0.06, IMAGE_2_PRICES),
)
# the older names go to grok-imagine-image-2.0 in low quality
PRICES_SERVED_BY_2 = (
    _per_image_2(0.06, SERVED_BY_IMAGE_2, size="2k"),
    _per_image_2(0.04, SERVED_BY_IMAGE_2),
)
VIDEO_ROWS = (
    _video("grok-imagine-video", {"480p": 0.05, "720p": 0.07}, usd_per_input_image=0.002),
    _video(
        "grok-imagine-video-1.5",
        {"480p": 0.08, "720p": 0.14, "1080p": 0.25},
        usd_per_input_image=0.01,
        pins_frames=True,
    ),
    _video("grok-imagine-video-1.5-lite", {"480p": 0.02, "720p": 0.03, "1080p": 0.14}),
)
IMAGE_ROWS = (
    _image("grok-imagine-image", prices=(_per_image(0.02),)),
    _image(
        "grok-imagine-image-2.0",
        prices=PRICES_2,
        qualities=("auto", "medium", "low"),
        ratios=IMAGE_2_RATIOS,
        most_pictures=5,
        source=IMAGE_2,
    ),
    _image("grok-imagine-image-quality", prices=PRICES_SERVED_BY_2, lifecycle=_ended(2026, 11, 2)),
    _image("grok-imagine-image-pro", prices=PRICES_SERVED_BY_2, lifecycle=_ended(2026, 5, 15)),
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
    qualities=("auto", "low", "medium", "high"),
    ratios=IMAGE_2_RATIOS,
    generic=True,
    source="unverified: what xAI's image models have in common, for names without a row",
)

CATALOGUE = Catalogue((*VIDEO_ROWS, *IMAGE_ROWS, GENERIC_VIDEO, GENERIC_IMAGE))


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model table."""
    return CATALOGUE
