"""Turns Runway's prices in credits into US dollars: one credit is one cent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.mapping import Price

USD_PER_CREDIT = 0.01
LITELLM = "litellm 1.109.1, price map, read 2026-11-22"
DOCS_PRICES = "Runway pricing page, copies of 2026-10-04 and 2026-10-08"
SDK_PRICES = "runwayml 5.24.0, parameter descriptions"
DERIVED = (
    "unverified: derived from a reseller's prices, 1.35 roubles a credit for the models whose credits are published "
    "(timeweb.cloud, read 2026-11-27)"
)
COMFY = "price list of Comfy's partner nodes, where it is the price of gen4_turbo; the repository Comfy-Org/docs, read 2026-11-27"
NO_IMAGES: Mapping[str, object] = {"first_frame": None, "reference": None, "asset": None, "style_image": None}
"""Condition of prices to which each input image adds an amount that is not known."""


def per_second(
    credits_per_second: float, source: str, *, per_input_image: float = 0.0, **when: object
) -> Price:
    """Return the price of a second of video, and of each input image."""
    return _price(credits_per_second, "second", when, source, per_input_image)


def per_image(credits_per_image: float, source: str, **when: object) -> Price:
    """Return the price of an image."""
    return _price(credits_per_image, "image", when, source)


def by_resolution(
    credits_per_second: Mapping[str, float],
    source: str,
    *,
    when: Mapping[str, object] | None = None,
    per_input_image: float = 0.0,
) -> tuple[Price, ...]:
    """Return the prices of a second of video by resolution, and of each input image; all hold only under `when`."""
    return tuple(
        _price(amount, "second", {"resolution": resolution, **(when or {})}, source, per_input_image)
        for resolution, amount in credits_per_second.items()
    )


def _price(
    amount: float,
    unit: Literal["second", "image"],
    when: Mapping[str, object],
    source: str,
    per_input_image: float = 0.0,
) -> Price:
    return Price(
        usd=round(amount * USD_PER_CREDIT, 6),
        unit=unit,
        when=when,
        usd_per_input_image=round(per_input_image * USD_PER_CREDIT, 6),
        source=source,
    )
