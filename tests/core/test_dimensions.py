"""The value types of shapes and sizes: what they read, what they refuse to read, and what is nearest."""

from __future__ import annotations

import pytest

from tarash.tarash_gateway.mapping import Ratio, Size

ODD = [
    "",
    "auto",
    ":",
    "x",
    "0:0",
    "16:0",
    "0:9",
    "-16:9",
    "16:9:1",
    "16 : 9",
    "16:9\n",
    "1e309:1",
    "1e309x1",
    "nan:1",
    "inf:1",
    "9" * 400 + ":1",
    "1:" + "9" * 400,
    "9" * 400 + "x1",
    "9" * 400 + "p",
    "9" * 400 + "k",
    "1024*1024",
    "0x0",
    "0x720",
    "-1x720",
    "1280x",
    "0k",
    "00p",
    "١٦:٩",
]


@pytest.mark.parametrize("text", ODD)
def test_what_names_no_dimensions_is_none_and_never_an_error(text: str) -> None:
    assert Ratio.parse(text) is None
    assert Ratio.of(text) is None
    assert Size.parse(text) is None
    assert Size.short_side_of(text) is None
    assert Size.of_frame(text, text) == Size(1280, 720)


@pytest.mark.parametrize(
    ("text", "value"),
    [("16:9", 16 / 9), ("9:16", 9 / 16), ("2.39:1", 2.39), ("1:1", 1), ("9:19.5", 9 / 19.5)],
)
def test_a_ratio_is_read_and_written(text: str, value: float) -> None:
    ratio = Ratio.parse(text)
    assert ratio is not None
    assert ratio.value == pytest.approx(value)
    assert str(ratio) == text
    assert ratio == Ratio.of(text)
    assert hash(ratio) == hash(Ratio.of(text))


@pytest.mark.parametrize(
    ("text", "size", "written"),
    [("1280x720", Size(1280, 720), "1280x720"), ("1024X768", Size(1024, 768), "1024x768")],
)
def test_a_size_is_read_and_written(text: str, size: Size, written: str) -> None:
    assert Size.parse(text) == size
    assert str(size) == written
    assert Ratio.of(text) == size.ratio


@pytest.mark.parametrize("text", ["1280:720", "1280*720", "1280x720"])
def test_providers_put_other_characters_between_the_sides(text: str) -> None:
    size = Size.parse(text, separators="x:*")
    assert size == Size(1280, 720)
    assert size.written(":") == "1280:720"


def test_a_size_knows_its_sides_and_its_area() -> None:
    size = Size(720, 1280)
    assert (size.short_side, size.long_side, size.pixels) == (720, 1280, 921_600)


@pytest.mark.parametrize("sides", [(0, 1), (1, 0), (-1, 1), (10**400, 1), (float("nan"), 1.0)])
def test_a_ratio_cannot_be_made_of_impossible_numbers(sides: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Ratio(*sides)


@pytest.mark.parametrize("sides", [(0, 1), (1, 0), (100_000, 1), (1, 10**400)])
def test_a_size_cannot_be_made_of_impossible_sides(sides: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="1 to 99999 pixels"):
        Size(*sides)


def test_dimensions_do_not_change() -> None:
    for value in (Ratio(16, 9), Size(1280, 720)):
        with pytest.raises(AttributeError):
            value.width = 1  # type: ignore[misc]  # that it is refused is the point


@pytest.mark.parametrize(
    ("word", "short_side"),
    [
        ("720p", 720),
        ("720P", 720),
        ("1280x720", 720),
        ("720x1280", 720),
        ("0.5k", 512),
        ("1k", 1080),
        ("1.5k", 1260),
        ("2k", 1440),
        ("3k", 1800),
        ("4K", 2160),
        ("6k", 3240),
        ("8k", 4320),
        ("512", None),
    ],
)
def test_the_short_side_that_a_resolution_means(word: str, short_side: int | None) -> None:
    assert Size.short_side_of(word) == short_side


@pytest.mark.parametrize(
    ("resolution", "ratio", "size"),
    [
        ("720p", "16:9", (1280, 720)),
        ("720p", "9:16", (720, 1280)),
        ("1280x720", "1:1", (1280, 720)),
        (None, None, (1280, 720)),
        (None, "1:1", (720, 720)),
        ("8k", "16:9", (7680, 4320)),
        ("20000x10000", None, (8192, 4096)),
        ("100x3", None, (100, 16)),
        ("auto", "auto", (1280, 720)),
        ("99999p", "99999:1", (8192, 16)),
        ("720p", "0.0001:99999", (16, 8192)),
    ],
)
def test_the_frame_that_resolution_and_ratio_mean(
    resolution: str | None, ratio: str | None, size: tuple[int, int]
) -> None:
    assert Size.of_frame(resolution, ratio) == Size(*size)


@pytest.mark.parametrize(
    ("wanted", "offered", "nearest"),
    [
        ("4:3", ("16:9", "1:1", "3:4"), "16:9"),
        ("1:1", ("16:9", "9:16"), "16:9"),
        ("1:1", ("9:16", "16:9"), "9:16"),
        ("21:9", ("1:1", "16:9"), "16:9"),
        ("16:9", (), None),
    ],
)
def test_the_nearest_shape_goes_by_proportion_and_a_tie_to_the_first(
    wanted: str, offered: tuple[str, ...], nearest: str | None
) -> None:
    ratio = Ratio.parse(wanted)
    assert ratio is not None
    assert ratio.nearest({word: shape for word in offered if (shape := Ratio.parse(word))}) == nearest


@pytest.mark.parametrize(
    ("size", "is_close"), [(Size(1366, 768), True), (Size(1920, 1088), True), (Size(1024, 768), False)]
)
def test_rounded_pixels_have_the_shape_that_they_stand_for(size: Size, is_close: bool) -> None:
    assert Ratio(16, 9).is_close(size.ratio) is is_close
