"""The files of a batch have names that every system takes, and that stay apart on every system."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest

from tarash.tarash_gateway import VideoGenerationConfig, VideoGenerationRequest
from tarash_gateway_batch.inspecting import poster_of
from tarash_gateway_batch.outputs import destinations
from tarash_gateway_batch.rows import BadRow, BatchRow
from tarash_gateway_batch.stores import hidden_beside, hidden_place, show, write_whole

CONFIG = VideoGenerationConfig(provider="local", model="storyboard")


def placed(
    *keys: str, out: str | Path = "/clips", template: str = "{key}"
) -> tuple[list[str], tuple[BadRow, ...]]:
    """Where the outputs of rows with these keys go, below the folder, and the rows without a place of their own."""
    rows = [
        BatchRow(key, line, VideoGenerationRequest(prompt="a boat"), CONFIG, {})
        for line, key in enumerate(keys, start=2)
    ]
    found, bad_rows = destinations(rows, out, template)
    return [place.removeprefix(f"{out}/") for place in found.values()], bad_rows


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("Con", "_Con"),
        ("nul.txt", "_nul.txt"),
        ("COM1", "_COM1"),
        ("Conrad", "Conrad"),
        ("aux 2", "aux 2"),
        ("a:b?", "a_b_"),
    ],
)
def test_a_key_that_windows_takes_for_a_device_names_a_file(key: str, name: str) -> None:
    assert placed(key) == ([name], ())
    assert placed(key, template="{key}/{line}") == ([f"{name}/2"], ())
    assert placed(key, template="clip-{key}") == ([f"clip-{name.removeprefix('_')}"], ())


@pytest.mark.parametrize(
    ("key", "name"),
    [
        pytest.param("हिन्दी में नाव", "हिन्दी में नाव", id="Hindi"),
        pytest.param("เรือน้ำ", "เรือน้ำ", id="Thai"),
        pytest.param("நீர்", "நீர்", id="Tamil"),
        pytest.param("قَارِب", "قَارِب", id="Arabic with vowels"),
        pytest.param("Zoe\u0308 Ngu\u031bo\u031b\u0300i", "Zo\u00eb Ng\u01b0\u1eddi", id="decomposed"),
        pytest.param("q\u0307 x", "q\u0307 x", id="no composed form"),
        pytest.param("a/\u0301b", "a_b", id="mark on what is left out"),
        pytest.param("\u0301a", "_a", id="mark on nothing"),
        pytest.param("boat ❤\ufe0f", "boat _", id="emoji"),
        pytest.param("夜/../船\n\x00", "夜_.._船_", id="path"),
        pytest.param("\u202egpm.a", "_gpm.a", id="reversed direction"),
    ],
)
def test_letters_and_marks_of_every_script_stay(key: str, name: str) -> None:
    assert placed(key) == ([name], ())


def test_a_name_ends_with_neither_a_dot_nor_a_space() -> None:
    assert placed("a boat", template="{key}. /{line}. ") == (["a boat/2"], ())
    assert placed("x" * 119 + " boat", template="{key}") == (["x" * 119], ())


@pytest.mark.parametrize(
    ("first", "second"),
    [("Zoë", "Zoe\u0308"), ("ZOË", "zoe\u0308"), ("boat", "BOAT"), ("con", "_con"), ("ΐ", "ΐ".upper())],
)
def test_two_rows_whose_files_are_one_on_some_system_are_told(first: str, second: str) -> None:
    names, bad_rows = placed(first, second)
    assert (len(names), [row.line for row in bad_rows]) == (1, [3])
    assert "is that of line 2" in bad_rows[0].reason


def test_a_long_name_is_one_that_the_file_system_takes(tmp_path: Path) -> None:
    ((name,), _) = placed("夜" * 300, out=tmp_path, template="{key}-{key}")
    place = f"{tmp_path}/{name}~2.mp4"
    hidden = hidden_place(place)
    write_whole(hidden, b"clip")
    show(hidden, place)
    write_whole(poster_of(place), b"still")
    assert Path(place).read_bytes() == b"clip"


@pytest.mark.parametrize("clip", [r"C:\clips\night\a.mp4", r"\\nas\clips\night\a.mp4"])
def test_the_poster_of_a_clip_lies_beside_it_on_windows(clip: str) -> None:
    place = PureWindowsPath(clip)
    hidden = hidden_beside(place)
    assert PureWindowsPath(hidden).parent == place.parent
    assert PureWindowsPath(poster_of(hidden)).parent == place.parent / "posters"
