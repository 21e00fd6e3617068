"""Rows of the Omni video models, which the Interactions API serves on both platforms."""

from __future__ import annotations

from datetime import date
from typing import Final

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Lifecycle,
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
from tarash.tarash_gateway.plugin import Phrase, mention

SDK: Final = "google-genai 3.4.0"
RESELLER: Final = "unverified: from a reseller's share, 2026-11-11"
AT_FAL: Final = "unverified: the price at fal, whose price of 720p is Google's; public lists of August 2026, read 2026-11-27"
OMNI_PAGE: Final = f"Gemini API documentation, Omni, and {SDK}, read 2026-11-22"
TOKENS: Final = "litellm 1.110.2: {} per million tokens, 5,792 tokens per second, 2026-11"
ENDS: Final = "litellm 1.110.2, deprecation dates, read 2026-11-28"
NEWEST: Final = "gemini-omni-1.2-flash"
IMAGE_TYPES: Final = ("image/png", "image/jpeg", "image/webp", "image/heic", "image/heif")
EXTRA: Final = (
    "previous_interaction_id",
    "generation_config",
    "safety_settings",
    "system_instruction",
    "service_tier",
    "labels",
)

RULES: Final = (
    Rule(when={"last_frame": ()}, require=("first_frame",), reason="with " + mention("last_frame")),
    Rule(
        when={"last_frame": ()},
        allow={"reference": (), "asset": (), "style_image": ()},
        reason=Phrase("with ", mention("last_frame"), ": frames and references are two tasks"),
    ),
    Rule(
        when={"video": ()},
        allow={"first_frame": (), "last_frame": ()},
        reason=Phrase("with ", mention("video"), ": editing and animating a frame are two tasks"),
    ),
)


def _fields(duration: FieldMapper, *, references: int | None, common: bool = False) -> dict[str, FieldMapper]:
    """Return the fields of an Omni model; media stand under their roles until the input is composed."""
    return {
        "prompt": passthrough_field_mapper("prompt", required=True),
        "first_frame": single_image_field_mapper("first_frame", encoding="upload", content_types=IMAGE_TYPES),
        "last_frame": single_image_field_mapper("last_frame", encoding="upload", content_types=IMAGE_TYPES),
        "references": image_list_field_mapper(
            encoding="upload", max_items=references, content_types=IMAGE_TYPES
        ),
        "video": video_url_field_mapper(encoding="upload"),
        "response_format.duration": duration,
        "response_format.aspect_ratio": passthrough_field_mapper("aspect_ratio")
        if common
        else aspect_ratio_field_mapper(("16:9", "9:16")),
        "response_format.resolution": passthrough_field_mapper("resolution")
        if common
        else resolution_field_mapper(("720p", "360p", "1080p", "4k")),
        # the schema takes a seed; that it repeats a video is promised nowhere
        "generation_config.seed": passthrough_field_mapper("seed"),
        "extra_params": extra_params_field_mapper(*EXTRA),
    }


OMNI_MODELS: Final = (
    Model(
        id=NEWEST,
        modality="video",
        route="interactions",
        fields=_fields(duration_field_mapper("str", minimum=3, maximum=15, suffix="s"), references=6),
        rules=RULES,
        fixed={"generate_audio": True},
        defaults={"resolution": "720p"},
        priced_params={"service_tier": "standard"},
        prices=(
            Price(usd=0.0695, unit="second", when={"resolution": "720p"}, source=TOKENS.format("12.00")),
            *(
                Price(usd=usd, unit="second", when={"resolution": step}, source=RESELLER)
                for step, usd in (("360p", 0.023), ("1080p", 0.105))
            ),
        ),
        source=f"unverified: how many references (a reseller's page); the rest from {OMNI_PAGE}",
    ),
    Model(
        id="gemini-omni-1.1-flash",
        modality="video",
        route="interactions",
        fields=_fields(duration_field_mapper("str", minimum=3, maximum=10, suffix="s"), references=5),
        rules=RULES,
        fixed={"generate_audio": True},
        defaults={"resolution": "720p"},
        priced_params={"service_tier": "standard"},
        prices=(
            Price(usd=0.10136, unit="second", when={"resolution": "720p"}, source=TOKENS.format("17.50")),
            *(
                Price(usd=usd, unit="second", when={"resolution": step}, source=AT_FAL)
                for step, usd in (("360p", 0.03), ("1080p", 0.15), ("4k", 0.30))
            ),
        ),
        source=OMNI_PAGE,
        lifecycle=Lifecycle(
            ends_on=date(2026, 12, 3), replacement=NEWEST, where="on the Gemini API", source=ENDS
        ),
    ),
    Model(
        id="gemini-omni-flash-preview",
        modality="video",
        route="interactions",
        fields=_fields(duration_field_mapper("str", minimum=3, maximum=10, suffix="s"), references=None),
        rules=RULES,
        fixed={"generate_audio": True},
        defaults={"resolution": "720p"},
        priced_params={"service_tier": "standard"},
        prices=(
            Price(usd=0.10136, unit="second", when={"resolution": "720p"}, source=TOKENS.format("17.50")),
        ),
        source="Gemini API changelog of 2026-06-30 (durations); google-genai 3.6.1 (the name); read 2026-11-28",
        # 2026-10-22 on the Gemini API
        lifecycle=Lifecycle(ends_on=date(2026, 11, 6), replacement=NEWEST, source=f"{ENDS}: Vertex AI"),
    ),
    Model(
        id="gemini-omni-",
        example="gemini-omni-2-flash",
        modality="video",
        route="interactions",
        fields=_fields(duration_field_mapper("str", suffix="s"), references=None),
        rules=RULES,
        fixed={"generate_audio": True},
        source=f"unverified: names to come; fields of {SDK}, VideoResponseFormat",
    ),
    Model(
        id="*",
        generic=True,
        example="gemini-video-model",
        modality="video",
        route="interactions",
        fields=_fields(duration_field_mapper("str", suffix="s"), references=None, common=True),
        source=f"unverified: names without a row; fields of {SDK}, CreateModelInteraction",
    ),
)
