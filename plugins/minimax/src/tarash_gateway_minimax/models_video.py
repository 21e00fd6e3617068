"""MiniMax's video models: H3 on the second version of the API, Hailuo and the 01 family on the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    Price,
    Rule,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.plugin import mention

from .routes import V1, V2

SOURCE_V2 = "@ai-sdk/minimax 3.0.45; litellm 1.109.1; MiniMax platform documentation; read 2026-11-22"
SOURCE_V1 = "MiniMax platform documentation (video generation, version 1), read 2026-11-22"
PRICES = "litellm 1.109.1 price map, read 2026-11-22"

COMFY = "price list of Comfy's partner nodes of 2026, in the repository Comfy-Org/docs, read 2026-11-27"
COMFY_2025 = "price list of Comfy's partner nodes of 2025, in the repository Comfy-Org/docs, read 2026-11-27"
AT_FAL = "unverified: the price at fal, whose others are MiniMax's own; an endpoint list of March 2026"

# averages (ComfyUI at commit f86cc10, comfy_api_nodes/nodes_minimax.py, read 2026-11-27)
TEXT_SECONDS = 234
IMAGE_SECONDS = 114
HAILUO_02_SECONDS = 120
"""At 768p, the default; 240 at 1080p."""

RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "adaptive")
# of newer models, whose steps are not known yet
STEPS = ("768p", "2k", "480p", "720p", "1080p", "4k")
IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp")
MAX_IMAGE_BYTES = 20 * 1024 * 1024
REFERENCES: tuple[Literal["reference", "asset", "style"], ...] = ("reference", "asset", "style")

LAST_NEEDS_FIRST = Rule(when={"last_frame": ()}, require=("first_frame",), reason="with a last frame")
FRAMES_SET_THE_SHAPE = Rule(
    when={"first_frame": ()},
    allow={"aspect_ratio": ("adaptive",)},
    reason="with a first frame, whose shape the video takes",
)
FRAMES_OR_REFERENCES = Rule(
    when={"first_frame": ()},
    allow=dict.fromkeys(("reference", "asset", "style_image", "video"), ()),
    reason="with a first frame",
)


def _frame(role: Literal["first_frame", "last_frame"], *, required: bool = False) -> FieldMapper:
    return single_image_field_mapper(
        role, required=required, content_types=IMAGE_TYPES, max_bytes=MAX_IMAGE_BYTES
    )


def _clip(usd: float, source: str, **when: object) -> Price:
    """Return the price of a clip of the first version."""
    return Price(usd=usd, unit="video", when=when, source=source)


def _hailuo_prices(source: str, *, six: float, ten: float, full_hd: float) -> tuple[Price, ...]:
    """Return the prices of a clip: 768P of 6 and 10 seconds, and 1080P of 6."""
    return (
        _clip(six, source, resolution="768p", duration_seconds=6),
        _clip(ten, source, resolution="768p", duration_seconds=10),
        _clip(full_hd, source, resolution="1080p", duration_seconds=6),
    )


def _v2(
    name: str,
    resolutions: Mapping[str, str],
    usd_per_second: Mapping[str, float],
    *,
    usd_per_input_image: float,
    free_input_images: int,
    shortest: int,
    references: bool,
) -> Model:
    """Return a row of the second version. Media are gathered under `content`, which becomes a list of items."""
    fields: dict[str, FieldMapper] = {
        "content.text": passthrough_field_mapper("prompt", required=True),
        "duration": duration_field_mapper("int", minimum=shortest, maximum=15),
        "resolution": resolution_field_mapper(resolutions),
        "ratio": aspect_ratio_field_mapper(RATIOS),
        "content.first_frame": _frame("first_frame"),
        "content.last_frame": _frame("last_frame"),
    }
    if references:
        fields["content.reference_image"] = image_list_field_mapper(
            REFERENCES, max_items=9, content_types=IMAGE_TYPES, max_bytes=MAX_IMAGE_BYTES
        )
        fields["content.reference_video"] = video_url_field_mapper(as_list=True)
    extras = ("aigc_watermark", "callback_url", *(("reference_audio",) if references else ()))
    fields["extra_params"] = extra_params_field_mapper(*extras, media=("reference_audio",))
    return Model(
        id=name,
        modality="video",
        fields=fields,
        # there is always sound
        fixed={"generate_audio": True, "number_of_videos": 1},
        defaults={"duration_seconds": 5, "resolution": "768p", "aspect_ratio": "16:9"},
        rules=(LAST_NEEDS_FIRST, FRAMES_SET_THE_SHAPE, FRAMES_OR_REFERENCES),
        route=V2,
        prices=tuple(
            Price(
                usd=usd,
                unit="second",
                when={"resolution": resolution},
                usd_per_input_image=usd_per_input_image,
                free_input_images=free_input_images,
                source=PRICES,
            )
            for resolution, usd in usd_per_second.items()
        ),
        source=SOURCE_V2,
    )


def _v1(
    name: str,
    *,
    frame: str = "",
    last_frame: bool = False,
    subject: bool = False,
    resolutions: tuple[str, ...] = (),
    rules: tuple[Rule, ...] = (),
    prices: tuple[Price, ...],
    typical_seconds: float | None = None,
    source: str = SOURCE_V1,
) -> Model:
    """Return a row of the first version; `frame` is "", "optional" or "required". Without resolutions it has 6 s only."""
    fields: dict[str, FieldMapper] = {
        "prompt": passthrough_field_mapper("prompt", required=not frame, max_length=2000),
        "prompt_optimizer": passthrough_field_mapper("enhance_prompt"),
    }
    if resolutions:
        fields["duration"] = duration_field_mapper("int", allowed_values=(6, 10))
        fields["resolution"] = resolution_field_mapper({word: word.upper() for word in resolutions})
    if frame:
        fields["first_frame_image"] = _frame("first_frame", required=frame == "required")
    if last_frame:
        fields["last_frame_image"] = _frame("last_frame")
    if subject:
        fields["subject_reference"] = single_image_field_mapper(
            "reference", required=True, content_types=IMAGE_TYPES, max_bytes=MAX_IMAGE_BYTES
        )
    quick = ("fast_pretreatment",) if resolutions else ()
    fields["extra_params"] = extra_params_field_mapper(*quick, "aigc_watermark", "callback_url")
    return Model(
        id=name,
        modality="video",
        fields=fields,
        fixed={"number_of_videos": 1, **({} if resolutions else {"duration_seconds": 6})},
        defaults={"duration_seconds": 6, **({"resolution": "768p"} if resolutions else {})},
        rules=rules,
        prices=prices,
        route=V1,
        typical_seconds=typical_seconds,
        source=source,
    )


SHARP_IS_SHORT = Rule(
    when={"resolution": ("1080p",)},
    allow={"duration_seconds": (6,)},
    reason="with " + mention("resolution", "1080p"),
)
SMALL_NEEDS_FRAME = Rule(
    when={"resolution": ("512p",)}, require=("first_frame",), reason="with " + mention("resolution", "512p")
)
UNCONFIRMED_23 = (
    "unverified: taken over from Hailuo-02 where the MiniMax documentation names no difference (2026-11-22)"
)

VIDEO_ROWS = (
    _v2(
        "MiniMax-H3",
        {"768p": "768P", "2k": "2K"},
        {"768p": 0.08, "2k": 0.13},
        usd_per_input_image=0.04,
        free_input_images=5,
        shortest=4,
        references=True,
    ),
    _v2(
        "MiniMax-H3-Max",
        {"480p": "480P", "768p": "768P"},
        {"480p": 0.05, "768p": 0.08},
        usd_per_input_image=0.074,
        free_input_images=2,
        shortest=5,
        references=False,
    ),
    _v1(
        "MiniMax-Hailuo-2.3",
        frame="optional",
        resolutions=("768p", "1080p"),
        rules=(SHARP_IS_SHORT,),
        prices=_hailuo_prices(AT_FAL, six=0.28, ten=0.56, full_hd=0.49),
        source=UNCONFIRMED_23,
    ),
    _v1(
        "MiniMax-Hailuo-2.3-Fast",
        frame="required",
        resolutions=("768p", "1080p"),
        rules=(SHARP_IS_SHORT,),
        prices=_hailuo_prices(AT_FAL, six=0.19, ten=0.32, full_hd=0.33),
        source=UNCONFIRMED_23,
    ),
    _v1(
        "MiniMax-Hailuo-02",
        frame="optional",
        last_frame=True,
        resolutions=("768p", "512p", "1080p"),
        rules=(SHARP_IS_SHORT, SMALL_NEEDS_FRAME),
        # that of 512P is not published
        prices=_hailuo_prices(COMFY, six=0.28, ten=0.56, full_hd=0.49),
        typical_seconds=HAILUO_02_SECONDS,
    ),
    *(
        _v1(name, prices=(_clip(0.43, COMFY),), typical_seconds=TEXT_SECONDS)
        for name in ("T2V-01", "T2V-01-Director")
    ),
    *(
        _v1(name, frame="required", prices=(_clip(0.43, COMFY),), typical_seconds=IMAGE_SECONDS)
        for name in ("I2V-01", "I2V-01-Director", "I2V-01-live")
    ),
    _v1("S2V-01", subject=True, prices=(_clip(0.65, COMFY_2025),), typical_seconds=TEXT_SECONDS),
    Model(
        id="*",
        modality="video",
        generic=True,
        fields={
            "content.text": passthrough_field_mapper("prompt", required=True),
            "duration": duration_field_mapper("int", minimum=1),
            "resolution": resolution_field_mapper({word: word.upper() for word in STEPS}),
            "ratio": passthrough_field_mapper("aspect_ratio"),
            "content.first_frame": _frame("first_frame"),
            "content.last_frame": _frame("last_frame"),
            "content.reference_image": image_list_field_mapper(REFERENCES),
            "content.reference_video": video_url_field_mapper(as_list=True),
            "extra_params": extra_params_field_mapper(
                "reference_audio", "aigc_watermark", "callback_url", media=("reference_audio",)
            ),
        },
        defaults={"duration_seconds": 5, "resolution": "768p", "aspect_ratio": "16:9"},
        route=V2,
        source="unverified: what the models of the second version have in common, for names without a row",
    ),
)
