"""What a row of ours sends: found out by trying its mappers, as any request would."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping
from typing import Final

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.mapping.field_mapper import ExtraParamsMapper, FieldCapability, FieldMapper
from tarash.tarash_gateway.mapping.table import Model
from tarash.tarash_gateway.mapping.values import OMIT, Adjustments, Values
from tarash.tarash_gateway.media.inputs import Media

from .facts import KnownField, KnownModel, Shape, kind_of, shape_of_values

_MEDIA: Final = ("first_frame", "last_frame", "reference", "asset", "style_image")
_SINGLE_MEDIA: Final = ("video", "mask_image")
_SAMPLES: Final[Mapping[str, tuple[object, ...]]] = {
    "prompt": ("a fox",), "negative_prompt": ("rain",), "style": ("vivid",), "quality": ("high",), "aspect_ratio": ("16:9",),
    "resolution": ("720p",), "size": ("1024x1024",), "seed": (7,), "n": (2,), "number_of_videos": (2,), "duration_seconds": (5.0,),
    "generate_audio": (True, False), "enhance_prompt": (True, False),
}  # fmt: skip
"""Values to try where a row takes any."""
_LONGEST_RANGE: Final = 60
_MOST_COMBINATIONS: Final = 500


def sent_fields(row: Model) -> dict[str, KnownField]:
    """Return what a row sends, by top-level member of the payload.

    `required` says that every request sends the member, because the row demands it, has a constant, or always sends something. A row
    with arms, one for each kind of input, sends what any of them sends.
    """
    arms: Mapping[object, Model] = getattr(row, "arms", {})
    if not arms:
        return _sent_by(row)
    first, *others = (KnownModel(fields=_sent_by(arm)) for arm in arms.values())
    return dict(functools.reduce(KnownModel.merged, others, first).fields)


def _sent_by(row: Model) -> dict[str, KnownField]:
    found: dict[str, KnownField] = {}
    for path, mapper in row.fields.items():
        if isinstance(mapper, ExtraParamsMapper):
            for name in mapper.needed:
                found[name] = KnownField(shape=Shape(), required=True)
            for name in mapper.known:
                found.setdefault(name, KnownField(shape=Shape()))
            continue
        top, _, nested = path.partition(".")
        shape = Shape() if nested else _shape(mapper)
        always = mapper.required or _sent_unasked(mapper)
        found[top] = KnownField(shape=shape, required=always or (top in found and found[top].required))
    for path, constant in row.constants.items():
        top, _, nested = path.partition(".")
        found[top] = KnownField(shape=Shape() if nested else Shape(values=(constant,)), required=True)
    return found


def _sent_unasked(mapper: FieldMapper) -> bool:
    """Return whether a mapper sends something for a request that names none of its fields; a default is filled in by `fit`."""
    values: Values = {}
    mapper.fit(values, Adjustments("adjust", "", ""))
    return mapper.encode(values) is not OMIT


def _shape(mapper: FieldMapper) -> Shape:
    """Return the values that a mapper sends for what it declares to allow; any, where it allows any."""
    said = mapper.describe()
    tried = [_candidates(item) for item in said]
    combinations = itertools.islice(itertools.product(*(values for values, _ in tried)), _MOST_COMBINATIONS)
    sent = [
        value
        for values in combinations
        for value in _encoded(mapper, dict(zip((item.field for item in said), values, strict=True)))
    ]
    if all(closed for _, closed in tried):
        return shape_of_values(sent)
    return Shape(free=frozenset(map(kind_of, sent)))


def _candidates(item: FieldCapability) -> tuple[list[object], bool]:
    """Return values of a field to try, and whether they are all that it takes; None leaves the field out."""
    if item.field in (*_MEDIA, *_SINGLE_MEDIA):
        picture = Media(url="https://example.com/a.png")
        return [[picture] if item.field in _MEDIA else picture, None], False
    if item.allowed:
        # a size in pixels beside the words
        extra: list[object] = ["1024x1024", "640x480"] if item.note else []
        return [*item.allowed, *extra], not item.note
    low, high = item.minimum, item.maximum
    if item.field == "duration_seconds" and low is not None and high is not None:
        seconds = range(int(low), int(high) + 1)
        if float(low).is_integer() and len(seconds) <= _LONGEST_RANGE:
            return [float(second) for second in seconds], True
    return list(_SAMPLES.get(item.field, ("other",))), False


def _encoded(mapper: FieldMapper, values: Values) -> Iterator[object]:
    given = {name: value for name, value in values.items() if value is not None}
    if not given:
        return
    try:
        mapper.fit(given, Adjustments("error", "", ""))
    except ValidationError:
        return
    sent = mapper.encode(given)
    if sent is not OMIT:
        yield "https://example.com/a.png" if isinstance(sent, Media) else sent
