"""What a client or a price map knows of a model: its fields, their values, its prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["text", "number", "boolean", "list", "object"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a field takes.

    Attributes:
        values: the values that are listed, each once, in their order.
        free: kinds of which any value is taken.
    """

    values: tuple[object, ...] = ()
    free: frozenset[Kind] = frozenset()

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of JSON value that are taken; empty if nothing is known."""
        return self.free.union(kind_of(value) for value in self.values)

    def takes(self, value: object) -> bool:
        """Return whether a value is listed, or of a kind of which any is taken."""
        return kind_of(value) in self.free or any(
            type(value) is type(listed) and value == listed for listed in self.values
        )

    def merged(self, other: Shape) -> Shape:
        """Return what either takes."""
        return shape_of_values([*self.values, *other.values], free=self.free | other.free)


def shape_of_values(values: Iterable[object], *, free: frozenset[Kind] = frozenset()) -> Shape:
    """Return the shape of a list of values, without repetitions."""
    unique: list[object] = []
    for value in values:
        if not any(type(value) is type(other) and value == other for other in unique):
            unique.append(value)
    return Shape(values=tuple(unique), free=free)


def kind_of(value: object) -> Kind:
    """Return the kind of a JSON value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list | tuple):
        return "list"
    return "object" if isinstance(value, Mapping) else "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownField:
    """A field of a request, as a client's types declare it."""

    shape: Shape
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A model, as a client's types declare it.

    Attributes:
        fields: field by name; empty if the client names the model only.
        closed: whether the fields are this model's own, rather than those of every model of the client.
    """

    fields: Mapping[str, KnownField] = field(default_factory=dict)
    closed: bool = True

    def merged(self, other: KnownModel) -> KnownModel:
        """Return what is known of a model that two requests take: a field is required only if both require it."""
        names = [*self.fields, *(name for name in other.fields if name not in self.fields)]
        fields = {name: _merged(self.fields.get(name), other.fields.get(name)) for name in names}
        return KnownModel(fields=fields, closed=self.closed and other.closed)


def _merged(one: KnownField | None, other: KnownField | None) -> KnownField:
    if one is None or other is None:
        only = one or other
        assert only is not None
        return KnownField(shape=only.shape)
    return KnownField(shape=one.shape.merged(other.shape), required=one.required and other.required)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPrice:
    """A price, as a price map states it.

    Attributes:
        usd: US dollars per unit.
        unit: "second", "image", "megapixel" or "token".
        when: value by request field for which the price applies.
    """

    usd: float
    unit: str
    when: Mapping[str, object] = field(default_factory=dict)
