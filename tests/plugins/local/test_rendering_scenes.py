"""What prompts look like: themes, and pictures that differ where the words differ."""

from __future__ import annotations

from itertools import combinations

import pytest
from PIL import Image, ImageStat

from plugins.local.pictures import difference
from tarash_gateway_local.caption import Caption
from tarash_gateway_local.scene import Scene
from tarash_gateway_local.theme import read_theme

SIZE = (160, 90)
PROMPTS = (
    "A mountain lake at sunrise, mist over the water",
    "Neon city at night in the rain",
    "A sailing boat on the sea at sunset",
    "Snow falling in a pine forest by day",
    "Camels crossing desert dunes at noon",
    "An astronaut drifting past a planet",
    "Hot air balloons over green hills in the morning",
    "A campfire in the woods",
    "Northern lights over a fjord",
    "Fireflies in a meadow at dusk, geese in the air",
    "A canoe on a foggy river",
    "black and white film noir street",
)


def picture_of(prompt: str, progress: float = 0.4, size: tuple[int, int] = SIZE) -> Image.Image:
    return Scene(prompt, size=size, seed=5, duration_seconds=4.0).draw(progress)


@pytest.mark.parametrize(
    ("prompt", "places", "light", "effects"),
    [
        ("A calm mountain lake at sunrise, mist", {"mountains", "lake"}, "dawn", {"mist"}),
        ("Neon city at night in the rain", {"city"}, "night", {"neon", "rain"}),
        ("SUNSET over the OCEAN", {"sea"}, "dusk", set()),
        ("snowy peaks under the stars", {"mountains"}, "night", {"snow", "stars"}),
        ("northern lights above a forest", {"forest"}, "night", {"aurora"}),
        ("beaches at noon", {"sea"}, "day", {"clouds"}),
    ],
)
def test_words_choose_place_light_and_weather(
    prompt: str, places: set[str], light: str, effects: set[str]
) -> None:
    theme = read_theme(prompt)
    assert set(theme.places) == places
    assert theme.light == light
    assert set(theme.effects) == effects


def test_a_word_inside_another_word_means_nothing() -> None:
    assert "sea" not in read_theme("a season of research in the forest").places


def test_a_blue_sky_does_not_make_the_whole_picture_blue() -> None:
    assert read_theme("dunes below a blue sky").tint is None
    assert read_theme("blue dunes").tint is not None


@pytest.mark.parametrize("prompt", ["", "   ", "zxcv qwerty", "一隻貓在月光下", "🙂", "x" * 5000])
def test_any_prompt_gives_a_picture(prompt: str) -> None:
    picture = picture_of(prompt)
    Caption(prompt, size=SIZE).draw(picture, 1.0)
    assert picture.size == SIZE
    assert max(ImageStat.Stat(picture).stddev) > 8


def test_different_prompts_look_different() -> None:
    pictures = {prompt: picture_of(prompt) for prompt in PROMPTS}
    alike = [
        pair for pair in combinations(PROMPTS, 2) if difference(pictures[pair[0]], pictures[pair[1]]) < 8
    ]
    assert not alike


@pytest.mark.parametrize("prompt", PROMPTS)
def test_any_instant_can_be_drawn_by_itself(prompt: str) -> None:
    scene = Scene(prompt, size=SIZE, seed=5, duration_seconds=4.0)
    later = scene.draw(0.8)
    scene.draw(0.1)
    assert scene.draw(0.8).tobytes() == later.tobytes() == picture_of(prompt, 0.8).tobytes()


@pytest.mark.parametrize("size", [(16, 16), (90, 160), (640, 40), (40, 640)])
def test_every_scene_fits_every_shape(size: tuple[int, int]) -> None:
    assert {picture_of(prompt, size=size).size for prompt in PROMPTS} == {size}


def test_night_is_darker_than_day() -> None:
    night, day = (
        ImageStat.Stat(picture_of(f"a lake by {light}").convert("L")).mean[0] for light in ("night", "day")
    )
    assert night < day / 2


def test_a_long_caption_stays_inside_the_safe_area() -> None:
    picture = Image.new("RGB", (200, 120), (0, 90, 200))
    Caption("word " * 200, size=picture.size).draw(picture, 1.0)
    light = picture.convert("L").point([255 if value > 200 else 0 for value in range(256)]).getbbox()
    assert light is not None
    assert light[0] >= 6
    assert light[2] <= 194
    assert light[1] >= 60
    assert light[3] <= 114


def test_a_caption_the_font_cannot_show_is_left_out() -> None:
    picture = Image.new("RGB", (200, 120), (0, 90, 200))
    untouched = picture.copy()
    Caption("一隻貓在月光下", size=picture.size).draw(picture, 1.0)
    assert picture.tobytes() == untouched.tobytes()
