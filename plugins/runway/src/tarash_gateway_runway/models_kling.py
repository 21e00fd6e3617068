"""Describes the Kling models, which Runway resells."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import FieldMapper, Model, extra_params_field_mapper

from . import ratios_video as sizes
from .arms import Arm, RunwayModel, armed
from .fields import AUDIO, VIDEO, frames, prompt, references, seconds
from .prices import DERIVED, per_second
from .ratios import Sizes, frame_ratio

SDK = "runwayml 5.24.0; Runway API reference, read 2026-11-22"
GUESSED_SECONDS = "unverified: the bounds of the duration; the rest is from runwayml 5.24.0"


def _kling_o3(model: str, ratios: Sizes, *, credits_per_second: float) -> RunwayModel:
    common: dict[str, FieldMapper] = {
        "promptText": prompt(required=False),
        "duration": seconds(3, 15),
        "audio": AUDIO,
        "extra_params": extra_params_field_mapper("providerSettings"),
    }
    return armed(
        model,
        "video",
        {
            "text": Arm({**common, "ratio": frame_ratio(ratios, always=True)}),
            "image": Arm(
                {
                    **common,
                    "promptImage": frames(last=True),
                    "ratio": frame_ratio(ratios),
                    "references": references(7),
                }
            ),
            "video": Arm(
                {
                    "promptText": prompt(),
                    "promptVideo": VIDEO,
                    "references": references(4),
                    "extra_params": extra_params_field_mapper("providerSettings"),
                }
            ),
        },
        # a video to edit costs more
        prices=(per_second(credits_per_second, DERIVED, video=None),),
        source=GUESSED_SECONDS,
    )


def _kling_3(model: str, ratios: Sizes, *, silent: float, audio: float) -> RunwayModel:
    common: dict[str, FieldMapper] = {
        "promptText": prompt(required=False),
        "duration": seconds(3, 15),
        "audio": AUDIO,
        "extra_params": extra_params_field_mapper("cfgScale", "providerSettings"),
    }
    return armed(
        model,
        "video",
        {
            "text": Arm({**common, "ratio": frame_ratio(ratios, always=True)}),
            "image": Arm({**common, "promptImage": frames(last=True), "ratio": frame_ratio(ratios)}),
        },
        prices=(
            per_second(silent, DERIVED, generate_audio=False),
            per_second(audio, DERIVED, generate_audio=True),
        ),
        source=GUESSED_SECONDS,
    )


KLING_2_5 = armed(
    "kling2.5_turbo_pro",
    "video",
    {
        "text": Arm(
            {
                "promptText": prompt(),
                "duration": seconds(allowed=(5, 10)),
                "ratio": frame_ratio(sizes.KLING_25),
                "extra_params": extra_params_field_mapper("cfgScale"),
            }
        ),
        "image": Arm(
            {
                "promptText": prompt(),
                "promptImage": frames(last=True),
                "duration": seconds(allowed=(5, 10)),
                "extra_params": extra_params_field_mapper("cfgScale"),
            }
        ),
    },
    defaults={"duration_seconds": 5},
    prices=(per_second(12, DERIVED),),
    source=SDK,
)

KLING_4 = armed(
    "kling_4",
    "video",
    {
        "text": Arm(
            {
                "promptText": prompt(),
                "duration": seconds(),
                "ratio": frame_ratio(sizes.KLING_4),
                "references": references(10),
                "extra_params": extra_params_field_mapper("referenceVideos"),
            }
        ),
        "image": Arm(
            {
                "promptText": prompt(required=False),
                "promptImage": frames(last=True),
                "duration": seconds(),
                "ratio": frame_ratio(sizes.KLING_4_FRAME),
                "references": references(10),
                "extra_params": extra_params_field_mapper("referenceVideos"),
            }
        ),
        "video": Arm(
            {
                "promptText": prompt(),
                "videoUri": VIDEO,
                "ratio": frame_ratio(sizes.KLING_4_FRAME),
                "references": references(10),
            }
        ),
    },
    source="unverified: that any whole duration is taken; the rest is from runwayml 5.24.0",
)

ROWS: tuple[Model, ...] = (
    KLING_2_5,
    _kling_3("kling3.0_4k", sizes.KLING_4K, silent=43, audio=43),
    _kling_3("kling3.0_pro", sizes.KLING_PRO, silent=12, audio=17),
    _kling_3("kling3.0_standard", sizes.KLING_STANDARD, silent=9, audio=13),
    _kling_o3("klingO3_4k", sizes.KLING_4K, credits_per_second=43),
    _kling_o3("klingO3_pro", sizes.KLING_PRO, credits_per_second=17),
    _kling_o3("klingO3_standard", sizes.KLING_STANDARD, credits_per_second=13),
    KLING_4,
)
