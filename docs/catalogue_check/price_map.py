"""Reads the prices of images and videos from LiteLLM's price map."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from .facts import KnownPrice

MAP: Final = "litellm/model_prices_and_context_window_backup.json"
_MODES: Final = ("image_generation", "image_edit", "video_generation")
_UNITS: Final[Mapping[str, str]] = {
    "output_cost_per_image": "image",
    "output_cost_per_second": "second",
    "output_cost_per_video_per_second": "second",
}
"""What a member prices."""
_PIXELS_PER_MEGAPIXEL: Final = 1024 * 1024
_KEYED = re.compile(
    r"(?:(?P<quality>auto|low|medium|high|xhigh|max|standard|hd)/)?(?P<width>\d+)-x-(?P<height>\d+)/(?P<name>.+)"
)


def read_prices(text: str, section: str) -> dict[str, list[KnownPrice]]:
    """Return the prices of one provider, by model; a model that the map names without a price has an empty list.

    Args:
        text: content of the map.
        section: LiteLLM's name of the provider, such as "fal_ai".
    """
    found: dict[str, list[KnownPrice]] = {}
    for key, entry in json.loads(text).items():
        if entry.get("litellm_provider") != section or entry.get("mode") not in _MODES:
            continue
        name = key.removeprefix(f"{section}/")
        keyed = _KEYED.fullmatch(name)
        when: dict[str, object] = {}
        if keyed is not None:
            name = keyed["name"]
            when["size"] = f"{keyed['width']}x{keyed['height']}"
            if keyed["quality"]:
                when["quality"] = keyed["quality"]
        prices = found.setdefault(name.removeprefix(f"{section}/"), [])
        prices += [price for price in _entry_prices(entry, when) if price not in prices]
    return dict(sorted(found.items()))


def _entry_prices(entry: Mapping[str, object], when: Mapping[str, object]) -> Iterator[KnownPrice]:
    """Yield the prices of an entry, those of a resolution or size first."""
    per_pixel = entry.get("output_cost_per_pixel")
    if isinstance(per_pixel, float) and per_pixel > 0:
        yield KnownPrice(usd=round(per_pixel * _PIXELS_PER_MEGAPIXEL, 6), unit="megapixel", when=when)
        return
    # under a name with a size, the price of an image is entered as one of an input
    units = {**_UNITS, "input_cost_per_image": "image"} if when else _UNITS
    plain: list[KnownPrice] = []
    for member, usd in entry.items():
        for start, unit in units.items():
            step = member.removeprefix(f"{start}_")
            if not isinstance(usd, int | float) or usd <= 0:
                continue
            if member == start:
                plain.append(KnownPrice(usd=usd, unit=unit, when=when))
            elif step != member and re.fullmatch(r"\d[\d.]*[kKpP]?", step):
                field = "size" if unit == "image" else "resolution"
                yield KnownPrice(usd=usd, unit=unit, when={**when, field: step.lower()})
    yield from plain
