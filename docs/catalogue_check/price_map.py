"""Reads the prices of images and videos, and the ends of models, from LiteLLM's price map."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
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


def read_prices(text: str, section: str, prefix: str | None = None) -> dict[str, list[KnownPrice]]:
    """Return the prices of one provider, by model; a model that the map names without a price has an empty list.

    Args:
        text: content of the map.
        section: LiteLLM's name of the provider, such as "fal_ai".
        prefix: the beginning of its model names; by default, the section.
    """
    prefix = f"{section if prefix is None else prefix}/"
    found: dict[str, list[KnownPrice]] = {}
    for key, entry in json.loads(text).items():
        if entry.get("litellm_provider") != section or entry.get("mode") not in _MODES:
            continue
        name = key.removeprefix(prefix)
        keyed = _KEYED.fullmatch(name)
        when: dict[str, object] = {}
        if keyed is not None:
            name = keyed["name"]
            when["size"] = f"{keyed['width']}x{keyed['height']}"
            if keyed["quality"]:
                when["quality"] = keyed["quality"]
        prices = found.setdefault(name.removeprefix(prefix), [])
        prices += [price for price in _entry_prices(entry, when) if price not in prices]
    return dict(sorted(found.items()))


def read_ends(text: str, section: str, prefix: str | None = None) -> dict[str, date]:
    """Return the end of each model of one provider that has one, by model; of every mode, since chat models make pictures, too.

    Args:
        text: content of the map.
        section: LiteLLM's name of the provider, such as "fal_ai".
        prefix: the beginning of its model names; by default, the section.
    """
    prefix = f"{section if prefix is None else prefix}/"
    found: dict[str, date] = {}
    for key, entry in json.loads(text).items():
        day = entry.get("deprecation_date")
        if entry.get("litellm_provider") == section and day:
            name = key.removeprefix(prefix)
            keyed = _KEYED.fullmatch(name)
            found[name if keyed is None else keyed["name"].removeprefix(prefix)] = date.fromisoformat(day)
    return found


def _entry_prices(entry: Mapping[str, object], when: Mapping[str, object]) -> Iterator[KnownPrice]:
    """Yield the prices of an entry, those of a resolution or size first."""
    per_pixel = entry.get("output_cost_per_pixel")
    if isinstance(per_pixel, float) and per_pixel > 0:
        yield KnownPrice(usd=round(per_pixel * _PIXELS_PER_MEGAPIXEL, 6), unit="megapixel", when=when)
        return
    yield from _stated(entry, when, _UNITS) or _of_inputs(entry, when) or _of_pixels(entry, when)


def _stated(
    entry: Mapping[str, object], when: Mapping[str, object], units: Mapping[str, str]
) -> list[KnownPrice]:
    steps: list[KnownPrice] = []
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
                steps.append(KnownPrice(usd=usd, unit=unit, when={**when, field: step.lower()}))
    return [*steps, *plain]


def _of_inputs(entry: Mapping[str, object], when: Mapping[str, object]) -> list[KnownPrice]:
    """Return the price of an input picture where no output has a price: the map means the picture that is made."""
    costs = (value for member, value in entry.items() if member.startswith("output_cost"))
    if any(isinstance(usd, int | float) and usd > 0 for usd in costs):
        return []
    return _stated(entry, when, {"input_cost_per_image": "image"})


def _of_pixels(entry: Mapping[str, object], when: Mapping[str, object]) -> list[KnownPrice]:
    """Return the price of a picture whose name has its size and whose pixels have a price; else the price of a token."""
    per_pixel, size = entry.get("input_cost_per_pixel"), when.get("size")
    if isinstance(per_pixel, float) and per_pixel > 0 and isinstance(size, str):
        width, _, height = size.partition("x")
        return [KnownPrice(usd=round(per_pixel * int(width) * int(height), 4), unit="image", when=when)]
    per_token = entry.get("output_cost_per_image_token")
    if isinstance(per_token, float) and per_token > 0:
        return [KnownPrice(usd=per_token, unit="token", when=when)]
    return []
