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
FAL_PRICING_JULY = "fal's pricing API of 2026-07-28, in the repository nodetool-ai/nodetool, read 2026-11-27"
FIVE_SECONDS = f"{FAL_PRICING_JULY}: the price of 5 seconds"
OTHER_NAME = f"{FAL_PRICING_JULY}, under the name fal-ai/flux-1"
SAME_MODEL = f"{FAL_PRICING_JULY}, under the name bytedance/seedream/v5/lite"
LIST_OF_MODELS = "unverified: a public list of fal's models and prices of 2026, read 2026-11-27"
VIDU_Q3 = f"unverified: the page of reference-to-video/mix, for the same price of a unit ({FAL_PRICING_JULY})"
VIDEO_TOKENS = f"computed from the price of a video token (width × height × 24 / 1024 a second, at 16:9): {FAL_PRICING_JULY}"


def per_second(usd: float, source: str, **when: object) -> Price:
    """Return the price of a second of video, for requests whose fields have the values of `when`."""
    return Price(usd=usd, unit="second", when=when, source=source)


def per_video(usd: float, source: str, **when: object) -> Price:
    """Return the price of a clip."""
    return Price(usd=usd, unit="video", when=when, source=source)


def per_image(usd: float, source: str, **when: object) -> Price:
    """Return the price of an image."""
    return Price(usd=usd, unit="image", when=when, source=source)


def per_megapixel(
    usd: float, source: str, *, first: float | None = None, usual: float | None = None
) -> Price:
    """Return the price of a megapixel.

    Args:
        usd: US dollars of one.
        source: where it was read.
        first: US dollars of the first one, if that costs another amount.
        usual: how many a picture has whose size is left out or a preset, if that is known; without it, nothing is estimated.
    """
    return Price(usd=usd, unit="megapixel", usd_first=first, usual_megapixels=usual, source=source)


def per_second_by_resolution(prices: Mapping[str, float], source: str) -> tuple[Price, ...]:
    """Return one price of a second per resolution."""
    return tuple(per_second(usd, source, resolution=word) for word, usd in prices.items())


def per_second_of_tokens(usd_per_million: float, steps: Mapping[str, tuple[int, int]]) -> tuple[Price, ...]:
    """Return the prices of a second by resolution, for a model that is billed by video tokens.

    Args:
        usd_per_million: price of a million tokens.
        steps: width and height in pixels by resolution.
    """
    return tuple(
        per_second(
            round(width * height * 24 / 1024 * usd_per_million / 1e6, 5), VIDEO_TOKENS, resolution=word
        )
        for word, (width, height) in steps.items()
    )


def silent_and_audio(silent: float, audio: float, source: str) -> tuple[Price, ...]:
    """Return the prices of a second with and without sound."""
    return (per_second(audio, source, generate_audio=True), per_second(silent, source))
