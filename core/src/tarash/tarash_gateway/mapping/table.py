"""One row of a provider's model table: what a model takes, costs, and how long it will live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final, TypeAlias

from .field_mapper import FieldCapability, FieldMapper
from .values import IMAGE_ROLES

ModalityName: TypeAlias = str
"""What is rendered: "video", "image", or a modality that the gateway learns later, such as "audio"."""
Task: TypeAlias = str
"""What a model is used for: "<input>-to-<modality>", or "inpainting"; `KNOWN_TASKS` lists those of today's modalities."""
PriceUnit: TypeAlias = str
"""What one price buys: a "second" of output, a "megapixel", or one output, by the name of its modality."""

KNOWN_TASKS: Final[tuple[Task, ...]] = (
    "text-to-video",
    "image-to-video",
    "reference-to-video",
    "video-to-video",
    "text-to-image",
    "image-to-image",
    "inpainting",
)
_USUAL_NAMES: Final[Mapping[Task, Task]] = {"reference-to-image": "image-to-image"}
"""Tasks that people call otherwise: a picture has no frames, so whatever it is made from is simply an image."""

_FRAMES = ("first_frame", "last_frame")
_REFERENCES = ("reference", "asset", "style_image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one field's value demands of another.

    Attributes:
        when: unified field → values for which the rule holds; `()` means: whenever the field is given. All must hold.
        allow: unified field → values then allowed; `()` means the field must not be given at all.
        require: unified fields that must be given then.
        reason: a short phrase that completes "is not offered …", such as "with resolution=1080p".
    """

    when: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    allow: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    require: tuple[str, ...] = ()
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one unit costs.

    Attributes:
        usd: US dollars per unit.
        unit: see `PriceUnit`.
        when: unified field → value for which it holds; all must hold. The first price that holds counts. A field that the
            request leaves open matches `defaults` of the model.
        source: where it was read, and when.
    """

    usd: float
    unit: PriceUnit
    when: Mapping[str, object] = field(default_factory=dict)
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The end of a model: it warns, and is never a reason to refuse.

    Attributes:
        ends_on: last day of service, or None when only deprecated.
        replacement: model to use instead, or None.
        source: where it was read, and when.
    """

    ends_on: date | None = None
    replacement: str | None = None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One row of the table. Adding a model variant is adding a row.

    Attributes:
        id: exact model name; a shorter string serves every longer name that begins with it; `*` stands for one path segment.
        modality: what it renders, such as "video" or "image".
        fields: wire name (dots for nested members) → mapper.
        source: the page or SDK the row was read from, and when; begins with "unverified:" where nobody confirmed it.
        generic: whether the row serves names that no other row matches.
        fixed: unified field → the one value the model always renders with; asking for it is fine, asking for another is not.
        defaults: unified field → what the model takes when the field is left open; used for prices.
        rules: demands between fields.
        constants: wire name → value that is always sent.
        route: the plugin's own word for the endpoint that serves the model.
        prices: see `Price`; empty means unknown.
        lifecycle: see `Lifecycle`; None means no end is known.
        typical_seconds: how long a generation usually takes, to time the first status requests; None if unknown.
        example: a full model name to test with, for rows whose `id` is a prefix or a pattern.
        example_params: `extra_params` without which the model refuses to run, with values to test with.
    """

    id: str
    modality: ModalityName
    fields: Mapping[str, FieldMapper]
    source: str
    generic: bool = False
    fixed: Mapping[str, object] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    constants: Mapping[str, object] = field(default_factory=dict)
    route: str = ""
    prices: tuple[Price, ...] = ()
    lifecycle: Lifecycle | None = None
    typical_seconds: float | None = None
    example: str = ""
    example_params: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.source:
            raise ValueError(f"model row {self.id!r} has no source; say where its values were read, and when")
        units = ("second", "megapixel", self.modality)
        for price in self.prices:
            if price.unit not in units:
                raise ValueError(
                    f"model row {self.id!r} has a price per {price.unit!r}; use {', '.join(units)}"
                )
        for name in ("fields", "fixed", "defaults", "constants", "example_params"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def example_name(self) -> str:
        """A model name that this row serves."""
        return self.example or self.id.replace("*", "standard")

    def capabilities(self) -> tuple[FieldCapability, ...]:
        """Return what the model does with each unified field, in table order."""
        mapped = tuple(item for mapper in self.fields.values() for item in mapper.describe())
        named = {item.field for item in mapped}
        fixed = tuple(
            FieldCapability(field=name, allowed=(value,), note="always")
            for name, value in self.fixed.items()
            if name not in named
        )
        return mapped + fixed

    def accepts(self, name: str) -> bool:
        """Return whether the model takes the unified field (or image role) `name`."""
        return name in self.fixed or any(name in mapper.fields for mapper in self.fields.values())

    def needs(self, name: str) -> bool:
        """Return whether the model refuses to run without the unified field `name`."""
        return any(mapper.required and mapper.fields == (name,) for mapper in self.fields.values())

    def tasks(self) -> tuple[Task, ...]:
        """Return what the model can be used for, derived from its fields."""
        sources = (("image", _FRAMES), ("reference", _REFERENCES), ("video", ("video",)))
        words = [] if self._needs_input() else ["text"]
        words += [word for word, names in sources if any(self.accepts(name) for name in names)]
        found = [f"{word}-to-{self.modality}" for word in words]
        if self.accepts("mask_image"):
            found.append("inpainting")
        return tuple(dict.fromkeys(_USUAL_NAMES.get(task, task) for task in found))

    def _needs_input(self) -> bool:
        inputs = {*IMAGE_ROLES, "video"}
        return any(mapper.required and inputs.intersection(mapper.fields) for mapper in self.fields.values())

    def end_notice(self, today: date) -> str | None:
        """Return a sentence when the model is retired, or ends within 60 days, or is deprecated; else None."""
        end = self.lifecycle
        if end is None:
            return None
        instead = f"; use {end.replacement}" if end.replacement else ""
        if end.ends_on is None:
            return f"model {self.id} is deprecated{instead}"
        if end.ends_on < today:
            return f"model {self.id} was retired on {end.ends_on.isoformat()}{instead}"
        if (end.ends_on - today).days <= 60:
            return f"model {self.id} ends on {end.ends_on.isoformat()}{instead}"
        return None
