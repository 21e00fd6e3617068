"""Decides which allowed value replaces a requested one, and whether it is near enough to be used without being asked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from ..models.dimensions import Ratio, Size

NEAR_SECONDS: Final = 2.0
NEAR_SHARE: Final = 0.25
"""A duration is near within 2 s or 25 % of the requested one, whichever is larger."""

LINE_STEPS: Final = (360, 480, 720, 1080, 2160)
"""Short sides of the resolution steps, in pixels; a resolution in between belongs to the closest step."""

FREE_RATIOS: Final = ("auto", "adaptive")
"""Aspect ratios that leave the choice to the model, so that leaving them out changes nothing that was asked for."""


def nearest(requested: object, allowed: Sequence[object]) -> object | None:
    """Return the allowed value closest to `requested`: numbers by difference, ratios and resolutions by proportion.

    On a tie, the larger number wins, and the earlier ratio or resolution. None if nothing is comparable, as with words.
    """
    measure = _measure(requested)
    if measure is None:
        return None
    scale, wanted = measure
    best: tuple[float, object] | None = None
    for candidate in allowed:
        other = _measure(candidate)
        if other is None or other[0] != scale:
            continue
        distance = abs(other[1] - wanted)
        wins_tie = scale == "number" and other[1] > wanted and best is not None
        if best is None or distance < best[0] - 1e-9 or (wins_tie and distance <= best[0] + 1e-9):
            best = (distance, candidate)
    return None if best is None else best[1]


def _measure(value: object) -> tuple[str, float] | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        # nothing is near a number beyond the range of a float
        return ("number", float(value)) if abs(value) < 1e300 else None
    if isinstance(value, str):
        ratio = Ratio.parse(value)
        if ratio is not None:
            return ("ratio", math.log(ratio.value))
        side = Size.short_side_of(value)
        return None if side is None else ("short side", math.log(side))
    return None


def replacement(
    name: str, requested: object, allowed: Sequence[object], *, shape: object = None
) -> tuple[object | None, bool]:
    """Return the allowed value that replaces a requested one, and whether it is near.

    Args:
        name: unified field name.
        requested: the value that is not allowed.
        allowed: the allowed values.
        shape: aspect ratio of the request, which exact pixels must agree with to be replaced by a step such as "720p".

    Returns:
        The near value if there is one, else the closest one, or None if nothing is comparable.
    """
    if name in ("resolution", "size") and isinstance(requested, str):
        found = _near_size(requested, allowed, shape)
        if found is not None:
            return found, True
    used = nearest(requested, allowed)
    return used, name not in ("resolution", "size") and is_near(name, requested, used)


def is_near(name: str, requested: object, used: object) -> bool:
    """Return whether `used` is so near to `requested` that the result shows what was asked for.

    Args:
        name: unified field name; only durations, resolutions, sizes and aspect ratios have near values.
        requested: the value of the request.
        used: the value to send; None leaves the field out.
    """
    if name == "duration_seconds":
        return _is_near_duration(requested, used)
    if name == "aspect_ratio":
        return requested in FREE_RATIOS or (
            isinstance(requested, str) and isinstance(used, str) and _is_same_shape(requested, used)
        )
    if name in ("resolution", "size") and isinstance(requested, str) and isinstance(used, str):
        if Size.parse(requested) is not None:
            return _is_same_shape(requested, used)
        distance = _steps_between(requested, used)
        return distance is not None and abs(distance) <= 1
    return False


def _is_near_duration(requested: object, used: object) -> bool:
    if not isinstance(requested, int | float) or not isinstance(used, int | float):
        return False
    return abs(used - requested) <= max(NEAR_SECONDS, NEAR_SHARE * requested)


def _is_same_shape(one: str, other: str) -> bool:
    first, second = Ratio.of(one), Ratio.of(other)
    return first is not None and second is not None and first.is_close(second)


def _near_size(requested: str, allowed: Sequence[object], shape: object) -> object | None:
    exact = Size.parse(requested)
    words = [word for word in allowed if isinstance(word, str)]
    if exact is None:
        steps = [word for word in words if Size.parse(word) is None]
        return _near_step(requested, steps or _of_shape(words, shape))
    sizes = {word: size for word in words if (size := Size.parse(word))}
    if sizes:
        return nearest_size(exact, sizes)
    if isinstance(shape, str) and _is_same_shape(requested, shape):
        return _near_step(requested, words)
    return None


def _of_shape(words: Sequence[str], shape: object) -> Sequence[str]:
    """Return the sizes with the shape that the request names, or all if it names none."""
    if not isinstance(shape, str) or Ratio.of(shape) is None:
        return words
    return [word for word in words if _is_same_shape(word, shape)]


def nearest_size(exact: Size, sizes: Mapping[str, Size]) -> str | None:
    """Return the key of the size with the same shape and the closest area; None if none has that shape."""
    alike = {word: size for word, size in sizes.items() if exact.ratio.is_close(size.ratio)}
    return min(alike, key=lambda word: abs(math.log(alike[word].pixels / exact.pixels)), default=None)


def _near_step(requested: str, words: Sequence[str]) -> str | None:
    """Return the closest word of the same step, else of one step down, else, if none is lower, of one step up."""
    distances = {word: steps for word in words if (steps := _steps_between(requested, word)) is not None}
    wanted = 0 if 0 in distances.values() else -1
    if wanted and not any(steps < 0 for steps in distances.values()):
        wanted = 1
    found = nearest(requested, [word for word, steps in distances.items() if steps == wanted])
    return found if isinstance(found, str) else None


def _steps_between(requested: str, other: str) -> int | None:
    """Return how many resolution steps `other` is above `requested`; None if one of them names no resolution."""
    first, second = Size.short_side_of(requested), Size.short_side_of(other)
    if first is None or second is None:
        return None
    if requested.lower().endswith("k") and other.lower().endswith("k"):
        # "1k", "2k" and "4k" are steps of their own
        return round(math.log2(float(other[:-1]) / float(requested[:-1])))
    return _step(second) - _step(first)


def _step(short_side: int) -> int:
    return min(range(len(LINE_STEPS)), key=lambda index: abs(math.log(short_side / LINE_STEPS[index])))
