"""Short forms of the price rows of official models; community models are billed per second of hardware."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Price

PAGE = "Replicate model page, September 2026"
# LiteLLM's price map, which other plugins cite, has none of Replicate's pictures and clips
LISTED = "unverified: public lists of Replicate's prices, 2026, read 2026-11-27"

A_LIST = "unverified: a reseller's list of Replicate's prices of 2025, read 2026-11-27"


def per_second(usd: float, *, source: str = PAGE, **when: object) -> Price:
    """Return the price of a second of video, for requests whose fields have the values of `when`."""
    return Price(usd=usd, unit="second", when=when, source=source)


def per_second_by_resolution(prices: Mapping[str, float], *, source: str = PAGE) -> tuple[Price, ...]:
    """Return one price of a second per resolution."""
    return tuple(per_second(usd, source=source, resolution=word) for word, usd in prices.items())


def per_clip(prices: Mapping[tuple[int, str], float]) -> tuple[Price, ...]:
    """Return the price of a clip of each length (seconds) and resolution."""
    return tuple(
        Price(
            usd=usd, unit="video", when={"duration_seconds": seconds, "resolution": resolution}, source=PAGE
        )
        for (seconds, resolution), usd in prices.items()
    )


def per_video(usd: float, *, source: str = PAGE) -> Price:
    """Return the price of a clip of the one length that a model has."""
    return Price(usd=usd, unit="video", source=source)


def per_image(usd: float, *, source: str = PAGE, **when: object) -> Price:
    """Return the price of an image."""
    return Price(usd=usd, unit="image", when=when, source=source)
