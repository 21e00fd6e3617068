"""Reads the outputs of a finished job."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from tarash.tarash_gateway.plugin import Asset, Call, Flow, Generated, JobReference, hookimpl, wire

from .status import cost_usd

# links work about so long (Black Forest Labs' API skill; comfy-cli 1.23.0, OpenAPI; read 2026-11-27)
LINK_LIFETIMES = {"image": timedelta(minutes=10), "video": timedelta(hours=2)}


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Return the outputs. The status carries their links, so nothing more is fetched."""
    yield from ()
    result = wire.member(raw, "result")
    ended = wire.moment(result, "end_time")
    urls = _urls(result)
    assets = [_asset(call.modality, url, ended) for url in urls]
    # draft mode: a bundle from which the clip can be rendered in full quality
    draft = wire.text(result, "draft_cache")
    if draft is not None:
        assets.append(Asset(kind="other", url=draft, expires_at=_expiry(draft, "video", ended)))
    prompt = wire.text(result, "prompt")
    return Generated(
        assets=tuple(assets),
        # "duration" is how long the generation took, not how long the clip is
        seed=wire.integer(result, "seed"),
        raw=raw,
        cost_usd=cost_usd(raw, job),
        revised_prompt=None if prompt == call.values.get("prompt") else prompt,
    )


def _urls(result: object) -> list[str]:
    """Return the links of the outputs: one, or those of a batch."""
    sample = wire.text(result, "sample")
    if sample is not None:
        return [sample]
    listed = wire.items(result) or wire.items(result, "samples")
    found = (
        item if isinstance(item, str) else wire.text(item, "sample") or wire.text(item, "url")
        for item in listed
    )
    return [url for url in found if url]


def _asset(modality: str, url: str, ended: datetime | None) -> Asset:
    return Asset(
        kind=modality,
        url=url,
        content_type="video/mp4" if modality == "video" else None,
        expires_at=_expiry(url, modality, ended),
    )


def _expiry(url: str, modality: str, ended: datetime | None) -> datetime | None:
    """Return when a link ends: as its signature says, else so long after the job's end."""
    signed = signed_until(url)
    try:
        return signed if signed is not None or ended is None else ended + LINK_LIFETIMES[modality]
    except (KeyError, OverflowError):
        return None


def signed_until(url: str) -> datetime | None:
    """Return when a signed link ends, by its query (Azure's storage has `se`); None if it is not signed."""
    try:
        query = parse_qs(urlsplit(url).query)
    except ValueError:
        return None
    return wire.moment(query.get("se", [None])[0])
