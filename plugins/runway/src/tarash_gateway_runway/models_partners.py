"""Describes the video models of MiniMax, xAI and Alibaba, which Runway resells."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    aspect_ratio_field_mapper,
    extra_params_field_mapper,
    resolution_field_mapper,
    switch_field_mapper,
)

from . import ratios_video as sizes
from .arms import Arm, RunwayModel, armed
from .fields import AUDIO, SEED, VIDEO, defaulted, frames, prompt, references, seconds
from .prices import DOCS_PRICES, LITELLM, by_resolution
from .ratios import frame_ratio

SDK = "runwayml 5.24.0; Runway API reference, read 2026-11-22"
GUESSED_SECONDS = "unverified: the bounds of the duration; the rest is from runwayml 5.24.0"
SHAPES = ("16:9", "9:16", "1:1", "4:3", "3:4")


_HAILUO: dict[str, FieldMapper] = {
    "promptText": prompt(6000),
    "duration": seconds(5, 15),
    "resolution": resolution_field_mapper(("768p", "2k")),
}
_HAILUO_SHAPES = (*SHAPES, "21:9")
HAILUO_3 = armed(
    "hailuo3",
    "video",
    {
        # without any input "adaptive" has nothing to adapt to, and a shape is required
        "text": Arm({**_HAILUO, "ratio": defaulted(aspect_ratio_field_mapper(_HAILUO_SHAPES), "16:9")}),
        "reference": Arm(
            {
                **_HAILUO,
                "ratio": aspect_ratio_field_mapper((*_HAILUO_SHAPES, "adaptive")),
                "references": references(9),
                "extra_params": extra_params_field_mapper("referenceAudio", "referenceVideos"),
            }
        ),
        "image": Arm(
            {
                **_HAILUO,
                "ratio": aspect_ratio_field_mapper((*_HAILUO_SHAPES, "adaptive")),
                "promptImage": frames(last=True),
                "extra_params": extra_params_field_mapper("referenceAudio"),
            }
        ),
        "video": Arm(
            {
                **_HAILUO,
                "ratio": aspect_ratio_field_mapper((*_HAILUO_SHAPES, "adaptive")),
                "promptVideo": VIDEO,
                "references": references(9),
                "extra_params": extra_params_field_mapper("referenceAudio", "referenceVideos"),
            }
        ),
    },
    # what a frame adds is not published
    prices=by_resolution({"768p": 10, "2k": 15}, LITELLM, when={"first_frame": None}, per_input_image=2),
    source=SDK,
)

HAPPYHORSE = armed(
    "happyhorse_1_0",
    "video",
    {
        "text": Arm(
            {
                "promptText": prompt(2500, minimum_units=2),
                "duration": seconds(3, 15),
                "ratio": frame_ratio(sizes.HAPPYHORSE),
            }
        ),
        "image": Arm(
            {
                "promptText": prompt(2500, minimum_units=2, required=False),
                "promptImage": frames(last=False),
                "duration": seconds(3, 15),
                "resolution": resolution_field_mapper(("720p", "1080p")),
            }
        ),
    },
    prices=by_resolution({"720p": 15, "1080p": 30}, DOCS_PRICES),
    source=SDK,
)


_GROK: dict[str, FieldMapper] = {
    "duration": seconds(1, 15),
    "resolution": resolution_field_mapper(("480p", "720p", "1080p")),
}
_GROK_SHAPES = (*SHAPES, "3:2", "2:3")
GROK = armed(
    "grok_imagine_1_5",
    "video",
    {
        "text": Arm({"promptText": prompt(2500), **_GROK, "ratio": aspect_ratio_field_mapper(_GROK_SHAPES)}),
        "reference": Arm(
            {
                "promptText": prompt(2500),
                **_GROK,
                # references cap the resolution
                "resolution": resolution_field_mapper(("480p", "720p")),
                "ratio": aspect_ratio_field_mapper(_GROK_SHAPES),
                "references": references(7),
                "extra_params": extra_params_field_mapper("referenceAudio"),
            }
        ),
        "image": Arm(
            {"promptText": prompt(2500, required=False), "promptImage": frames(last=False), **_GROK}
        ),
    },
    prices=by_resolution({"480p": 10, "720p": 16, "1080p": 29}, DOCS_PRICES, per_input_image=1),
    source=SDK,
)

GROK_LITE = armed(
    "grok_imagine_1_5_lite",
    "video",
    {
        "text": Arm(
            {"promptText": prompt(2500), "duration": seconds(1, 15), "ratio": frame_ratio(sizes.GROK_LITE)}
        ),
        "image": Arm(
            {
                "promptText": prompt(2500, required=False),
                "promptImage": frames(last=False),
                "duration": seconds(1, 15),
                "ratio": frame_ratio(sizes.GROK_LITE_FRAME),
            }
        ),
    },
    prices=by_resolution({"480p": 2, "720p": 3, "1080p": 14}, DOCS_PRICES, per_input_image=1),
    source=SDK,
)

H3_MAX_FIELDS: dict[str, FieldMapper] = {
    "promptText": prompt(),
    "duration": seconds(5, 15),
    "resolution": resolution_field_mapper(("480p", "768p")),
    # a seed repeats a result only with "disabled"; "quality" rewrites more and is left to extra_params
    "promptExpansionMode": switch_field_mapper("enhance_prompt", when_true="balanced", when_false="disabled"),
    "seed": SEED,
}
H3_MAX = armed(
    "h3_max",
    "video",
    {"text": Arm(H3_MAX_FIELDS), "image": Arm({**H3_MAX_FIELDS, "promptImage": frames(last=True)})},
    prices=by_resolution({"480p": 5, "768p": 8}, DOCS_PRICES),
    source=GUESSED_SECONDS,
)


def _wan(model: str, prices: dict[str, float]) -> RunwayModel:
    common: dict[str, FieldMapper] = {"promptText": prompt(), "duration": seconds(1, 30), "audio": AUDIO}
    sound = extra_params_field_mapper("referenceAudio", "referenceVideos")
    followed = {key: word for key, word in sizes.WAN_3.items() if key[0] == "auto"}
    return armed(
        model,
        "video",
        {
            "text": Arm(
                {
                    **common,
                    "ratio": frame_ratio(sizes.WAN_3),
                    "references": references(10),
                    "extra_params": sound,
                }
            ),
            # with frames the shape follows the first one, and only the automatic ratios are taken
            "image": Arm(
                {
                    **common,
                    "promptImage": frames(last=True),
                    "ratio": frame_ratio(followed),
                    "extra_params": sound,
                }
            ),
        },
        prices=by_resolution(prices, DOCS_PRICES),
        source="unverified: the shortest duration; the rest is from runwayml 5.24.0",
    )


ROWS: tuple[Model, ...] = (
    GROK,
    GROK_LITE,
    H3_MAX,
    HAILUO_3,
    HAPPYHORSE,
    _wan("wan3", {"480p": 5, "720p": 10, "1080p": 20}),
    _wan("wan3_prime", {"480p": 6.8, "720p": 14, "1080p": 28}),
)
