"""Rows of Google's and OpenAI's video models."""

from __future__ import annotations

from datetime import date

from tarash.tarash_gateway.mapping import Lifecycle, Model, Rule

from .fields import (
    NEGATIVE_PROMPT,
    PROMPT,
    SEED,
    durations,
    extra,
    first_frame,
    last_frame,
    ratios,
    references,
    renamed_ratios,
    resolutions,
    sound,
    tiers,
)
from .prices import LISTED, per_second

SCHEMA = "input schema on the Replicate model page, 2026"
VEO = (
    PROMPT
    | durations(4, 6, 8)
    | resolutions("720p", "1080p")
    | ratios("16:9", "9:16")
    | first_frame()
    | sound()
    | NEGATIVE_PROMPT
    | SEED
)
VEO_DEFAULTS = {"duration_seconds": 8, "generate_audio": True, "resolution": "1080p", "aspect_ratio": "16:9"}
TRANSITION = Rule(
    when={"last_frame": ()}, require=("first_frame",), reason="with a last frame: it ends a transition"
)
SORA = (
    PROMPT
    | durations(4, 8, 12, wire="seconds")
    | renamed_ratios({"16:9": "landscape", "9:16": "portrait"})
    | first_frame("input_reference")
    | extra("openai_api_key")
)
SORA_END = Lifecycle(
    ends_on=date(2026, 9, 24), source="OpenAI deprecations page: the Sora API was shut down on that day"
)

ROWS: tuple[Model, ...] = (
    *(
        Model(
            id=f"google/veo-3{tier}",
            modality="video",
            fields=VEO,
            defaults={"duration_seconds": 8, "generate_audio": True},
            prices=prices,
            source="unverified: taken to be as veo-3.1-fast without a last frame",
        )
        for tier, prices in (
            (
                "",
                (
                    per_second(0.40, source=LISTED, generate_audio=True),
                    per_second(0.20, source=LISTED, generate_audio=False),
                ),
            ),
            ("-fast", ()),
        )
    ),
    Model(
        id="google/veo-3.1",
        modality="video",
        fields=VEO | last_frame("last_frame") | references("reference_images", maximum=3),
        defaults=VEO_DEFAULTS,
        rules=(
            Rule(
                when={"reference": ()},
                allow={"aspect_ratio": ("16:9",), "duration_seconds": (8,), "last_frame": ()},
                reason="with reference images",
            ),
            TRANSITION,
        ),
        source=SCHEMA,
    ),
    Model(
        id="google/veo-3.1-fast",
        modality="video",
        fields=VEO | last_frame("last_frame"),
        defaults=VEO_DEFAULTS,
        rules=(TRANSITION,),
        source=SCHEMA,
    ),
    Model(
        id="google/veo-3.1-lite",
        modality="video",
        fields=VEO | last_frame("last_frame"),
        defaults=VEO_DEFAULTS,
        rules=(TRANSITION,),
        source=SCHEMA,
    ),
    Model(
        id="openai/sora-2",
        modality="video",
        fields=SORA,
        fixed={"generate_audio": True},
        lifecycle=SORA_END,
        source=SCHEMA,
    ),
    Model(
        id="openai/sora-2-pro",
        modality="video",
        # "high" is 1024 lines, the step above 720
        fields=SORA | tiers("resolution", {"720p": "standard", "1080p": "high"}),
        fixed={"generate_audio": True},
        lifecycle=SORA_END,
        source=SCHEMA,
    ),
)
