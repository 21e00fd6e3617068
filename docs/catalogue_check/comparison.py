"""Compares the rows of a provider with what its clients and the price map know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from tarash.tarash_gateway.mapping.catalogue import Catalogue
from tarash.tarash_gateway.mapping.table import Model

from .facts import KnownField, KnownModel, KnownPrice
from .judgements import reason_for
from .ours import sent_fields
from .price_judgements import price_reason_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of one model that the row and the client see differently.

    Attributes:
        model: model name.
        field: name of the field on the wire.
        ours, theirs: what each says.
        values: values that only one of them has.
    """

    model: str
    field: str
    ours: str
    theirs: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that differs for one provider.

    Attributes:
        sources: what was read, such as "openai 3.57.0".
        shared: number of models that both sides know.
        lacking: models that only they know.
        ours_only: rows that only we have, those marked unverified included.
        unmarked: those of `ours_only` that are not marked.
        never_sent: required fields that a request may leave out, or cannot even send.
        unknown_fields: fields that we send and the client does not know.
        values: fields whose type or values differ.
        prices: prices that differ, or that our row cannot say.
        unpriced: models that the price map has a price for, and we have none.
        ends: models of ours whose end the price map puts on another day, or that have none in our rows.
        rows: number of rows, without the generic ones.
        without_price: rows without a price, generic ones left out.
        judged: differences that were looked at and stay, by reason.
    """

    sources: tuple[str, ...]
    shared: int = 0
    lacking: tuple[str, ...] = ()
    ours_only: tuple[str, ...] = ()
    unmarked: tuple[str, ...] = ()
    never_sent: tuple[Difference, ...] = ()
    unknown_fields: tuple[Difference, ...] = ()
    values: tuple[Difference, ...] = ()
    prices: tuple[Difference, ...] = ()
    unpriced: tuple[str, ...] = ()
    ends: tuple[Difference, ...] = ()
    rows: int = 0
    without_price: tuple[str, ...] = ()
    judged: Mapping[str, tuple[Difference, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Found:
    never_sent: list[Difference] = field(default_factory=list)
    unknown_fields: list[Difference] = field(default_factory=list)
    values: list[Difference] = field(default_factory=list)
    prices: list[Difference] = field(default_factory=list)
    unpriced: list[str] = field(default_factory=list)
    judged_prices: dict[str, list[Difference]] = field(default_factory=dict)


def compare(
    catalogue: Catalogue,
    models: Mapping[str, KnownModel],
    prices: Mapping[str, Sequence[KnownPrice]],
    *,
    provider: str,
    sources: tuple[str, ...],
    ends: Mapping[str, AbstractSet[date]] = MappingProxyType({}),
) -> Comparison:
    """Compare a provider's rows with what others know.

    Args:
        catalogue: the rows.
        models: model by name, from the official client.
        prices: prices by model name, from the price map.
        provider: provider id, whose judgements apply.
        sources: what was read.
        ends: last days by model name, from the price map; a model may end on one day at each server.
    """
    known = sorted({*models, *prices})
    served = {name: row for name in known if (row := row_for(catalogue, name)) is not None}
    found = _Found()
    for name, row in served.items():
        if name in models:
            _compare_fields(name, sent_fields(row), models[name], found)
    for name in prices:
        _compare_prices(name, served.get(name), prices[name], found, provider=provider)
    own = [row for row in catalogue.rows if not row.generic]
    rows_known = {(row.modality, row.id) for row in served.values()}
    ours_only = [row for row in own if (row.modality, row.id) not in rows_known]
    judged = found.judged_prices
    return Comparison(
        sources=sources,
        shared=len(served),
        lacking=tuple(name for name in known if name not in served),
        ours_only=tuple(row.id for row in ours_only),
        unmarked=tuple(row.id for row in ours_only if not row.unverified),
        never_sent=_open(provider, found.never_sent, judged),
        unknown_fields=_open(provider, found.unknown_fields, judged),
        values=_open(provider, found.values, judged),
        prices=tuple(found.prices),
        unpriced=tuple(found.unpriced),
        ends=tuple(_other_ends(catalogue, ends)),
        rows=len(own),
        without_price=tuple(row.id for row in own if not row.prices),
        judged={reason: tuple(differences) for reason, differences in judged.items()},
    )


def _open(
    provider: str, differences: Sequence[Difference], judged: dict[str, list[Difference]]
) -> tuple[Difference, ...]:
    """Return the differences that nobody has judged, and put the others with their reasons."""
    left: list[Difference] = []
    for item in differences:
        reason = reason_for(provider, item.field, item.model, item.values)
        (left if reason is None else judged.setdefault(reason, [])).append(item)
    return tuple(left)


def _other_ends(catalogue: Catalogue, ends: Mapping[str, AbstractSet[date]]) -> Iterator[Difference]:
    for name, days in sorted(ends.items()):
        row = row_for(catalogue, name)
        if row is None:
            continue
        ours = None if row.lifecycle is None else row.lifecycle.ends_on
        if ours not in days:
            theirs = ", ".join(day.isoformat() for day in sorted(days))
            told = "no end" if ours is None else ours.isoformat()
            yield Difference(model=name, field="end", ours=told, theirs=theirs)


def row_for(catalogue: Catalogue, name: str) -> Model | None:
    """Return the row of its own that a name has, in either modality; None if a generic row serves it, or none."""
    for modality in ("video", "image"):
        row = catalogue.lookup(name, modality)
        if row is not None and not row.generic:
            return row
    return None


def _compare_fields(name: str, ours: Mapping[str, KnownField], theirs: KnownModel, found: _Found) -> None:
    for wire, known in theirs.fields.items():
        mine = ours.get(wire)
        if known.required and (mine is None or not mine.required):
            told = "never sent" if mine is None else "sent if the request has it"
            found.never_sent.append(Difference(model=name, field=wire, ours=told, theirs="required"))
        if mine is not None:
            found.values += _value_differences(name, wire, mine, known, closed=theirs.closed)
    if theirs.fields:
        found.unknown_fields += [
            Difference(model=name, field=wire, ours="sent", theirs="unknown")
            for wire in ours
            if wire not in theirs.fields
        ]


def _value_differences(
    name: str, wire: str, mine: KnownField, known: KnownField, *, closed: bool
) -> Iterator[Difference]:
    ours, theirs = mine.shape, known.shape
    if not ours.kinds or not theirs.kinds:
        return
    if not ours.kinds & theirs.kinds:
        yield Difference(
            model=name, field=wire, ours=", ".join(sorted(ours.kinds)), theirs=", ".join(sorted(theirs.kinds))
        )
        return
    wrong = [value for value in ours.values if not theirs.takes(value)]
    missed = [value for value in theirs.values if closed and not ours.takes(value)]
    if wrong or missed:
        yield Difference(
            model=name,
            field=wire,
            ours=_listed("only we: ", wrong),
            theirs=_listed("only they: ", missed),
            values=tuple(map(str, [*wrong, *missed])),
        )


def _listed(before: str, values: Sequence[object]) -> str:
    return before + ", ".join(str(value) for value in values) if values else ""


def _compare_prices(
    name: str, row: Model | None, prices: Sequence[KnownPrice], found: _Found, *, provider: str
) -> None:
    for known in prices:
        ours = None if row is None else our_price(row, known)
        if ours is not None and agree(ours, known.usd):
            continue
        when = ", ".join(f"{key}={value}" for key, value in known.when.items()) or "otherwise"
        difference = Difference(
            model=name,
            field=when,
            ours="no price" if ours is None else f"${ours:g} per {known.unit}",
            theirs=f"${known.usd:g} per {known.unit}",
        )
        reason = price_reason_for(provider, name, known)
        if reason is not None:
            found.judged_prices.setdefault(reason, []).append(difference)
        elif row is not None and row.prices:
            found.prices.append(difference)
        elif name not in found.unpriced:
            found.unpriced.append(name)


def agree(ours: float, theirs: float) -> bool:
    """Return whether two prices are the same but for rounding: some pages state fewer digits."""
    return abs(ours - theirs) <= theirs * 0.01


def our_price(row: Model, known: KnownPrice) -> float | None:
    """Return what a row says one unit costs where a known price applies; None if it does not say."""
    given = {**row.defaults, **known.when, **row.fixed}
    for price in row.prices:
        if all(given.get(name) == value for name, value in price.when.items()):
            return price.usd if price.unit == known.unit else None
    return None
