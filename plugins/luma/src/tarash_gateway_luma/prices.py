"""What Luma's models cost, in US dollars."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Price

INPUT_IMAGES = "input_images"
"""Name under which the mapped values hold how many images an image request has; the price depends on it."""

_AGENTS_SOURCE = "Luma Agents API documentation, pricing, read 2026-11-22"
_RESELLER_SOURCE = "unverified: fal model page of uni-1-max, read 2026-11-22; Luma's own table was not seen"
_DREAM_SOURCE = "unverified: Comfy-Org price table, read 2026-11-22; older, and may contain a margin"
_DREAM_COMPUTED = (
    "computed: Comfy-Org price table of 2026, read 2026-11-27, less its margin of 43 %, "
    "which the older table of the 4k clips confirms"
)
# fal asks more for a video from text alone: 0.50, 1.00 and 2.00 for 5 seconds
_RAY_3_2_SOURCE = "unverified: Comfy-Org and Replicate price tables of 2026, which agree, read 2026-11-27; Luma's own table was not seen"
_MAX_IMAGES = 9


def _per_image(text_only: float, first: float, each_further: float, source: str) -> tuple[Price, ...]:
    """Return a price per number of input images, none to nine."""
    return (
        Price(usd=text_only, unit="image", when={INPUT_IMAGES: 0}, source=source),
        *(
            Price(
                usd=round(first + each_further * (count - 1), 4),
                unit="image",
                when={INPUT_IMAGES: count},
                source=source,
            )
            for count in range(1, _MAX_IMAGES + 1)
        ),
    )


def _per_clip(
    costs: dict[tuple[str, int], float], source: str = _DREAM_SOURCE, **when: object
) -> tuple[Price, ...]:
    """Return a price per resolution and length of a clip; all hold only under `when`."""
    return tuple(
        Price(
            usd=usd,
            unit="video",
            when={"resolution": resolution, "duration_seconds": seconds, **when},
            source=source,
        )
        for (resolution, seconds), usd in costs.items()
    )


UNI_1 = _per_image(0.0404, 0.0434, 0.0030, _AGENTS_SOURCE)
UNI_1_MAX = _per_image(0.10, 0.103, 0.003, _RESELLER_SOURCE)
RAY_2 = _per_clip(
    {
        ("540p", 5): 0.40,
        ("540p", 9): 0.72,
        ("720p", 5): 0.71,
        ("720p", 9): 1.27,
        ("1080p", 5): 1.59,
        ("1080p", 9): 2.87,
        ("4k", 5): 6.37,
        ("4k", 9): 11.47,
    }
)
RAY_FLASH_2 = (
    *_per_clip({("4k", 5): 2.19, ("4k", 9): 3.94}),
    *_per_clip(
        {
            ("540p", 5): 0.14,
            ("540p", 9): 0.25,
            ("720p", 5): 0.24,
            ("720p", 9): 0.43,
            ("1080p", 5): 0.55,
            ("1080p", 9): 0.99,
        },
        _DREAM_COMPUTED,
    ),
)
RAY_1_6 = (Price(usd=0.35, unit="video", source=_DREAM_SOURCE),)
# an input video is billed by its length, and what for depends on what is done with it
RAY_3_2 = _per_clip(
    {
        ("540p", 5): 0.15,
        ("540p", 10): 0.45,
        ("720p", 5): 0.30,
        ("720p", 10): 0.90,
        ("1080p", 5): 1.20,
        ("1080p", 10): 3.60,
    },
    _RAY_3_2_SOURCE,
    video=None,
)
PHOTON_1 = (Price(usd=0.0073, unit="image", source=_DREAM_SOURCE),)
PHOTON_FLASH_1 = (Price(usd=0.0019, unit="image", source=_DREAM_SOURCE),)
