"""Reads the video or images of an answer, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Asset, Call, Flow, Generated, hookimpl, wire

from .errors import blocked

# 10^10 ticks are one US dollar
TICKS_PER_USD = 10_000_000_000


@hookimpl
def tarash_normalize(call: Call, raw: object) -> Flow[Generated]:
    """Return the outputs. The answer carries them, so nothing more is fetched.

    Raises:
        ContentModerationError: every image was withheld.
    """
    yield from ()
    body = wire.mapping(raw)
    return read_images(body) if call.modality == "image" else read_video(body)


def cost_usd(body: Mapping[str, object]) -> float | None:
    """Return what xAI says it cost, in US dollars."""
    ticks = wire.number(body, "usage", "cost_in_usd_ticks")
    return None if ticks is None else ticks / TICKS_PER_USD


def read_video(body: Mapping[str, object]) -> Generated:
    """Read a finished video. Its URL works for about a day."""
    seconds = wire.number(body, "video", "duration")
    url = wire.text(body, "video", "url")
    asset = Asset(kind="video", url=url, content_type="video/mp4", duration_seconds=seconds)
    return Generated(
        assets=(asset,) if url else (), duration_seconds=seconds, raw=body, cost_usd=cost_usd(body)
    )


def read_images(body: Mapping[str, object]) -> Generated:
    """Read the images, leaving out those that moderation withheld: they are listed, but have no media."""
    entries = wire.items(body, "data")
    kept = [item for item in entries if wire.member(item, "respect_moderation") is not False]
    if entries and not kept:
        raise blocked(body)
    assets = tuple(asset for item in kept if (asset := _image(item)) is not None)
    return Generated(
        assets=assets,
        raw=wire.without_base64(body),
        cost_usd=cost_usd(body),
        revised_prompt=next(filter(None, (wire.text(item, "revised_prompt") for item in kept)), None),
    )


def _image(item: object) -> Asset | None:
    """Return one image: its URL or, if the user changed `response_format`, its bytes."""
    content_type = wire.text(item, "mime_type")
    url = wire.text(item, "url")
    if url is not None:
        return Asset(kind="image", url=url, content_type=content_type)
    content = wire.base64_bytes(item, "b64_json")
    return None if content is None else Asset(kind="image", content=content, content_type=content_type)
