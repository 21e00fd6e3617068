"""The pictures of the README show what comes out today."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageSequence, ImageStat

from picture_maker import CLIP, FOLDER, MOST_EFFORT, clip_picture, drawings

COMMAND = "make pictures"
# another version of an encoder differs by a few levels of 255, another scene by dozens
MOST_DIFFERENCE = 6.0


def frames(data: bytes) -> list[Image.Image]:
    with Image.open(io.BytesIO(data)) as picture:
        return [frame.convert("RGB") for frame in ImageSequence.Iterator(picture)]


def test_the_drawings_say_what_the_project_and_its_demonstration_say() -> None:
    written = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.svg")}
    assert written == drawings(), f"out of date; run: {COMMAND}"


def test_the_clip_is_what_the_provider_local_renders() -> None:
    # less effort changes the frames by one level, and takes a third of a second instead of seven
    shown, rendered = frames((FOLDER / CLIP).read_bytes()), frames(clip_picture(effort=MOST_EFFORT - 2))
    assert len(shown) == len(rendered) > 10
    for one, other in zip(shown, rendered, strict=True):
        assert one.size == other.size
        difference = max(ImageStat.Stat(ImageChops.difference(one, other)).mean)
        assert difference < MOST_DIFFERENCE, f"out of date; run: {COMMAND}"


def test_the_pictures_are_small_and_load_nothing() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 200_000
    for path in FOLDER.glob("*.svg"):
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "").replace("url(#r)", "")
        assert "http" not in text
        assert "url(" not in text
