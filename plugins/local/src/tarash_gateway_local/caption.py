"""Owns the caption: the prompt, set small in the safe area at the foot of the picture."""

from __future__ import annotations

from bisect import bisect_left

from PIL import Image, ImageDraw, ImageFont

from .textures import soften, vertical_ramp

_SAFE_SHARE = 0.05
_MOST_LINES = 2
# More than two lines hold; what lies beyond is not worth measuring.
_MOST_CHARACTERS = 400
_SMALLEST_TEXT_PIXELS = 8

_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


class Caption:
    """The prompt's text over a soft darkening, drawn once."""

    def __init__(self, prompt: str, *, size: tuple[int, int]) -> None:
        width, height = size
        text_pixels = max(_SMALLEST_TEXT_PIXELS, round(min(size) * 0.034), round(max(size) * 0.022))
        font = ImageFont.load_default(text_pixels)
        margin = max(3, round(min(size) * _SAFE_SHARE))
        lines = _wrap(_readable(prompt, font), font, min(width - 2 * margin, text_pixels * 34))
        self._size = size
        self._shadow: Image.Image | None = None
        if not lines:
            return
        line_height = round(text_pixels * 1.32)
        block = line_height * len(lines)
        self._text = Image.new("L", size, 0)
        drawing = ImageDraw.Draw(self._text)
        for index, line in enumerate(lines):
            drawing.text((margin, height - margin - block + index * line_height), line, fill=255, font=font)
        top = max(0, height - margin - round(block * 2.2))
        scrim = Image.new("L", size, 0)
        scrim.paste(vertical_ramp((width, height - top), (0, 50, 105, 130)), (0, top))
        halo = soften(self._text, max(1.0, text_pixels / 9)).point(
            [min(150, value * 2) for value in range(256)]
        )
        shadow = Image.new("L", size, 0)
        shadow.paste(255, (0, 0), halo)
        self._top = top
        self._shadow = _lighter(scrim, shadow).crop((0, top, width, height))
        self._text = self._text.crop((0, top, width, height))

    def draw(self, picture: Image.Image, opacity: float) -> None:
        """Paint the caption, 0 (hidden) to 1 (full)."""
        if self._shadow is None or opacity <= 0:
            return
        shadow, text = self._shadow, self._text
        if opacity < 1:
            fade = [round(value * opacity) for value in range(256)]
            shadow, text = shadow.point(fade), text.point(fade)
        picture.paste((6, 8, 16), (0, self._top), shadow)
        picture.paste((252, 250, 245), (0, self._top), text)


def _lighter(first: Image.Image, second: Image.Image) -> Image.Image:
    merged = first.copy()
    merged.paste(255, (0, 0), second)
    return merged


def _readable(prompt: str, font: _Font) -> str:
    """Collapse white space; leave out a text that the bundled font would mostly show as boxes."""
    text = " ".join(prompt[:_MOST_CHARACTERS].split())
    missing = _picture_of("\U0010fffd", font)
    known = {
        character: character == " " or _picture_of(character, font) != missing for character in set(text)
    }
    shown = "".join(character for character in text if known[character])
    return " ".join(shown.split()) if len(shown) * 2 > len(text) else ""


def _picture_of(character: str, font: _Font) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character, mode="L")
    return mask.size, bytes(mask)


def _wrap(text: str, font: _Font, width: float) -> list[str]:
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < _MOST_LINES:
        count = 1
        while count < len(words) and font.getlength(" ".join(words[: count + 1])) <= width:
            count += 1
        lines.append(" ".join(words[:count]))
        words = words[count:]
    if words or (lines and font.getlength(lines[-1]) > width):
        lines[-1] = _shortened(lines[-1], font, width)
    return [_shortened(line, font, width) if font.getlength(line) > width else line for line in lines]


def _shortened(line: str, font: _Font, width: float) -> str:
    fitting = bisect_left(
        range(len(line)), True, key=lambda count: font.getlength(line[:count] + "...") > width
    )
    return line[: max(0, fitting - 1)].rstrip(" ,.;:") + "..."
