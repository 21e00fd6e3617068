"""The mapper of video sizes for compatible servers: exact pixels are sent as given, ratios become OpenAI's sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tarash.tarash_gateway.mapping import (
    Adjustments,
    FieldCapability,
    FieldMapper,
    Size,
    Values,
    frame_size_field_mapper,
)
from tarash.tarash_gateway.plugin import mention


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactSizeMapper(FieldMapper):
    """`resolution` in pixels is sent as it is; else shape and step choose from `table`."""

    table: FieldMapper

    @property
    def fields(self) -> tuple[str, ...]:
        return self.table.fields

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        if not _is_exact(values):
            self.table.fit(values, adjustments)
        elif "aspect_ratio" in values:
            shape = values.pop("aspect_ratio")
            reason = "is already decided by " + mention("resolution", values["resolution"])
            adjustments.note("aspect_ratio", shape, None, reason)

    def encode(self, values: Values) -> object:
        return values["resolution"] if _is_exact(values) else self.table.encode(values)

    def describe(self) -> tuple[FieldCapability, ...]:
        return (
            *self.table.describe(),
            FieldCapability(field="resolution", note="or exact pixels, such as 832x480"),
        )


def _is_exact(values: Values) -> bool:
    return Size.parse(str(values.get("resolution", ""))) is not None


def exact_size_field_mapper(sizes: Mapping[tuple[str, str], object]) -> FieldMapper:
    """Map `aspect_ratio` and `resolution`; exact pixels are sent as they are."""
    return ExactSizeMapper(table=frame_size_field_mapper(sizes))
