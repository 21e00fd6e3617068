"""The pictures of the README show what comes out today."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageSequence, ImageStat

from picture_maker import CLIP, FOLDER, LEDGER, clip_picture, ledger_picture

COMMAND = "make pictures"
# another version of an encoder differs by a few levels of 255, another scene by dozens
MOST_DIFFERENCE = 6.0


def frames(data: bytes) -> list[Image.Image]:
    with Image.open(io.BytesIO(data)) as picture:
        return [frame.convert("RGB") for frame in ImageSequence.Iterator(picture)]


def test_the_ledger_is_that_of_the_demonstration() -> None:
    assert (FOLDER / LEDGER).read_text("utf-8") == ledger_picture(), f"out of date; run: {COMMAND}"


def test_the_clip_is_what_the_provider_local_renders() -> None:
    shown, rendered = frames((FOLDER / CLIP).read_bytes()), frames(clip_picture())
    assert len(shown) == len(rendered) > 10
    for one, other in zip(shown, rendered, strict=True):
        assert one.size == other.size
        difference = max(ImageStat.Stat(ImageChops.difference(one, other)).mean)
        assert difference < MOST_DIFFERENCE, f"out of date; run: {COMMAND}"


def test_the_pictures_are_small_and_load_nothing() -> None:
    assert (FOLDER / CLIP).stat().st_size + (FOLDER / LEDGER).stat().st_size < 200_000
    text = (FOLDER / LEDGER).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "http" not in text
    assert "url(" not in text
