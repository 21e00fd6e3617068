"""Reads what a finished task produced, and what it cost, in the words of either design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from tarash.tarash_gateway.plugin import Asset, Flow, Generated, hookimpl, link_expiry, wire

# outputs are deleted after 30 days (query pages, 2026-09-20)
LINK_LIFETIME = timedelta(days=30)

URL_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "video": ("url",),
    "image": ("url",),
    "audio": ("wav_url", "mp3_url"),
}
"""Kind of an output → members that may hold its URL, the best first."""


@hookimpl
def tarash_normalize(raw: object) -> Flow[Generated]:
    """List the outputs of a finished task; its status carries them all, so nothing is fetched."""
    yield from ()
    return read_result(raw)


def read_result(task: object) -> Generated:
    """Return what a finished task produced."""
    entries = [*_path_outputs(task), *_legacy_outputs(task)]
    ended = wire.moment(task, "update_time") or wire.moment(task, "updated_at")
    assets = tuple(asset for kind, entry in entries if (asset := _asset(kind, entry, ended)) is not None)
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


def _asset(kind: str, entry: Mapping[str, object], ended: datetime | None) -> Asset | None:
    url = next((found for name in URL_MEMBERS.get(kind, ()) if (found := wire.text(entry, name))), None)
    if url is None:
        return None
    is_video = kind == "video"
    return Asset(
        kind=kind,
        url=url,
        content_type="video/mp4" if is_video else None,
        duration_seconds=wire.number(entry, "duration") if is_video else None,
        expires_at=link_expiry(url, made_at=ended, lifetime=LINK_LIFETIME),
    )
