"""Rows of the Veo models: current ones on Vertex AI, retired ones for servers that still have them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, TypeAlias

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
from tarash.tarash_gateway.plugin import mention

Reference: TypeAlias = Literal["asset", "style"]
SDK: Final = "google-genai 3.4.0"
PAGE: Final = "Vertex AI reference, Veo, read 2026-11-22"
PRICES: Final = "litellm 1.109.1, 2026-11"
SILENT_PRICES: Final = "price list of Comfy's partner nodes, which with sound is Google's; the repository Comfy-Org/docs, read 2026-11-27"
TYPICAL_SECONDS: Final = 63.0
"""Gemini API documentation, Veo, limitations (read 2026-11-27): 11 seconds to 6 minutes, of which this is the geometric mean."""
FRAME_TYPES: Final = ("image/png", "image/jpeg")
EXTRA: Final = (
    "personGeneration",
    "storageUri",
    "compressionQuality",
    "resizeMode",
    "fps",
    "pubsubTopic",
    "labels",
    "instance",
)
ENDED_ON_GEMINI: Final = Lifecycle(
    ends_on=date(2026, 10, 22),
    replacement="gemini-omni-1.2-flash",
    where="on the Gemini API",
    source="litellm 1.109.1, deprecation dates; google-genai 3.0.0 offers Veo on Vertex AI only",
)
ENDED_ON_VERTEX: Final = Lifecycle(
    ends_on=date(2026, 6, 30),
    replacement="gemini-omni-1.2-flash",
    where="on Vertex AI",
    source="Vertex AI model page of Veo 3, read 2026-11-22",
)

VEO_3_1_ENDED_ON_VERTEX: Final = Lifecycle(
    ends_on=date(2026, 11, 17),
    replacement="gemini-omni-1.2-flash",
    where="on Vertex AI",
    source="litellm 1.110.2, deprecation dates, 2026-11",
)

LAST_FRAME_NEEDS_FIRST: Final = Rule(
    when={"last_frame": ()}, require=("first_frame",), reason="with " + mention("last_frame")
)


def _references(field: Literal["asset", "style_image"]) -> Rule:
    return Rule(
        when={field: ()},
        allow={"first_frame": (), "last_frame": (), "reference": (), "duration_seconds": (8,)},
        reason=f"with {field.removesuffix('_image')} images",
    )


def _fields(
    *,
    durations: Sequence[float],
    resolutions: Sequence[str],
    last_frame: bool = True,
    references: Sequence[Reference] = ("asset",),
    on_vertex: bool = True,
    audio: bool = True,
) -> dict[str, FieldMapper]:
    """Return the fields of a Veo model; "instance" becomes the only member of `instances`."""
    fields: dict[str, FieldMapper] = {
        "instance.prompt": passthrough_field_mapper("prompt"),
        "instance.image": single_image_field_mapper(
            "first_frame", also=("reference",), encoding="upload", content_types=FRAME_TYPES
        ),
        "instance.video": video_url_field_mapper(encoding="upload"),
        "parameters.sampleCount": passthrough_field_mapper("number_of_videos", minimum=1, maximum=4),
        "parameters.durationSeconds": duration_field_mapper("int", allowed_values=durations),
        "parameters.aspectRatio": aspect_ratio_field_mapper(("16:9", "9:16")),
        "parameters.resolution": resolution_field_mapper(resolutions),
        "parameters.negativePrompt": passthrough_field_mapper("negative_prompt"),
        "parameters.enhancePrompt": passthrough_field_mapper("enhance_prompt"),
        "extra_params": extra_params_field_mapper(*EXTRA),
    }
    if last_frame:
        fields["instance.lastFrame"] = single_image_field_mapper(
            "last_frame", encoding="upload", content_types=FRAME_TYPES
        )
    for role in references:
        fields[f"instance.{role}s"] = image_list_field_mapper(
            role, encoding="upload", max_items=3, content_types=FRAME_TYPES
        )
    if on_vertex:
        fields["parameters.seed"] = passthrough_field_mapper("seed", minimum=0, maximum=4294967295)
    if on_vertex and audio:
        fields["parameters.generateAudio"] = passthrough_field_mapper("generate_audio")
    return fields


def _veo_3_1(
    name: str,
    *,
    resolutions: Sequence[str],
    references: Sequence[Reference],
    prices: tuple[Price, ...],
    lifecycle: Lifecycle | None = None,
) -> Model:
    """Return a row of Vertex AI."""
    return Model(
        id=name,
        modality="video",
        route="predict_long_running",
        fields=_fields(durations=(8, 4, 6), resolutions=resolutions, references=references),
        rules=(LAST_FRAME_NEEDS_FIRST, *((_references("asset"),) if references else ())),
        defaults={"duration_seconds": 8, "resolution": "720p", "generate_audio": True},
        prices=prices,
        lifecycle=lifecycle,
        typical_seconds=TYPICAL_SECONDS,
        source=f"{PAGE}; {SDK}",
    )


def _preview(
    name: str, *, resolutions: Sequence[str], references: Sequence[Reference], prices: tuple[Price, ...]
) -> Model:
    """Return a row of the Gemini API as it was: neither seed nor a choice of sound."""
    long_only = Rule(
        when={"resolution": ("1080p", "4k")},
        allow={"duration_seconds": (8,)},
        reason="with " + mention("resolution", "1080p") + " or 4k",
    )
    return Model(
        id=name,
        modality="video",
        route="predict_long_running",
        fields=_fields(durations=(8, 4, 6), resolutions=resolutions, references=references, on_vertex=False),
        rules=(LAST_FRAME_NEEDS_FIRST, long_only, *((_references("asset"),) if references else ())),
        fixed={"generate_audio": True},
        defaults={"duration_seconds": 8, "resolution": "720p"},
        prices=prices,
        lifecycle=ENDED_ON_GEMINI,
        typical_seconds=TYPICAL_SECONDS,
        source="Gemini API documentation, Veo 3.1, before its end; google-genai 2.34.0",
    )


def _per_second(usd: float, resolution: str | None = None) -> Price:
    return Price(usd=usd, unit="second", when={"resolution": resolution} if resolution else {}, source=PRICES)


def _silent(usd: float, resolution: str | None = None) -> Price:
    when = {"resolution": resolution} if resolution else {}
    return Price(usd=usd, unit="second", when={"generate_audio": False, **when}, source=SILENT_PRICES)


def _veo_3_0(name: str, *, example: str, prices: tuple[Price, ...]) -> Model:
    return Model(
        id=name,
        example=example,
        modality="video",
        route="predict_long_running",
        fields=_fields(durations=(8, 4, 6), resolutions=("720p", "1080p"), last_frame=False, references=()),
        defaults={"duration_seconds": 8, "generate_audio": True},
        prices=prices,
        lifecycle=ENDED_ON_VERTEX,
        typical_seconds=TYPICAL_SECONDS,
        source=f"unverified: resolutions; the rest from {PAGE}",
    )


STANDARD_PRICES: Final = (_per_second(0.60, "4k"), _per_second(0.40))
FAST_PRICES: Final = (_per_second(0.30, "4k"), _per_second(0.12, "1080p"), _per_second(0.10))
LITE_PRICES: Final = (_per_second(0.08, "1080p"), _per_second(0.05))
# the Gemini API always made sound
SILENT_STANDARD_PRICES: Final = (_silent(0.40, "4k"), _silent(0.20))
SILENT_FAST_PRICES: Final = (_silent(0.25, "4k"), _silent(0.10, "1080p"), _silent(0.08))
SILENT_LITE_PRICES: Final = (_silent(0.05, "1080p"), _silent(0.03))
VEO_MODELS: Final = (
    _veo_3_1(
        "veo-3.1-generate-001",
        resolutions=("720p", "1080p", "4k"),
        references=("asset",),
        prices=(*SILENT_STANDARD_PRICES, *STANDARD_PRICES),
        lifecycle=VEO_3_1_ENDED_ON_VERTEX,
    ),
    _veo_3_1(
        "veo-3.1-fast-generate-001",
        resolutions=("720p", "1080p", "4k"),
        references=("asset",),
        prices=(*SILENT_FAST_PRICES, *FAST_PRICES),
        lifecycle=VEO_3_1_ENDED_ON_VERTEX,
    ),
    _veo_3_1(
        "veo-3.1-lite-generate-001",
        resolutions=("720p", "1080p"),
        references=(),
        prices=(*SILENT_LITE_PRICES, *LITE_PRICES),
    ),
    _preview(
        "veo-3.1-generate-preview",
        resolutions=("720p", "1080p", "4k"),
        references=("asset",),
        prices=STANDARD_PRICES,
    ),
    _preview(
        "veo-3.1-fast-generate-preview",
        resolutions=("720p", "1080p", "4k"),
        references=("asset",),
        prices=FAST_PRICES,
    ),
    _preview(
        "veo-3.1-lite-generate-preview", resolutions=("720p", "1080p"), references=(), prices=LITE_PRICES
    ),
    _veo_3_0("veo-3.0-", example="veo-3.0-generate-001", prices=(_per_second(0.40),)),
    _veo_3_0(
        "veo-3.0-fast-",
        example="veo-3.0-fast-generate-001",
        prices=(_per_second(0.12, "1080p"), _per_second(0.10)),
    ),
    Model(
        id="veo-2.0-",
        example="veo-2.0-generate-001",
        modality="video",
        route="predict_long_running",
        fields=_fields(
            durations=(8, 5, 6, 7), resolutions=("720p",), references=("asset", "style"), audio=False
        ),
        rules=(LAST_FRAME_NEEDS_FIRST, _references("asset"), _references("style_image")),
        fixed={"generate_audio": False},
        defaults={"duration_seconds": 8},
        prices=(_per_second(0.50),),
        lifecycle=ENDED_ON_VERTEX,
        typical_seconds=TYPICAL_SECONDS,
        source=PAGE,
    ),
    Model(
        id="veo-",
        example="veo-next-generate-001",
        modality="video",
        route="predict_long_running",
        fields={
            **_fields(durations=(), resolutions=()),
            "parameters.aspectRatio": passthrough_field_mapper("aspect_ratio"),
            "parameters.resolution": passthrough_field_mapper("resolution"),
        },
        rules=(LAST_FRAME_NEEDS_FIRST,),
        source=f"unverified: names to come; fields of {PAGE}",
    ),
)
