"""Owns how the mapping tests apply one mapper, or a row of them, to a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway import ImageGenerationRequest, VideoGenerationRequest
from tarash.tarash_gateway.mapping import FieldMapper, Mapped, ModalityName, Model
from tarash.tarash_gateway.mapping.apply import apply_row

Mode = Literal["nearest", "error", "adjust"]
MODES: tuple[Mode, ...] = ("nearest", "error", "adjust")


def row(fields: Mapping[str, FieldMapper], *, modality: ModalityName = "video", **changes: object) -> Model:
    """A row with these fields; further members as in `Model`."""
    return Model(id="m", modality=modality, fields=fields, source="this test", **changes)  # type: ignore[arg-type]


def map_video(
    table: Model | FieldMapper, mode: Mode = "error", is_fallback: bool = False, /, **request: object
) -> Mapped:
    """Map a video request; a bare mapper serves the wire name `wire`."""
    model = row({"wire": table}) if isinstance(table, FieldMapper) else table
    asked = VideoGenerationRequest.model_validate({"prompt": "", **request})
    return apply_row(model, asked, provider="acme", model="m", mode=mode, is_fallback=is_fallback)


def map_image(
    table: Model | FieldMapper, mode: Mode = "error", is_fallback: bool = False, /, **request: object
) -> Mapped:
    """Map an image request; a bare mapper serves the wire name `wire`."""
    model = row({"wire": table}, modality="image") if isinstance(table, FieldMapper) else table
    asked = ImageGenerationRequest.model_validate({"prompt": "", **request})
    return apply_row(model, asked, provider="acme", model="m", mode=mode, is_fallback=is_fallback)


def changes(mapped: Mapped) -> list[tuple[str, object, object]]:
    """The adjustments as (field, requested, used)."""
    return [(item.field, item.requested, item.used) for item in mapped.adjustments]
