"""Reads what a finished task produced, and what it cost, in the words of either design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from tarash.tarash_gateway.plugin import Asset, Flow, Generated, hookimpl, wire

# outputs are deleted after 30 days (query pages, 2026-09-20)
KEPT = timedelta(days=30)


@hookimpl
def tarash_normalize(raw: object) -> Flow[Generated]:
    """List the outputs of a finished task; its status carries them all, so nothing is fetched."""
    yield from ()
    return read_result(raw)


def read_result(task: object) -> Generated:
    """Return what a finished task produced."""
    entries = [*_path_outputs(task), *_legacy_outputs(task)]
    assets = tuple(asset for kind, entry in entries if (asset := _asset(kind, entry, task)) is not None)
    return Generated(
        assets=assets,
        duration_seconds=next((a.duration_seconds for a in assets if a.kind == "video"), None),
        raw=task,
        cost_usd=billed_usd(task),
    )


def billed_usd(task: object) -> float | None:
    """Return what was taken from the balance in US dollars; None for resource packs and other currencies."""
    amounts = [
        amount
        for entry in wire.items(task, "billing")
        if wire.text(entry, "charge_type") == "cash"
        and wire.text(entry, "currency") == "USD"
        and (amount := wire.number(entry, "amount")) is not None
    ]
    return round(sum(amounts), 6) if amounts else None


def _path_outputs(task: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    for entry in wire.items(task, "outputs"):
        yield wire.text(entry, "type") or "", wire.mapping(entry)


def _legacy_outputs(task: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name, kind in (("videos", "video"), ("images", "image"), ("series_images", "image")):
        for entry in wire.items(task, "task_result", name):
            yield kind, wire.mapping(entry)


def _asset(kind: str, entry: Mapping[str, object], task: object) -> Asset | None:
    expires_at = _expires_at(task)
    if kind == "video" and (url := wire.text(entry, "url")):
        duration = wire.number(entry, "duration")
        return Asset(
            kind="video", url=url, content_type="video/mp4", duration_seconds=duration, expires_at=expires_at
        )
    if kind == "image" and (url := wire.text(entry, "url")):
        return Asset(kind="image", url=url, expires_at=expires_at)
    if kind == "audio" and (url := wire.text(entry, "wav_url") or wire.text(entry, "mp3_url")):
        return Asset(kind="audio", url=url, expires_at=expires_at)
    return None


def _expires_at(task: object) -> datetime | None:
    moment = wire.moment(task, "update_time") or wire.moment(task, "updated_at")
    try:
        return None if moment is None else moment + KEPT
    except OverflowError:
        return None
