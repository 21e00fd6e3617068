"""Short forms of the price rows: fal charges most models per second, per clip, per image or per megapixel."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Price

PAGE = "the model's page at fal.ai, copy of 2026"
# neither list is fal's own
SURVEY = "unverified: a survey of fal's endpoints, 2026-09-28"
CATALOGUE_MARCH = "unverified: a list of fal's endpoints, March 2026"
LIST_OF_AUGUST = "unverified: public lists of fal's prices of August and September 2026, read 2026-11-27"
FAL_PRICING = "fal's pricing API of 2026-08-15, in falaw 0.0.79, read 2026-11-27"
RESELLER = "unverified: a reseller's list of fal's prices of October 2025, read 2026-11-27"
LITELLM = "price table of litellm 1.110.2, read 2026-11-27"


def per_second(usd: float, source: str, **when: object) -> Price:
    """Return the price of a second of video, for requests whose fields have the values of `when`."""
    return Price(usd=usd, unit="second", when=when, source=source)


def per_video(usd: float, source: str, **when: object) -> Price:
    """Return the price of a clip."""
    return Price(usd=usd, unit="video", when=when, source=source)


def per_image(usd: float, source: str, **when: object) -> Price:
    """Return the price of an image."""
    return Price(usd=usd, unit="image", when=when, source=source)


def per_megapixel(usd: float, source: str) -> Price:
    """Return the price of a megapixel."""
    return Price(usd=usd, unit="megapixel", source=source)


def per_second_by_resolution(prices: Mapping[str, float], source: str) -> tuple[Price, ...]:
    """Return one price of a second per resolution."""
    return tuple(per_second(usd, source, resolution=word) for word, usd in prices.items())


def silent_and_audio(silent: float, audio: float, source: str) -> tuple[Price, ...]:
    """Return the prices of a second with and without sound."""
    return (per_second(audio, source, generate_audio=True), per_second(silent, source))
