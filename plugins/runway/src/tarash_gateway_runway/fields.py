"""Maps fields that only Runway has: prompts in UTF-16 units, required values with defaults, lists of inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from tarash.tarash_gateway.mapping import (
    OMIT,
    Adjustments,
    FieldCapability,
    FieldMapper,
    Values,
    duration_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    switch_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole

IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp")
LARGEST_UPLOAD_BYTES = 200 * 1024 * 1024
LARGEST_SEED = 4294967295

SEED = passthrough_field_mapper("seed", minimum=0, maximum=LARGEST_SEED)
AUDIO = switch_field_mapper("generate_audio", when_true=True, when_false=False)
NEGATIVE_PROMPT = passthrough_field_mapper("negative_prompt")
VIDEO = video_url_field_mapper(required=True, encoding="upload", max_bytes=LARGEST_UPLOAD_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptMapper(FieldMapper):
    """Maps the prompt. Runway counts its length in UTF-16 code units, of which most emoji take two."""

    minimum_units: int = 1
    maximum_units: int | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        return ("prompt",)

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        """Refuse, in either mode, a prompt that would have to be cut."""
        prompt = values.get("prompt")
        if not isinstance(prompt, str):
            return
        units = len(prompt.encode("utf-16-le")) // 2
        if units < self.minimum_units or (self.maximum_units is not None and units > self.maximum_units):
            reason = f"has {units} UTF-16 units; use {self._span()}"
            raise adjustments.refusal("prompt", f"{prompt[:20]}…", reason)

    def _span(self) -> str:
        return (
            f"{self.minimum_units} to {self.maximum_units}"
            if self.maximum_units
            else f"at least {self.minimum_units}"
        )

    def encode(self, values: Values) -> object:
        """Return the text."""
        return values.get("prompt", OMIT)

    def describe(self) -> tuple[FieldCapability, ...]:
        """Describe the prompt, with its length."""
        note = f"{self._span()} UTF-16 units" if self.maximum_units else ""
        return (FieldCapability(field="prompt", required=self.required, note=note),)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultMapper(FieldMapper):
    """Takes `default` where the request leaves out a field that Runway requires."""

    inner: FieldMapper
    default: object

    @property
    def fields(self) -> tuple[str, ...]:
        return self.inner.fields

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        """Fill the field in, so that the response tells what was rendered."""
        for name in self.inner.fields:
            values.setdefault(name, self.default)
        self.inner.fit(values, adjustments)

    def encode(self, values: Values) -> object:
        """Return the inner mapper's value."""
        return self.inner.encode(values)

    def describe(self) -> tuple[FieldCapability, ...]:
        """Describe what the inner mapper describes."""
        return self.inner.describe()


@dataclass(frozen=True, slots=True, kw_only=True)
class InputsMapper(FieldMapper):
    """Maps input media to objects: a `uri`, and members that say what it is for, such as `position`.

    Attributes:
        parts: a mapper of one or several inputs, and the members to send with each `uri`; in the order they are sent.
        needs_first: field without which the others make no sense: a last frame needs a first one.
        single: whether the wire takes one object instead of a list.
    """

    parts: tuple[tuple[FieldMapper, Mapping[str, str]], ...]
    needs_first: str = ""
    single: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(name for mapper, _ in self.parts for name in mapper.fields)

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        """Let each part check its own inputs."""
        for mapper, _ in self.parts:
            mapper.fit(values, adjustments)

    def encode(self, values: Values) -> object:
        """Return the objects: frames first, then references."""
        entries: list[object] = []
        for mapper, members in self.parts:
            found = mapper.encode(values)
            if found is not OMIT:
                items = found if isinstance(found, list) else [found]
                entries += [{"uri": item, **members} for item in items]
        if not entries:
            return OMIT
        return entries[0] if self.single else entries

    def missing(self, values: Values) -> str | None:
        """Say which input is absent."""
        given = [name for name in self.fields if name in values]
        if self.needs_first and self.needs_first not in values and (given or self.required):
            together = f" together with {given[0]}" if given else ""
            return f"{self.needs_first} is required{together}"
        if self.required and not given:
            return f"{' or '.join(self.fields)} is required"
        return None

    def describe(self) -> tuple[FieldCapability, ...]:
        """Describe each part, and mark the one that is required."""
        only = self.fields[0] if len(self.fields) == 1 else self.needs_first
        return tuple(
            replace(item, required=self.required and item.field == only)
            for mapper, _ in self.parts
            for item in mapper.describe()
        )


def prompt(maximum_units: int | None = None, *, required: bool = True, minimum_units: int = 1) -> FieldMapper:
    """Map the prompt; `maximum_units` is None where no limit is known."""
    return PromptMapper(required=required, minimum_units=minimum_units, maximum_units=maximum_units)


def seconds(
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    allowed: tuple[float, ...] = (),
    default: int | None = None,
) -> FieldMapper:
    """Map the duration; `default` is sent where Runway requires one."""
    mapper = duration_field_mapper("int", minimum=minimum, maximum=maximum, allowed_values=allowed)
    return mapper if default is None else defaulted(mapper, default)


def defaulted(mapper: FieldMapper, default: object) -> FieldMapper:
    """Take `default`, a unified value, where the request leaves the field out."""
    return DefaultMapper(inner=mapper, default=default)


def _frame(role: Literal["first_frame", "last_frame"]) -> FieldMapper:
    return single_image_field_mapper(
        role, encoding="upload", content_types=IMAGE_TYPES, max_bytes=LARGEST_UPLOAD_BYTES
    )


def frames(*, last: bool) -> FieldMapper:
    """Map the first and, with `last`, the last frame to `[{uri, position}]`."""
    first = (_frame("first_frame"), {"position": "first"})
    parts = (first, (_frame("last_frame"), {"position": "last"})) if last else (first,)
    return InputsMapper(parts=parts, needs_first="first_frame", required=True)


def references(maximum: int | None = None, *, required: bool = False) -> FieldMapper:
    """Map reference, asset and style images to `[{uri}]`: Runway does not tell them apart."""
    images = reference_images(maximum, ("reference", "asset", "style"))
    return InputsMapper(parts=((images, {}),), required=required)


def reference_images(maximum: int | None, roles: tuple[ImageRole, ...]) -> FieldMapper:
    """List the images of these roles."""
    return image_list_field_mapper(
        roles,
        max_items=maximum,
        encoding="upload",
        content_types=IMAGE_TYPES,
        max_bytes=LARGEST_UPLOAD_BYTES,
    )


def one_image() -> FieldMapper:
    """Map the one picture that a tool works on, a reference image."""
    return single_image_field_mapper(
        "reference",
        required=True,
        encoding="upload",
        content_types=IMAGE_TYPES,
        max_bytes=LARGEST_UPLOAD_BYTES,
    )
