"""`tarash models`: lists the models, or finds those that can do what is wanted."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from ..api import find_models
from ..discovery import FoundModel
from ..exceptions import ValidationError
from ..mapping.field_mapper import FieldCapability
from ..mapping.table import KNOWN_TASKS, Model, Price
from ..models.money import dollars
from ..models.wording import did_you_mean
from .failures import reported
from .option_groups import check_filled, refuse_empty, with_option_groups
from .options import JsonFlag
from .output import fits, print_columns, print_json, print_wrapped

MODALITIES = ("video", "image")
ORDERS = ("table", "cost")
COLUMNS = ("PROVIDER", "MODEL", "CAN", "COST", "NOTE")
MaxCost = Annotated[
    float | None, typer.Option(help="Most that it may cost, in US dollars; unknown prices are left out.")
]
OneModality = Annotated[
    str | None, typer.Option(metavar="video|image", help="Only models for videos, or for images.")
]
Search = Annotated[
    str | None, typer.Option("--search", "-s", help="Only models with this text in their name.")
]
Order = Annotated[
    str, typer.Option(metavar="table|cost", help="In the order of the tables, or the cheapest first.")
]
Retired = Annotated[bool, typer.Option("--retired", help="Also list the models that have ended.")]


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The options that say what a model must be able to do."""

    can: Annotated[
        str | None,
        typer.Option("--can", "-c", metavar="TASK", help=f"Task: {', '.join(KNOWN_TASKS)}."),
    ] = None
    duration: Annotated[
        float | None, typer.Option("--duration", "-d", help="Length of a video in seconds.")
    ] = None
    aspect_ratio: Annotated[
        str | None, typer.Option("--aspect-ratio", "-a", help="Width to height, such as 9:16.")
    ] = None
    resolution: Annotated[
        str | None, typer.Option("--resolution", "-r", help="Resolution of a video, such as 1080p.")
    ] = None
    size: Annotated[str | None, typer.Option("--size", "-z", help="Size of an image, such as 1024x1024.")] = (
        None
    )
    audio: Annotated[bool | None, typer.Option("--audio/--no-audio", help="With or without sound.")] = None
    max_cost: MaxCost = None
    modality: OneModality = None

    def find(self, provider: str | None) -> tuple[FoundModel, ...]:
        """Return the models of a provider, or of all, that can do all of it."""
        return find_models(
            provider,
            modality=self.modality,
            can=self.can,
            duration_seconds=self.duration,
            aspect_ratio=self.aspect_ratio,
            resolution=self.resolution,
            size=self.size,
            audio=self.audio,
            max_cost_usd=self.max_cost,
        )


@with_option_groups
def list_models(
    filters: Filters,
    provider: Annotated[
        str | None, typer.Argument(help="Provider id; by default, all installed providers.")
    ] = None,
    search: Search = None,
    sort: Order = "table",
    retired: Retired = False,
    as_json: JsonFlag = False,
) -> None:
    """List models, or find those that can do everything you ask for at once."""
    with reported(as_json=as_json, by_option=True):
        check_filled(filters)
        _check(provider, filters.modality, search, sort)
        chosen = _chosen(filters.find(provider), search, sort, retired=retired)
        if as_json:
            print_json([_described(candidate) for candidate in chosen])
        else:
            _print(chosen)
            if not chosen:
                typer.echo("no model fits; ask for less, or leave out an option", err=True)


def _print(chosen: list[FoundModel]) -> None:
    models = [_row(candidate) for candidate in chosen if not is_prefix(candidate.model)]
    if fits(COLUMNS, models):
        print_columns(COLUMNS, models)
    else:
        for provider, name, *facts in models:
            print_wrapped(f"{provider}/{name}")
            print_wrapped("; ".join(fact for fact in facts if fact), indent=4)
    for line in _families(chosen):
        print_wrapped(line)


def is_prefix(row: Model) -> bool:
    """Return whether a row is not one model, but serves every name that begins or looks like its id."""
    return row.generic or row.example_name != row.id


def _families(chosen: list[FoundModel]) -> Iterator[str]:
    """Yield a sentence per provider about the names that are served without a row of their own."""
    for provider in dict.fromkeys(candidate.provider for candidate in chosen):
        rows = [item.model for item in chosen if item.provider == provider and is_prefix(item.model)]
        starts = list(dict.fromkeys(row.id for row in rows if not row.generic))
        words = [f"names that begin with {', '.join(starts)}"] if starts else []
        if any(row.generic for row in rows):
            words.append("any other name")
        if words:
            yield f"{provider} also takes {', and '.join(words)}"


def _check(provider: str | None, modality: str | None, search: str | None, sort: str) -> None:
    for label, given in (("PROVIDER", provider), ("--search", search)):
        if given == "":
            refuse_empty(label)
    if provider is not None and "/" in provider:
        owner, _, name = provider.partition("/")
        raise ValidationError(
            f"{provider!r} names a model; to find it, write: tarash models {owner} --search {name}"
        )
    if modality not in (None, *MODALITIES):
        raise ValidationError(
            f"--modality {modality!r} is not a modality{did_you_mean(str(modality), MODALITIES)} (modalities: {', '.join(MODALITIES)})"
        )
    if sort not in ORDERS:
        raise ValidationError(
            f"--sort {sort!r} is not an order{did_you_mean(sort, ORDERS)} (orders: {', '.join(ORDERS)})"
        )


def _chosen(
    found: tuple[FoundModel, ...], search: str | None, sort: str, *, retired: bool
) -> list[FoundModel]:
    wanted = (search or "").lower()
    chosen = [
        candidate
        for candidate in found
        if wanted in candidate.model.id.lower() and (retired or not _has_ended(candidate))
    ]
    return sorted(chosen, key=_least_cost) if sort == "cost" else chosen


def _has_ended(candidate: FoundModel) -> bool:
    end = candidate.model.lifecycle
    return end is not None and end.ends_on is not None and end.ends_on < datetime.now(UTC).date()


def _least_cost(candidate: FoundModel) -> float:
    """Return the cost of what is wanted, else the lowest price per unit; unknown is last."""
    if candidate.estimated_cost_usd is not None:
        return candidate.estimated_cost_usd
    return min((price.usd for price in candidate.model.prices), default=math.inf)


def _row(candidate: FoundModel) -> tuple[str, ...]:
    row = candidate.model
    end = row.lifecycle
    notes = ["unverified name" if row.unverified else ""]
    if end is not None:
        notes.append(_end(end.ends_on, end.where))
        notes.append(f"use {end.replacement}" if end.replacement else "")
    return (
        candidate.provider,
        row.id,
        ", ".join(row.tasks()),
        _cost(candidate),
        "; ".join(note for note in notes if note),
    )


def _end(day: date | None, where: str) -> str:
    when = (
        f"{'ended' if day < datetime.now(UTC).date() else 'ends'} {day.isoformat()}" if day else "deprecated"
    )
    return f"{when} {where}".rstrip()


def _cost(candidate: FoundModel) -> str:
    """Return the cost of what is wanted, else the prices per unit, else nothing."""
    if candidate.estimated_cost_usd is not None:
        return dollars(candidate.estimated_cost_usd)
    prices = sorted({(price.usd, price.unit) for price in candidate.model.prices})
    if not prices:
        return ""
    (least, unit), (most, _) = prices[0], prices[-1]
    span = dollars(least) if least == most else f"{dollars(least)}–{dollars(most)}"
    return f"{span}/{unit}"


def _described(candidate: FoundModel) -> dict[str, object]:
    row = candidate.model
    end = row.lifecycle
    return {
        "provider": candidate.provider,
        "model": row.id,
        "example": row.example_name,
        "modality": row.modality,
        "generic": row.generic,
        "prefix": is_prefix(row),
        "unverified": row.unverified,
        "tasks": list(row.tasks()),
        "fields": [dict(_members(item)) for item in row.capabilities()],
        "rules": [rule.reason for rule in row.rules],
        "prices": [dict(_members(price)) for price in row.prices],
        "estimated_cost_usd": candidate.estimated_cost_usd,
        "ends_on": None if end is None or end.ends_on is None else end.ends_on.isoformat(),
        "replacement": None if end is None else end.replacement,
        "source": row.source,
    }


def _members(item: Price | FieldCapability) -> Iterator[tuple[str, object]]:
    """Yield each field of a dataclass with its value as JSON data, in the order of the class: a new field cannot be forgotten."""
    for member in dataclasses.fields(item):
        value = getattr(item, member.name)
        match value:
            case Mapping():
                yield member.name, dict(value)
            case tuple():
                yield member.name, list(value)
            case _:
                yield member.name, value
