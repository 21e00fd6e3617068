"""Owns reading a prompt: which landscape, light, weather and colour its words ask for."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Colour: TypeAlias = tuple[int, int, int]
Place = Literal["lake", "sea", "mountains", "city", "forest", "desert", "space", "meadow"]
Light = Literal["dawn", "day", "dusk", "night"]
Effect = Literal["mist", "rain", "snow", "embers", "fireflies", "aurora", "clouds", "stars", "neon"]
Subject = Literal["boat", "canoe", "birds", "balloon"]

_PLACES: dict[Place, str] = {
    "lake": "lake river pond lagoon fjord canoe kayak swan stream dock",
    "sea": "sea ocean beach coast wave surf harbour harbor island ship whale dolphin sail sailing shore"
    " fish marine water lighthouse bay",
    "mountains": "mountain alp alpine peak summit ridge himalaya volcano canyon cliff hike hiker valley"
    " eagle dragon",
    "city": "city skyline street town downtown building skyscraper tokyo york london paris neon traffic car"
    " taxi cyberpunk office shop bridge urban robot subway rooftop crowd",
    "forest": "forest wood woodland jungle tree pine bear deer fox wolf cabin bamboo leaf moss owl",
    "desert": "desert dune sand sahara camel oasis mars savanna cactus",
    "space": "space galaxy planet nebula astronaut rocket spaceship cosmos cosmic orbit asteroid comet"
    " universe alien moonscape",
    "meadow": "meadow field grass prairie hill farm flower garden picnic horse sheep cow vineyard park puppy"
    " dog cat rabbit bicycle village",
}
_LIGHTS: dict[Light, str] = {
    "dawn": "dawn sunrise morning daybreak",
    "day": "day noon midday sunny daylight afternoon bright blue-sky",
    "dusk": "dusk sunset evening golden twilight",
    "night": "night midnight moon moonlight moonlit neon starry dark nocturnal stars aurora firefly fireflies"
    " cyberpunk campfire northern-lights",
}
_EFFECTS: dict[Effect, str] = {
    "mist": "mist misty fog foggy haze hazy smoke smoky steam",
    "rain": "rain rainy storm stormy drizzle shower thunderstorm monsoon",
    "snow": "snow snowy snowfall winter blizzard arctic frost ice icy christmas",
    "embers": "fire ember flame campfire bonfire burning lava spark volcano dragon torch candle",
    "fireflies": "firefly fireflies magic magical fairy enchanted dreamy glowing",
    "aurora": "aurora borealis northern-lights",
    "clouds": "cloud cloudy overcast sky storm stormy",
    "stars": "star starry milky constellation",
    "neon": "neon cyberpunk",
}
_SUBJECTS: dict[Subject, str] = {
    "boat": "boat sail sailing sailboat ship yacht",
    "canoe": "canoe kayak rowboat raft gondola",
    "birds": "bird seagull gull eagle geese crane swallow",
    "balloon": "balloon airship zeppelin",
}
_TINTS: dict[Colour, str] = {
    (226, 62, 54): "red crimson scarlet",
    (246, 142, 44): "orange amber",
    (250, 204, 84): "yellow gold",
    (74, 172, 92): "green emerald",
    (36, 176, 178): "teal turquoise cyan",
    (58, 116, 226): "blue azure",
    (140, 88, 220): "purple violet lavender indigo",
    (240, 120, 170): "pink rose magenta",
}
_MONOCHROME = frozenset({"monochrome", "noir", "grayscale", "greyscale"})


def _index(vocabulary: Mapping[str, str]) -> dict[str, str]:
    return {word: key for key, words in vocabulary.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Theme:
    """What the picture shows, in terms the painters understand."""

    places: frozenset[Place]
    light: Light
    effects: frozenset[Effect]
    subjects: frozenset[Subject]
    tint: Colour | None
    monochrome: bool

    @property
    def has_water(self) -> bool:
        """Whether the lower part of the picture is a reflecting surface."""
        return bool(self.places & {"lake", "sea", "city"}) and "space" not in self.places

    @property
    def is_overcast(self) -> bool:
        """Whether clouds hide the sun or moon."""
        return bool(self.effects & {"rain", "snow"}) and self.light != "night"


def read_theme(prompt: str) -> Theme:
    """Choose a theme for any prompt; words that say nothing leave the choice to the prompt's own hash."""
    text = prompt.lower().replace("northern lights", "northern-lights").replace("blue sky", "blue-sky")
    words = re.findall(r"[a-z]+(?:-[a-z]+)?", text)
    words = [part for word in words for part in _parts(word)]
    words = sorted(
        {form for word in words for form in (word, word.removesuffix("s"), word.removesuffix("es"))}
    )
    chance = random.Random(f"theme:{prompt}")

    places = {place for place, listed in _PLACES.items() if _any(words, listed)}
    if not places:
        places = {chance.choice(("lake", "mountains", "meadow", "sea", "forest", "desert"))}
    lights: list[Light] = [light for light, listed in _LIGHTS.items() if _any(words, listed)]
    effects = {effect for effect, listed in _EFFECTS.items() if _any(words, listed)}
    light = _light(lights, places, effects, chance)
    if not effects and light == "day":
        effects = {"clouds"}
    if not effects and light == "dawn":
        effects = {"mist"}
    tints = [tint for tint, listed in _TINTS.items() if _any(words, listed)]
    return Theme(
        places=frozenset(places),
        light=light,
        effects=frozenset(effects),
        subjects=frozenset(subject for subject, listed in _SUBJECTS.items() if _any(words, listed)),
        tint=tints[0] if tints else None,
        monochrome=bool(_MONOCHROME & set(words)) or "black and white" in text,
    )


def _parts(word: str) -> list[str]:
    # A fixed expression must not count as its parts: a blue sky does not make the whole picture blue.
    return [word] if word in ("northern-lights", "blue-sky") else [word, *word.split("-")]


def _any(words: list[str], listed: str) -> bool:
    return not set(listed.split()).isdisjoint(words)


def _light(lights: list[Light], places: set[Place], effects: set[Effect], chance: random.Random) -> Light:
    if "dawn" in lights or "dusk" in lights:
        return "dawn" if "dawn" in lights else "dusk"
    if lights:
        return lights[-1]
    if "space" in places or "embers" in effects:
        return "night"
    return chance.choice(("dawn", "day", "day", "dusk"))
