"""What Model Studio's models cost, in US dollars, in the two regions whose prices are known.

An input video is charged in addition to the result, so no price holds for a request with one: see `payload`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tarash.tarash_gateway.mapping import Price

REGION: Final = "region"
"""Name under which the mapped values hold the region, on which the price depends."""
SINGAPORE: Final = "ap-southeast-1"
BEIJING: Final = "cn-beijing"
DEFAULT_REGION: Mapping[str, object] = {REGION: SINGAPORE}
"""What a row assumes where nothing is known of the configuration."""

_LISTED = "litellm 1.110.2 price map ({prefix}), read 2026-11-27"
_RESOLD = "unverified: a reseller's prices for Singapore (EmpirioLabs), read 2026-11-27; Alibaba's own table was not seen"


def per_second(singapore: Mapping[str, float], beijing: Mapping[str, float]) -> tuple[Price, ...]:
    """Return the prices of a video model per second of output, by resolution, in each region."""
    return tuple(
        Price(
            usd=usd,
            unit="second",
            when={"resolution": resolution, REGION: region},
            source=_LISTED.format(prefix=prefix),
        )
        for region, prefix, costs in (
            (SINGAPORE, "qwencloud", singapore),
            (BEIJING, "dashscope", beijing),
        )
        for resolution, usd in costs.items()
    )


def per_image(usd: float, *, resold: bool = False) -> tuple[Price, ...]:
    """Return the price of an image in Singapore."""
    source = _RESOLD if resold else _LISTED.format(prefix="dashscope")
    return (Price(usd=usd, unit="image", when={REGION: SINGAPORE}, source=source),)


WAN_3 = per_second(
    {"480p": 0.05, "720p": 0.10, "1080p": 0.20}, {"480p": 0.041256, "720p": 0.082513, "1080p": 0.165025}
)
WAN_3_PRIME = per_second(
    {"480p": 0.068, "720p": 0.14, "1080p": 0.28}, {"480p": 0.0636, "720p": 0.127199, "1080p": 0.254399}
)
WAN_2_7 = per_second({"720p": 0.10, "1080p": 0.15}, {"720p": 0.086012, "1080p": 0.143353})
HAPPYHORSE_1_1 = per_second(
    {"480p": 0.07, "720p": 0.14, "1080p": 0.18}, {"480p": 0.0618845, "720p": 0.123769, "1080p": 0.165026}
)
HAPPYHORSE_1_0 = per_second({"720p": 0.14, "1080p": 0.24}, {"720p": 0.123769, "1080p": 0.220034})
