"""Describes Google's video models, which Runway resells."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import FieldMapper, Lifecycle, Model, extra_params_field_mapper

from . import ratios_video as sizes
from .arms import Arm, RunwayModel, armed
from .fields import AUDIO, NEGATIVE_PROMPT, SEED, VIDEO, frames, prompt, references, seconds
from .prices import DOCS_PRICES, LITELLM, NO_IMAGES, by_resolution, per_second
from .ratios import frame_ratio

SDK = "runwayml 5.24.0; Runway API reference, read 2026-11-22"


def _veo(model: str, with_sound: float, without: float) -> RunwayModel:
    common: dict[str, FieldMapper] = {
        "duration": seconds(allowed=(4, 6, 8)),
        "ratio": frame_ratio(sizes.VEO, always=True),
        "audio": AUDIO,
        "negativePrompt": NEGATIVE_PROMPT,
        "seed": SEED,
    }
    return armed(
        model,
        "video",
        {
            "text": Arm({"promptText": prompt(1000), **common}),
            "image": Arm(
                {"promptText": prompt(1000, required=False), "promptImage": frames(last=True), **common}
            ),
        },
        defaults={"generate_audio": True},
        prices=(
            per_second(with_sound, LITELLM, generate_audio=True),
            per_second(without, LITELLM, generate_audio=False),
        ),
        source=SDK,
    )


GEMINI_OMNI = armed(
    "gemini_omni_flash",
    "video",
    {
        "text": Arm(
            {"promptText": prompt(4000), "duration": seconds(3, 10), "ratio": frame_ratio(sizes.GEN45_TEXT)}
        ),
        "image": Arm(
            {
                "promptText": prompt(4000, required=False),
                "promptImage": frames(last=False),
                "duration": seconds(3, 10),
                "ratio": frame_ratio(sizes.GEN45_TEXT),
            }
        ),
        "video": Arm({"promptText": prompt(4000), "videoUri": VIDEO, "references": references(5)}),
    },
    prices=(per_second(10, LITELLM, per_input_image=1),),
    source=SDK,
)

GEMINI_OMNI_1_1 = armed(
    "gemini_omni_flash_1.1",
    "video",
    {
        "text": Arm(
            {
                "promptText": prompt(),
                "duration": seconds(3, 10),
                "ratio": frame_ratio(sizes.GEMINI_OMNI_11),
                "references": references(),
                "extra_params": extra_params_field_mapper("referenceVideos"),
            }
        ),
        "image": Arm(
            {
                "promptText": prompt(),
                "promptImage": frames(last=True),
                "duration": seconds(3, 10),
                "ratio": frame_ratio(sizes.GEMINI_OMNI_11),
            }
        ),
        "video": Arm(
            {
                "promptText": prompt(),
                "videoUri": VIDEO,
                "duration": seconds(3, 10),
                "ratio": frame_ratio(sizes.GEMINI_OMNI_11),
                "references": references(),
                "extra_params": extra_params_field_mapper("mode"),
            }
        ),
    },
    # the page gives the ends of the range
    prices=by_resolution({"360p": 3.4, "4k": 30}, DOCS_PRICES, when=NO_IMAGES),
    source=SDK,
)

VEO_3 = armed(
    "veo3",
    "video",
    {
        "text": Arm(
            {
                "promptText": prompt(1000),
                "duration": seconds(allowed=(8,), default=8),
                "ratio": frame_ratio(sizes.VEO, always=True),
                "negativePrompt": NEGATIVE_PROMPT,
            }
        ),
        "image": Arm(
            {
                "promptText": prompt(1000, required=False),
                "promptImage": frames(last=False),
                "duration": seconds(allowed=(8,), default=8),
                "ratio": frame_ratio(sizes.VEO, always=True),
                "negativePrompt": NEGATIVE_PROMPT,
            }
        ),
    },
    lifecycle=Lifecycle(replacement="veo3.1", source="in runwayml 5.13.0, absent since 5.18.0"),
    source="runwayml 5.13.0",
)

ROWS: tuple[Model, ...] = (
    GEMINI_OMNI,
    GEMINI_OMNI_1_1,
    VEO_3,
    _veo("veo3.1", 40, 20),
    _veo("veo3.1_fast", 15, 10),
)
