"""Field mappers whose choices depend on another field of the request, as Kling's pages describe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tarash.tarash_gateway.mapping import Adjustments, FieldCapability, FieldMapper, Values

Conditions: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalMapper(FieldMapper):
    """Maps as `special` where the request has all of `given` and none of `absent`, else as `usual`."""

    usual: FieldMapper
    special: FieldMapper
    given: Conditions
    absent: Conditions = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return self.usual.fields

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        self._chosen(values).fit(values, adjustments)

    def encode(self, values: Values) -> object:
        return self._chosen(values).encode(values)

    def describe(self) -> tuple[FieldCapability, ...]:
        return self.usual.describe()

    def _chosen(self, values: Values) -> FieldMapper:
        special = all(name in values for name in self.given) and not any(
            name in values for name in self.absent
        )
        return self.special if special else self.usual


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpliedValueMapper(FieldMapper):
    """Maps a field, and takes `value` where the request leaves it open but has another field that needs it."""

    inner: FieldMapper
    name: str
    value: object
    needed_by: Conditions

    @property
    def fields(self) -> tuple[str, ...]:
        return self.inner.fields

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        wanting = [name for name in self.needed_by if values.get(name) not in (None, False)]
        if self.name not in values and wanting:
            # Kling would refuse its own default
            adjustments.note(self.name, None, self.value, f"is needed for {' and '.join(wanting)}")
            values[self.name] = self.value
        self.inner.fit(values, adjustments)

    def encode(self, values: Values) -> object:
        return self.inner.encode(values)

    def describe(self) -> tuple[FieldCapability, ...]:
        return self.inner.describe()


def when_given(*given: str, usual: FieldMapper, special: FieldMapper, absent: Conditions = ()) -> FieldMapper:
    """Map as `special` when the request has all fields of `given` and none of `absent`, else as `usual`."""
    return ConditionalMapper(
        usual=usual, special=special, given=given, absent=absent, required=usual.required
    )


def implied(name: str, value: object, inner: FieldMapper, *, needed_by: Conditions) -> FieldMapper:
    """Map with `inner`; take `value` for a `name` left open when the request has a field of `needed_by`."""
    return ImpliedValueMapper(
        inner=inner, name=name, value=value, needed_by=needed_by, required=inner.required
    )
