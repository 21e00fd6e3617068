"""Describes the Seedance models, which Runway resells."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import FieldMapper, Model, extra_params_field_mapper

from . import ratios_video as sizes
from .arms import Arm, RunwayModel, armed
from .fields import AUDIO, SEED, VIDEO, frames, prompt, references, seconds
from .prices import LITELLM, by_resolution
from .ratios import Sizes, frame_ratio

SDK = "runwayml 5.24.0; Runway API reference, read 2026-11-22"


def _seedance_2(model: str, ratios: Sizes, prices: dict[str, float]) -> RunwayModel:
    common: dict[str, FieldMapper] = {
        "duration": seconds(4, 15),
        "ratio": frame_ratio(ratios),
        "audio": AUDIO,
        "seed": SEED,
    }
    context = extra_params_field_mapper("referenceAudio", "referenceVideos")
    return armed(
        model,
        "video",
        {
            "text": Arm(
                {"promptText": prompt(3500), **common, "references": references(9), "extra_params": context}
            ),
            "image": Arm(
                {
                    "promptText": prompt(3500, required=False),
                    "promptImage": frames(last=True),
                    **common,
                    "extra_params": extra_params_field_mapper("referenceAudio"),
                }
            ),
            "video": Arm(
                {
                    "promptText": prompt(3500, required=False),
                    "promptVideo": VIDEO,
                    **common,
                    "references": references(9),
                    "extra_params": context,
                }
            ),
        },
        prices=by_resolution(prices, LITELLM),
        source=SDK,
    )


_SEEDANCE_2_5: dict[str, FieldMapper] = {
    "promptText": prompt(15000, required=False),
    "duration": seconds(4, 30),
    "ratio": frame_ratio(sizes.SEEDANCE_25),
    "audio": AUDIO,
    "seed": SEED,
}
SEEDANCE_2_5 = armed(
    "seedance2_5",
    "video",
    {
        "text": Arm(
            {
                **_SEEDANCE_2_5,
                "references": references(30),
                "extra_params": extra_params_field_mapper(
                    "draft", "draftTaskId", "outputFormat", "referenceAudio", "referenceVideos"
                ),
            }
        ),
        "image": Arm(
            {
                **_SEEDANCE_2_5,
                "promptImage": frames(last=True),
                "extra_params": extra_params_field_mapper("draft", "outputFormat", "referenceAudio"),
            }
        ),
        "video": Arm(
            {
                **_SEEDANCE_2_5,
                "promptVideo": VIDEO,
                "references": references(30),
                "extra_params": extra_params_field_mapper(
                    "draft", "mode", "outputFormat", "referenceAudio", "referenceVideos"
                ),
            }
        ),
    },
    defaults={"duration_seconds": 5, "generate_audio": True, "resolution": "720p"},
    # an input video costs extra by its own length, so no price is given with one
    prices=by_resolution({"480p": 20, "720p": 30, "1080p": 68}, LITELLM, when={"video": None}),
    priced_params={"outputFormat": "mp4", "draftTaskId": None, "referenceVideos": None},
    source=SDK,
)

ROWS: tuple[Model, ...] = (
    _seedance_2("seedance2", sizes.SEEDANCE_2, {"480p": 36, "720p": 36, "1080p": 40, "4k": 150}),
    SEEDANCE_2_5,
    _seedance_2("seedance2_fast", sizes.SEEDANCE_2_FAST, {"480p": 29, "720p": 29}),
    _seedance_2("seedance2_mini", sizes.SEEDANCE_2_FAST, {"480p": 16, "720p": 16}),
)
