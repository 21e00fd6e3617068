"""Owns the sound: a soft seeded chord over the breath of wind or water, a block of samples at a time."""

from __future__ import annotations

import math
import random
from array import array

from .theme import Theme

SAMPLE_RATE = 48_000
_LOOP_SECONDS = 2
_FADE_IN_SECONDS = 0.35
_FADE_OUT_SECONDS = 0.7

# Ratios of just intonation, so that the voices of a chord rest instead of beating.
_CHORDS = {
    "dawn": ((1, 5 / 4, 3 / 2, 2), (1, 4 / 3, 5 / 3, 2)),
    "day": ((1, 5 / 4, 3 / 2, 9 / 4), (1, 3 / 2, 5 / 3, 5 / 2)),
    "dusk": ((1, 6 / 5, 3 / 2, 9 / 5), (1, 4 / 3, 8 / 5, 2)),
    "night": ((1, 6 / 5, 3 / 2, 9 / 4), (1, 3 / 2, 8 / 5, 12 / 5)),
}


class Ambience:
    """Stereo samples for a theme, a pure function of position."""

    def __init__(self, theme: Theme, *, seed: int, sample_count: int) -> None:
        chance = random.Random(f"sound:{seed}")
        root = 110 * 2 ** (chance.randrange(-2, 5) / 12)
        first, second = _CHORDS[theme.light]
        self._sample_count = sample_count
        self._length = SAMPLE_RATE * _LOOP_SECONDS
        self._chord_a = _chord_loop([root * ratio for ratio in first], self._length, chance)
        self._chord_b = _chord_loop([root * ratio for ratio in second], self._length, chance)
        airy = bool(theme.effects & {"rain", "snow", "embers"}) or theme.has_water
        self._noise = _noise_loop(self._length, chance, bright="rain" in theme.effects)
        self._noise_level = 0.32 if airy else 0.12
        self._turn = chance.uniform(0, math.tau)

    def block(self, start: int, count: int) -> tuple[array[float], array[float]]:
        """Return `count` samples for left and right, from sample `start`."""
        left, right = array("f"), array("f")
        position, end = start, start + count
        while position < end:
            offset = position % self._length
            size = min(end - position, self._length - offset)
            chord_a, chord_b = self._chord_a[offset : offset + size], self._chord_b[offset : offset + size]
            noise = self._noise[offset : offset + size]
            levels, slopes = self._levels(position, size)
            for side, channel in enumerate((left, right)):
                level_a, level_b, level_noise = (levels[side], levels[1 - side] * 0.9, levels[2 + side])
                slope_a, slope_b, slope_noise = (slopes[side], slopes[1 - side] * 0.9, slopes[2 + side])
                channel.extend(
                    (level_a + slope_a * i) * a
                    + (level_b + slope_b * i) * b
                    + (level_noise + slope_noise * i) * n
                    for i, (a, b, n) in enumerate(zip(chord_a, chord_b, noise, strict=True))
                )
            position += size
        return left, right

    def _levels(self, start: int, count: int) -> tuple[list[float], list[float]]:
        # Levels move in straight lines between block ends, so no step is heard.
        before, after = self._levels_at(start), self._levels_at(start + count)
        return before, [(b - a) / count for a, b in zip(before, after, strict=True)]

    def _levels_at(self, sample: int) -> list[float]:
        seconds = sample / SAMPLE_RATE
        left_seconds = (self._sample_count - sample) / SAMPLE_RATE
        fade = max(0.0, min(1.0, seconds / _FADE_IN_SECONDS, left_seconds / _FADE_OUT_SECONDS))
        swing = 0.5 + 0.5 * math.sin(seconds * 0.8 + self._turn)
        breath = 0.55 + 0.45 * math.sin(seconds * 0.9 + self._turn * 2)
        noise = self._noise_level * fade * breath
        return [fade * (0.25 + 0.75 * swing), fade * (1 - 0.75 * swing), noise, noise * (0.7 + 0.3 * swing)]


def _chord_loop(frequencies: list[float], length: int, chance: random.Random) -> array[float]:
    """One seamless loop of a chord: every partial makes a whole number of turns."""
    loop = array("f", bytes(4 * length))
    for index, frequency in enumerate(frequencies):
        turns = round(frequency * _LOOP_SECONDS)
        for partial, level in ((1, 0.07), (2, 0.018)):
            # A partial repeats gcd(turns, length) times in the loop, so only one period is computed.
            repeats = math.gcd(turns * partial, length)
            step, phase = math.tau * turns * partial / length, chance.uniform(0, math.tau)
            gain = level / (1 + 0.25 * index)
            period = [gain * math.sin(step * i + phase) for i in range(length // repeats)] * repeats
            loop = array("f", map(float.__add__, loop, period))
    return loop


def _noise_loop(length: int, chance: random.Random, *, bright: bool) -> array[float]:
    """Low-passed noise whose end runs into its beginning."""
    raw = chance.randbytes(length)
    smooth, share, gain = 0.0, 0.25 if bright else 0.03, 0.25 if bright else 0.9
    values = array("f")
    for byte in raw[-2000:] + raw:
        smooth += share * ((byte - 127.5) / 127.5 - smooth)
        values.append(gain * smooth)
    return values[2000:]
