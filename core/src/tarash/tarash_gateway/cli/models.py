"""`tarash models`: lists the models, or finds those that can do what is wanted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from ..api import find_models
from ..discovery import FoundModel
from ..exceptions import ValidationError
from ..mapping.table import KNOWN_TASKS
from ..models.money import dollars
from .failures import reported
from .options import JsonFlag
from .output import print_columns, print_json


def list_models(
    provider: Annotated[
        str | None, typer.Argument(help="Provider id; by default, all installed providers.")
    ] = None,
    can: Annotated[
        str | None,
        typer.Option(metavar="TASK", help=f"Task: {', '.join(KNOWN_TASKS)}."),
    ] = None,
    duration: Annotated[float | None, typer.Option(help="Length of a video in seconds.")] = None,
    aspect_ratio: Annotated[str | None, typer.Option(help="Width to height, such as 9:16.")] = None,
    resolution: Annotated[str | None, typer.Option(help="Resolution of a video, such as 1080p.")] = None,
    size: Annotated[str | None, typer.Option(help="Size of an image, such as 1024x1024.")] = None,
    audio: Annotated[bool | None, typer.Option("--audio/--no-audio", help="With or without sound.")] = None,
    max_cost: Annotated[
        float | None, typer.Option(help="Most that it may cost, in US dollars; unknown prices are left out.")
    ] = None,
    modality: Annotated[
        str | None, typer.Option(metavar="video|image", help="Only models for videos, or for images.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """List models, or find those that can do everything you ask for at once."""
    with reported(as_json=as_json):
        if modality not in (None, "video", "image"):
            raise ValidationError(f"--modality {modality!r} is not a modality; use video or image")
        found = find_models(
            provider,
            modality=modality,
            can=can,
            duration_seconds=duration,
            aspect_ratio=aspect_ratio,
            resolution=resolution,
            size=size,
            audio=audio,
            max_cost_usd=max_cost,
        )
        if as_json:
            print_json([_described(candidate) for candidate in found])
            return
        print_columns(("PROVIDER", "MODEL", "CAN", "COST", "NOTE"), [_row(candidate) for candidate in found])


def _row(candidate: FoundModel) -> tuple[str, ...]:
    row = candidate.model
    end = row.lifecycle
    notes = ["any other name" if row.generic else "", "unverified name" if row.unverified else ""]
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
        "unverified": row.unverified,
        "tasks": list(row.tasks()),
        "fields": [
            {
                "field": item.field,
                "allowed": list(item.allowed),
                "required": item.required,
                "minimum": item.minimum,
                "maximum": item.maximum,
                "note": item.note,
            }
            for item in row.capabilities()
        ],
        "rules": [rule.reason for rule in row.rules],
        "prices": [
            {"usd": price.usd, "unit": price.unit, "when": dict(price.when), "source": price.source}
            for price in row.prices
        ],
        "estimated_cost_usd": candidate.estimated_cost_usd,
        "ends_on": None if end is None or end.ends_on is None else end.ends_on.isoformat(),
        "replacement": None if end is None else end.replacement,
        "source": row.source,
    }
