"""Describes Runway's own video models, its tools for videos, and the router."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Lifecycle,
    Model,
    aspect_ratio_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)

from . import ratios_video as sizes
from .arms import Arm, RunwayModel, armed
from .fields import (
    AUDIO,
    LARGEST_UPLOAD_BYTES,
    NEGATIVE_PROMPT,
    SEED,
    VIDEO,
    InputsMapper,
    frames,
    one_image,
    prompt,
    reference_images,
    references,
    seconds,
)
from .prices import COMFY, DOCS_PRICES, LITELLM, per_second
from .ratios import frame_ratio

SDK = "runwayml 5.24.0; Runway API reference, read 2026-11-22"
RETIRED = "Runway model deprecations, read 2026-11-22"
OUTPUT_OPTIONS = ("contentModeration", "outputFormat", "proresProfile")


GEN4_5 = armed(
    "gen4.5",
    "video",
    {
        "text": Arm(
            {
                "promptText": prompt(1000),
                "duration": seconds(2, 10, default=5),
                "ratio": frame_ratio(sizes.GEN45_TEXT, always=True),
                "seed": SEED,
                "extra_params": extra_params_field_mapper(*OUTPUT_OPTIONS),
            }
        ),
        "image": Arm(
            {
                "promptText": prompt(1000),
                "promptImage": frames(last=False),
                "duration": seconds(2, 10, default=5),
                "ratio": frame_ratio(sizes.GEN4_FRAME, always=True),
                "seed": SEED,
                "extra_params": extra_params_field_mapper(*OUTPUT_OPTIONS),
            }
        ),
    },
    defaults={"duration_seconds": 5, "resolution": "720p"},
    prices=(per_second(12, LITELLM),),
    source=SDK,
)

GEN4_TURBO = armed(
    "gen4_turbo",
    "video",
    {
        "image": Arm(
            {
                "promptText": prompt(1000, required=False),
                "promptImage": frames(last=False),
                # the length rendered when none is sent is documented nowhere
                "duration": seconds(2, 10, default=5),
                "ratio": frame_ratio(sizes.GEN4_FRAME, always=True),
                "seed": SEED,
                "extra_params": extra_params_field_mapper("contentModeration"),
            }
        )
    },
    defaults={"duration_seconds": 5, "resolution": "720p"},
    prices=(per_second(5, LITELLM),),
    source=SDK,
)

ALEPH2 = armed(
    "aleph2",
    "video",
    {
        "video": Arm(
            {
                "promptText": prompt(1000, required=False),
                "videoUri": VIDEO,
                "targetAspectRatio": aspect_ratio_field_mapper(
                    ("16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "21:9")
                ),
                "seed": SEED,
                "extra_params": extra_params_field_mapper("keyframes", *OUTPUT_OPTIONS),
            }
        )
    },
    # the clip's length decides, at least 56 credits
    prices=(per_second(28, LITELLM),),
    source=SDK,
)

ACT_TWO = RunwayModel(
    id="act_two",
    modality="video",
    route="character_performance",
    fields={
        "character": InputsMapper(parts=((one_image(), {"type": "image"}),), single=True, required=True),
        "reference": InputsMapper(parts=((VIDEO, {"type": "video"}),), single=True, required=True),
        "ratio": frame_ratio(sizes.GEN4_FRAME),
        "seed": SEED,
        "extra_params": extra_params_field_mapper("bodyControl", "expressionIntensity", "contentModeration"),
    },
    prices=(per_second(5, DOCS_PRICES),),
    source=SDK,
)

UPSCALER = RunwayModel(
    id="magnific_video_upscaler_creative",
    modality="video",
    route="video_upscale",
    fields={
        "videoUri": VIDEO,
        "resolution": resolution_field_mapper(("720p", "1k", "2k", "4k")),
        "extra_params": extra_params_field_mapper(
            "creativity", "flavor", "sharpen", "smartGrain", "fpsBoost"
        ),
    },
    source=SDK,
)

FRAME_RATE = RunwayModel(
    id="enhance_frame_rate",
    modality="video",
    route="video_upscale",
    fields={
        "videoUri": VIDEO,
        "extra_params": extra_params_field_mapper("targetFramerate"),
    },
    extra_required={"targetFramerate": "a word such as '60' or '29_97' in extra_params"},
    example_params={"targetFramerate": "60"},
    source=SDK,
)

HDR = RunwayModel(
    id="ruby",
    modality="video",
    route="video_to_hdr",
    fields={
        "videoUri": VIDEO,
        "extra_params": extra_params_field_mapper("outputFormat", "proresProfile"),
    },
    source=SDK,
)

AVATAR = RunwayModel(
    id="gwm1_avatars",
    modality="video",
    route="avatar_videos",
    fields={"speech.text": prompt(), "extra_params": extra_params_field_mapper("avatar", "speech")},
    constants={"speech.type": "text"},
    extra_required={
        "avatar": "extra_params={'avatar': {'type': 'runway-preset', 'presetId': 'influencer'}}",
    },
    example_params={"avatar": {"type": "runway-preset", "presetId": "influencer"}},
    source=SDK,
)

GEN3A_TURBO = armed(
    "gen3a_turbo",
    "video",
    {
        "image": Arm(
            {
                "promptText": prompt(1000),
                "promptImage": frames(last=True),
                "duration": seconds(allowed=(5, 10)),
                "ratio": frame_ratio({("5:3", "768p"): "1280:768", ("3:5", "768p"): "768:1280"}),
                "seed": SEED,
            }
        )
    },
    prices=(per_second(5, COMFY),),
    lifecycle=Lifecycle(
        ends_on=date(2026, 7, 30),
        replacement="gen4_turbo (or gen4.5, which also takes text alone)",
        source=RETIRED,
    ),
    source="runwayml 4.18.0",
)

GEN4_ALEPH = armed(
    "gen4_aleph",
    "video",
    {
        "video": Arm(
            {
                "promptText": prompt(1000),
                "videoUri": VIDEO,
                "references": references(1),
                "seed": SEED,
            }
        )
    },
    lifecycle=Lifecycle(ends_on=date(2026, 7, 30), replacement="aleph2", source=RETIRED),
    source="runwayml 4.18.0",
)

UPSCALE_V1 = RunwayModel(
    id="upscale_v1",
    modality="video",
    route="video_upscale",
    fields={"videoUri": VIDEO},
    lifecycle=Lifecycle(
        replacement="magnific_video_upscaler_creative", source="absent from runwayml since 4.18.0"
    ),
    source="runwayml 3.22.0",
)

ROUTER = RunwayModel(
    id="router:",
    modality="video",
    example="router:my-config",
    route="generate/video",
    fields={
        "input.promptText": prompt(required=False),
        "input.negativePrompt": NEGATIVE_PROMPT,
        "input.aspectRatio": aspect_ratio_field_mapper(("16:9", "9:16", "1:1", "4:3", "3:4", "21:9")),
        "input.resolution": resolution_field_mapper(("480p", "720p", "1080p", "4k")),
        "input.duration": duration_field_mapper("int", minimum=1),
        "input.audio": AUDIO,
        "input.seed": SEED,
        "input.referenceImages": InputsMapper(
            parts=(
                (single_image_field_mapper("first_frame", encoding="upload"), {"role": "first"}),
                (single_image_field_mapper("last_frame", encoding="upload"), {"role": "last"}),
                (reference_images(None, ("reference", "asset", "style")), {"role": "reference"}),
            )
        ),
        "input.referenceVideos": InputsMapper(
            parts=(
                (
                    video_url_field_mapper(encoding="upload", max_bytes=LARGEST_UPLOAD_BYTES),
                    {"role": "source"},
                ),
            )
        ),
        "extra_params": extra_params_field_mapper("input"),
    },
    source=SDK,
)

_COMMON: dict[str, FieldMapper] = {
    "promptText": passthrough_field_mapper("prompt"),
    "negativePrompt": NEGATIVE_PROMPT,
    "duration": duration_field_mapper("int", minimum=1),
    "ratio": frame_ratio(sizes.SEEDANCE_2),
    "audio": AUDIO,
    "seed": SEED,
    "references": references(),
    "extra_params": extra_params_field_mapper(),
}
_GENERIC = armed(
    "*",
    "video",
    {
        "text": Arm(_COMMON),
        "image": Arm({**_COMMON, "promptImage": frames(last=True)}),
        "video": Arm({**_COMMON, "videoUri": VIDEO}),
    },
    source="unverified: the fields that most models of runwayml 5.24.0 have",
)
GENERIC = replace(_GENERIC, generic=True, example="a-model-of-tomorrow")

ROWS: tuple[Model, ...] = (
    ACT_TWO,
    ALEPH2,
    FRAME_RATE,
    GEN3A_TURBO,
    GEN4_5,
    GEN4_ALEPH,
    GEN4_TURBO,
    AVATAR,
    UPSCALER,
    ROUTER,
    HDR,
    UPSCALE_V1,
    GENERIC,
)
