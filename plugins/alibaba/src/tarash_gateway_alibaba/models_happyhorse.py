"""Describes HappyHorse's video models."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Model,
    Price,
    aspect_ratio_field_mapper,
    duration_field_mapper,
)

from . import fields, prices
from .models_wan import RATIOS, TYPICAL_SECONDS
from .routes import VIDEOS

SOURCE = (
    "comfy-cli 1.23.0 (OpenAPI: WanVideoGenerationRequest); litellm 1.110.2; Model Studio documentation (HappyHorse API references), "
    "as Alibaba Cloud's agent skills repeat it; read 2026-11-27"
)
MORE_RATIOS = (*RATIOS, "4:5", "5:4", "21:9", "9:21")
"""Shapes of version 1.1 (ModelStream documentation, read 2026-11-27)."""
LONGEST_PROMPT = 5000
MOST_REFERENCES = 9


def _row(
    name: str, resolutions: tuple[str, ...], members: dict[str, FieldMapper], costs: tuple[Price, ...]
) -> Model:
    table = {
        "prompt": fields.prompt(LONGEST_PROMPT),
        "seed": fields.seed(),
        "duration": duration_field_mapper("int", minimum=3, maximum=15),
        "resolution": fields.tiers(*resolutions),
        **members,
        "extra_params": fields.parameters("media"),
    }
    return Model(
        id=name,
        modality="video",
        fields=table,
        # the sound is made in the same pass as the picture
        fixed={"number_of_videos": 1, "generate_audio": True},
        defaults={"resolution": "1080p", "duration_seconds": 5, **prices.DEFAULT_REGION},
        replaced_by=fields.replaced_by_media(table, "first_frame", "reference_image"),
        route=VIDEOS,
        prices=costs,
        typical_seconds=TYPICAL_SECONDS,
        source=SOURCE,
    )


def _version(
    number: str, resolutions: tuple[str, ...], ratios: tuple[str, ...], costs: tuple[Price, ...]
) -> tuple[Model, ...]:
    """Return the rows of a version: from a first frame, from references, and from text."""
    frame: dict[str, FieldMapper] = {
        "prompt": fields.prompt(LONGEST_PROMPT, required=False),
        "first_frame": fields.frame("first_frame", required=True),
    }
    ratio = aspect_ratio_field_mapper(ratios)
    references = {"ratio": ratio, "reference_image": fields.references(MOST_REFERENCES, required=True)}
    return (
        _row(f"happyhorse-{number}-i2v", resolutions, frame, costs),
        _row(f"happyhorse-{number}-r2v", resolutions, references, costs),
        _row(f"happyhorse-{number}-t2v", resolutions, {"ratio": ratio}, costs),
    )


EDIT = Model(
    id="happyhorse-1.0-video-edit",
    modality="video",
    fields={
        "prompt": fields.prompt(LONGEST_PROMPT),
        "seed": fields.seed(),
        "resolution": fields.tiers("720p", "1080p"),
        "video": fields.clip(required=True),
        "reference_image": fields.references(5),
        "extra_params": fields.parameters("audio_setting", "media"),
    },
    fixed={"number_of_videos": 1},
    defaults={"resolution": "1080p"},
    replaced_by={"video": "media", "reference_image": "media"},
    route=VIDEOS,
    typical_seconds=TYPICAL_SECONDS,
    source=SOURCE,
)
"""The result is as long as the input, at most 15 seconds, and has its shape."""

HAPPYHORSE_ROWS = (
    *_version("1.0", ("720p", "1080p"), RATIOS, prices.HAPPYHORSE_1_0),
    EDIT,
    *_version("1.1", ("480p", "720p", "1080p"), MORE_RATIOS, prices.HAPPYHORSE_1_1),
)
