"""What Kling's models cost, in US dollars; both designs of the API cost the same."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Price

PRICES = "Kling price page, read 2026-09-20"
COMFY_2025 = "price list of Comfy's partner nodes of 2025, in the repository Comfy-Org/docs, read 2026-11-27"
AT_FAL = "unverified: the price at fal, which passes on Kling's; fal's model pages, copies of 2026"
RESELLERS = "unverified: resellers' prices, read 2026-11-22; Kling's own page was not seen"


def per_second(silent: Mapping[str, float], sound: Mapping[str, float] | None = None) -> tuple[Price, ...]:
    """Return prices per second by resolution, without and with native audio."""
    return tuple(
        Price(usd=usd, unit="second", when={"resolution": resolution, **audio}, source=PRICES)
        for table, audio in (
            (silent, {"generate_audio": False} if sound else {}),
            (sound or {}, {"generate_audio": True}),
        )
        for resolution, usd in table.items()
    )


def omni_prices(
    silent: Mapping[str, float], sound: Mapping[str, float], with_video: Mapping[str, float]
) -> tuple[Price, ...]:
    """Return the prices per second of an omni model: silent, with native audio, and with an input video."""
    tables: tuple[tuple[Mapping[str, float], dict[str, object]], ...] = (
        (silent, {"video": None, "generate_audio": False}),
        (sound, {"video": None, "generate_audio": True}),
        (with_video, {}),
    )
    return tuple(
        Price(usd=usd, unit="second", when={"resolution": resolution, **when}, source=PRICES)
        for table, when in tables
        for resolution, usd in table.items()
    )


def per_clip(standard: float, professional: float, source: str = COMFY_2025) -> tuple[Price, ...]:
    """Return the prices of a clip of a retired model: 5 seconds, and 10 at twice the price, by resolution."""
    steps = {"720p": standard, "1080p": professional}
    return tuple(
        Price(
            usd=round(usd * times, 4),
            unit="video",
            when={"resolution": resolution, "duration_seconds": seconds},
            source=source,
        )
        for resolution, usd in steps.items()
        for seconds, times in ((5, 1), (10, 2))
    )


V3_PRICES = per_second(
    {"720p": 0.084, "1080p": 0.112, "4k": 0.42}, {"720p": 0.126, "1080p": 0.168, "4k": 0.42}
)
V2_6_PRICES = per_second({"720p": 0.042, "1080p": 0.07}, {"1080p": 0.14})
V2_5_PRICES = per_second({"720p": 0.042, "1080p": 0.07})
V3_OMNI_PRICES = omni_prices(
    {"720p": 0.084, "1080p": 0.112, "4k": 0.42},
    {"720p": 0.112, "1080p": 0.14, "4k": 0.42},
    {"720p": 0.126, "1080p": 0.168, "4k": 0.42},
)
O1_PRICES = omni_prices({"720p": 0.084, "1080p": 0.112}, {}, {"720p": 0.126, "1080p": 0.168})
MOTION_PRICES = {
    "3.0": per_second({"720p": 0.126, "1080p": 0.168}),
    "2.6": per_second({"720p": 0.07, "1080p": 0.112}),
}
AVATAR_PRICES = per_second({"720p": 0.056, "1080p": 0.112})
V4_PRICES = tuple(
    Price(usd=usd, unit="second", when={"resolution": resolution}, source=RESELLERS)
    for resolution, usd in (("720p", 0.157), ("1080p", 0.235))
)
LIP_SYNC_PRICES = (Price(usd=0.014, unit="second", source=f"{PRICES}: 0.07 per 5 seconds"),)
EXTEND_PRICES = (Price(usd=0.28, unit="video", source=COMFY_2025),)
