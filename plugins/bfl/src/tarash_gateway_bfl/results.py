"""Reads the outputs of a finished job."""

from __future__ import annotations

from datetime import datetime, timedelta

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    JobReference,
    hookimpl,
    link_expiry,
    wire,
)

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
        assets.append(
            Asset(
                kind="other",
                url=draft,
                expires_at=link_expiry(draft, made_at=ended, lifetime=LINK_LIFETIMES["video"]),
            )
        )
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
        expires_at=link_expiry(url, made_at=ended, lifetime=LINK_LIFETIMES.get(modality)),
    )
