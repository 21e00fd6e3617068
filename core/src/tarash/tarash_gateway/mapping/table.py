"""The rows of a provider's model table: what each model takes, what it costs and when it is retired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType, NoneType
from typing import Final, TypeAlias

from ..exceptions import ValidationError
from ..models.modality import modality_named
from ..models.request_fields import mapped_fields
from ..models.wording import did_you_mean
from .field_mapper import FieldCapability, FieldMapper
from .row_checks import (
    Kinds,
    check_amount,
    check_choices,
    check_items,
    check_kinds,
    check_members,
    near_miss,
)
from .values import IMAGE_ROLES

ModalityName: TypeAlias = str
"""Name of a modality: "video", "image", or a registered one such as "audio"."""
Task: TypeAlias = str
"""What a model is used for: `<input>-to-<modality>`, or `inpainting`. `KNOWN_TASKS` lists those of videos and images."""
PriceUnit: TypeAlias = str
"""The unit of a price: "second" (of output), "megapixel", or the name of a modality for one output."""

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
"""Tasks with a more common name: an image has no frames, so its input is simply an image."""

_FRAMES = ("first_frame", "last_frame")
_REFERENCES = ("reference", "asset", "style_image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A dependency between fields, such as a duration that only one resolution allows.

    Attributes:
        when: values by unified field under which the rule applies; all fields must match. `()` matches any value.
        allow: values by unified field that are then allowed; `()` means that the field must be left out.
        require: unified fields that are then required.
        reason: phrase that completes "is not offered …" or "is required …", such as "with resolution=1080p".

    Raises:
        TypeError: a field has a wrong type, such as a string in place of a tuple.
    """

    when: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    allow: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    require: tuple[str, ...] = ()
    reason: str

    def __post_init__(self) -> None:
        owner = f"the rule that holds {self.reason!r}"
        check_kinds(owner, self, _RULE_KINDS)
        check_choices(owner, "when", self.when)
        check_choices(owner, "allow", self.allow)
        check_items(owner, "require", self.require, str, "names of fields")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one unit.

    Attributes:
        usd: US dollars per unit.
        unit: "second" (of output), "megapixel", or the name of a modality, such as "image", for one output.
        when: value by unified field for which the price applies; all must match, and the first price that matches counts.
            A field that the request leaves out has its value from the model's `defaults`.
        usd_first: US dollars of the first unit of an output, such as the first megapixel; None if it costs `usd`, as the others do.
        usd_per_input_image: US dollars that each input image adds to a call; masks and videos are none.
        free_input_images: input images that add nothing.
        usual_megapixels: with the unit "megapixel", how many an output has whose size the request does not give in pixels; None if that
            is unknown, so that nothing is estimated. Begun megapixels of 1024 × 1024 pixels count whole.
        source: where the price was read, and when.

    Raises:
        ValueError: an amount or a number is negative or not finite.
        TypeError: a field has a wrong type.
    """

    usd: float
    unit: PriceUnit
    when: Mapping[str, object] = field(default_factory=dict)
    usd_first: float | None = None
    usd_per_input_image: float = 0.0
    free_input_images: int = 0
    usual_megapixels: float | None = None
    source: str

    def __post_init__(self) -> None:
        owner = f"the price per {self.unit}"
        check_kinds(owner, self, _PRICE_KINDS)
        for name in ("usd", "usd_first", "usd_per_input_image", "free_input_images", "usual_megapixels"):
            check_amount(owner, name, getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The retirement of a model. It causes a warning, never an error.

    Attributes:
        ends_on: last day of service; None if the model is only deprecated.
        replacement: model to use instead, or None.
        where: the server that it ends on, if others keep it, such as "on Vertex AI"; empty means everywhere.
        source: where this was read, and when.

    Raises:
        TypeError: `ends_on` is not a date, such as a string.
    """

    ends_on: date | None = None
    replacement: str | None = None
    where: str = ""
    source: str

    def __post_init__(self) -> None:
        # a datetime is a date, too, but cannot be compared with one
        if self.ends_on is not None and type(self.ends_on) is not date:
            raise TypeError(f"the lifecycle has ends_on={self.ends_on!r}; use a datetime.date or None")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One row of the model table. To add a model, add a row.

    Attributes:
        id: model name, or a prefix of model names; `*` matches one path segment.
        modality: what the model generates: "video" or "image".
        fields: field mapper by payload member; dots separate nested members.
        source: page or SDK that the row was read from, and when; begins with "unverified:" if not confirmed.
        unverified: whether nobody but the source names this model: no client of the provider, no page, no price list. The name may
            be wrong.
        generic: whether the row serves every name that no other row matches.
        fixed: the one value by unified field that the model always uses; requesting another value is an error or an adjustment.
        defaults: value by unified field that the model uses if the request leaves it out; for prices.
        rules: dependencies between fields.
        constants: value by payload member that is always sent.
        replaced_by: extra parameter by payload member that is left out, and listed, if the parameter is given: the model takes one
            or the other.
        route: the plugin's own name for the endpoint of the model.
        prices: see `Price`; empty means unknown.
        priced_params: extra parameters that change the price, by name with the value that `prices` are for, such as
            `{"draft": False}`; with another value, or with any where that is None, the cost is unknown. Names under which fields are
            sent need not be listed.
        lifecycle: see `Lifecycle`; None means that no end is known.
        typical_seconds: usual duration of a generation in seconds, to time the first status requests; None if unknown.
        example: full model name for tests, if `id` is a prefix or a pattern.
        example_params: `extra_params` that the model requires, with values for tests.
        taken: the unified fields and image roles that the model takes, mapped or fixed; follows from the others.
        needing: the `fields` that a request may lack; follows from them, too.

    Raises:
        ValueError: `id` or `source` is empty, two entries write the same payload member, a price has an unknown unit, or
            `typical_seconds` is negative or not finite.
        TypeError: a field has a wrong type, such as a Price in place of a tuple of them.
    """

    id: str
    modality: ModalityName
    fields: Mapping[str, FieldMapper]
    source: str
    unverified: bool = False
    generic: bool = False
    fixed: Mapping[str, object] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    constants: Mapping[str, object] = field(default_factory=dict)
    replaced_by: Mapping[str, str] = field(default_factory=dict)
    route: str = ""
    prices: tuple[Price, ...] = ()
    priced_params: Mapping[str, object] = field(default_factory=dict)
    lifecycle: Lifecycle | None = None
    typical_seconds: float | None = None
    example: str = ""
    example_params: Mapping[str, object] = field(default_factory=dict)
    taken: frozenset[str] = field(init=False, repr=False, compare=False)
    needing: Mapping[str, FieldMapper] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_kinds()
        if not self.id:
            raise ValueError("a model row has no id; use the name of the model")
        if not self.source:
            raise ValueError(
                f"model row {self.id!r} has no source; state where its values were read, and when"
            )
        units = ("second", "megapixel", self.modality)
        for price in self.prices:
            if price.unit not in units:
                raise ValueError(
                    f"model row {self.id!r} has a price per {price.unit!r}; use {', '.join(units)}"
                )
        for name in ("fields", "fixed", "defaults", "constants", "priced_params", "example_params"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        mapped = (mapper.fields for mapper in self.fields.values())
        object.__setattr__(self, "taken", frozenset(self.fixed).union(*mapped))
        needing = {path: mapper for path, mapper in self.fields.items() if mapper.may_be_missing}
        object.__setattr__(self, "needing", MappingProxyType(needing))

    def _check_kinds(self) -> None:
        owner = f"model row {self.id!r}"
        check_kinds(owner, self, _MODEL_KINDS)
        check_items(owner, "fields", self.fields, str, "names of payload members")
        check_items(owner, "fields", self.fields.values(), FieldMapper, "field mappers")
        check_items(owner, "rules", self.rules, Rule, "Rule")
        check_items(owner, "prices", self.prices, Price, "Price")
        check_amount(owner, "typical_seconds", self.typical_seconds)
        check_members(owner, self.fields, self.constants)

    @property
    def example_name(self) -> str:
        """A model name that this row serves."""
        return self.example or self.id.replace("*", "standard")

    def capabilities(self) -> tuple[FieldCapability, ...]:
        """Return what the model takes for each unified field, in table order."""
        mapped = tuple(item for mapper in self.fields.values() for item in mapper.describe())
        named = {item.field for item in mapped}
        fixed = tuple(
            FieldCapability(field=name, allowed=(value,), note="always")
            for name, value in self.fixed.items()
            if name not in named
        )
        return mapped + fixed

    def check_fields(self) -> None:
        """Check that mappers, rules and fixed values are for fields that requests of this modality have; others would never match.

        Prices and defaults may also name what `tarash_map` adds to the values, so only a name that resembles a field is refused
        there.

        Raises:
            ValidationError: a field or a payload member is unknown; the message suggests the right one.
        """
        known = (*mapped_fields(modality_named(self.modality).request), *IMAGE_ROLES, "extra_params")
        for path, mapper in self.fields.items():
            self._check_names(f"{path!r} of {self.id} maps", mapper.fields, known)
        self._check_names(f"fixed of {self.id} has", self.fixed, known)
        for rule in self.rules:
            owner = f"the rule {rule.reason!r} of {self.id} has"
            self._check_names(owner, (*rule.when, *rule.allow, *rule.require), known)
        for name in {*self.defaults, *(name for price in self.prices for name in price.when)}:
            meant = near_miss(name, known)
            if meant is not None:
                raise ValidationError(
                    f"a price or the defaults of {self.id} have {name!r}, which is not a field of {self.modality} requests; did you "
                    f"mean {meant!r}?"
                )
        lost = next((path for path in self.replaced_by if path not in self.fields), None)
        if lost is not None:
            raise ValidationError(
                f"replaced_by of {self.id} has {lost!r}, which is not a payload member of fields{did_you_mean(lost, self.fields)}"
            )

    def _check_names(self, owner: str, names: Iterable[str], known: Sequence[str]) -> None:
        for name in names:
            if name not in known:
                raise ValidationError(
                    f"{owner} {name!r}, which is not a field of {self.modality} requests{did_you_mean(name, known)} "
                    f"(fields: {', '.join(known)})"
                )

    def accepts(self, name: str) -> bool:
        """Return whether the model takes a unified field or an image role."""
        return name in self.taken

    def needs(self, name: str) -> bool:
        """Return whether the model requires a unified field."""
        return any(mapper.required and mapper.fields == (name,) for mapper in self.fields.values())

    def tasks(self) -> tuple[Task, ...]:
        """Return what the model can be used for, by the fields it takes."""
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
        """Return a sentence if the model is retired, is deprecated, or ends within 60 days; else None."""
        end = self.lifecycle
        if end is None:
            return None
        where = f" {end.where}" if end.where else ""
        instead = f"; use {end.replacement}" if end.replacement else ""
        if end.ends_on is None:
            return f"model {self.id} is deprecated{where}{instead}"
        if end.ends_on < today:
            return f"model {self.id} was retired{where} on {end.ends_on.isoformat()}{instead}"
        if (end.ends_on - today).days <= 60:
            return f"model {self.id} ends{where} on {end.ends_on.isoformat()}{instead}"
        return None


_RULE_KINDS: Kinds = {
    "when": (Mapping, "a mapping"),
    "allow": (Mapping, "a mapping"),
    "require": ((tuple, list), "a tuple of names"),
}
_PRICE_KINDS: Kinds = {
    "usd": ((int, float), "a number of US dollars"),
    "when": (Mapping, "a mapping"),
    "usd_first": ((int, float, NoneType), "a number of US dollars or None"),
    "usd_per_input_image": ((int, float), "a number of US dollars"),
    "free_input_images": (int, "a whole number"),
    "usual_megapixels": ((int, float, NoneType), "a number or None"),
}
_MODEL_KINDS: Kinds = {
    "id": (str, "text"),
    "modality": (str, "text"),
    "source": (str, "text"),
    "example": (str, "text"),
    "route": (str, "text"),
    "fields": (Mapping, "a mapping of payload members to field mappers"),
    "fixed": (Mapping, "a mapping"),
    "defaults": (Mapping, "a mapping"),
    "constants": (Mapping, "a mapping"),
    "replaced_by": (Mapping, "a mapping"),
    "example_params": (Mapping, "a mapping"),
    "rules": ((tuple, list), "a tuple of Rule"),
    "prices": ((tuple, list), "a tuple of Price"),
    "priced_params": (Mapping, "a mapping"),
    "lifecycle": ((Lifecycle, NoneType), "a Lifecycle or None"),
    "typical_seconds": ((int, float, NoneType), "a number of seconds or None"),
}
