"""Draws the results of a comparison side by side: the first, the middle and the last frame of each video, or each image."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

INSTALL = "pip install pillow av"
"""What the extra `compare` installs."""
FRAME_PIXELS = (360, 360)
"""Largest width and height of a frame."""
GAP_PIXELS, TEXT_PIXELS = 16, 18
BACKGROUND, INK, FAINT = "#16181d", "#f2f2f2", "#9aa0a6"
MOMENTS = (0.0, 0.5, 0.98)
"""When the frames of a video are taken, as parts of its length. At the very end, many decoders have no frame."""


@dataclass(frozen=True, slots=True)
class Row:
    """One model on the sheet.

    Attributes:
        title: its name.
        facts: time and cost, or why there is no result.
        paths: its outputs; empty if there is no result.
    """

    title: str
    facts: str
    paths: tuple[Path, ...]


def is_drawable() -> bool:
    """Return whether the libraries for images and videos are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("PIL", "av"))


def draw_sheet(rows: Sequence[Row], target: Path) -> None:
    """Draw a contact sheet and save it as PNG; an output that cannot be decoded is left out, and named.

    Raises:
        OSError: the sheet cannot be saved.
    """
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size=TEXT_PIXELS)
    pictures = [[picture for path in row.paths for picture in _frames(path)] for row in rows]
    heights = [max((picture.height for picture in line), default=0) for line in pictures]
    text = 2 * TEXT_PIXELS + GAP_PIXELS
    widths = [sum(picture.width + GAP_PIXELS for picture in line) for line in pictures]
    words = [int(font.getlength(item)) for row in rows for item in (row.title, row.facts)]
    size = (
        max([*widths, *(word + GAP_PIXELS for word in words)]) + GAP_PIXELS,
        sum(heights) + len(rows) * (text + 2 * GAP_PIXELS),
    )
    sheet = Image.new("RGB", size, BACKGROUND)
    pen = ImageDraw.Draw(sheet)
    top = GAP_PIXELS
    for row, line, height in zip(rows, pictures, heights, strict=True):
        undecoded = "" if line or not row.paths else " (no preview: it cannot be decoded)"
        pen.text((GAP_PIXELS, top), row.title, INK, font)
        pen.text((GAP_PIXELS, top + TEXT_PIXELS + 4), row.facts + undecoded, FAINT, font)
        left = GAP_PIXELS
        for picture in line:
            sheet.paste(picture, (left, top + text))
            left += picture.width + GAP_PIXELS
        top += height + text + 2 * GAP_PIXELS
    sheet.save(target, "PNG")


def _frames(path: Path) -> list[Image.Image]:
    """Return small pictures of an output; none if it cannot be decoded."""
    pictures: list[Image.Image] = []
    # foreign decoders on foreign data: a result that cannot be shown is saved all the same
    with contextlib.suppress(Exception):
        pictures = _image(path)
    if not pictures:
        with contextlib.suppress(Exception):
            pictures = _video(path)
    for picture in pictures:
        picture.thumbnail(FRAME_PIXELS)
    return pictures


def _image(path: Path) -> list[Image.Image]:
    from PIL import Image

    with Image.open(path) as picture:
        return [picture.convert("RGB")]


def _video(path: Path) -> list[Image.Image]:
    import av

    frames: list[Image.Image] = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        length = container.duration or 0
        for moment in MOMENTS:
            container.seek(int(length * moment))
            wanted = length * moment / 1_000_000
            last = None
            for frame in container.decode(stream):
                last = frame
                # a seek lands on the key frame before the moment
                if frame.pts is None or frame.time >= wanted:
                    break
            if last is not None:
                frames.append(last.to_image())  # type: ignore[no-untyped-call]  # PyAV has no type for it
    return frames
