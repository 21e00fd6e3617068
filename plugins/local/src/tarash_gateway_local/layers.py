"""Owns the parallax layer: a painting drawn once and then slid across the picture in sub-pixel steps."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

_FULL_HD_PIXELS = 1920 * 1088
_HD_PIXELS = 1280 * 736


def supersampling(frame_size: tuple[int, int]) -> int:
    """How many times larger than the frame a layer is painted, to smooth its edges."""
    return 2 if frame_size[0] * frame_size[1] <= _FULL_HD_PIXELS else 1


def _phase_count(frame_size: tuple[int, int]) -> int:
    # Slow motion in whole pixels jerks, so each layer is kept at fractions of a pixel; large pictures have
    # pixels too fine to jerk, and would need gigabytes.
    pixels = frame_size[0] * frame_size[1]
    return 4 if pixels <= _HD_PIXELS else 2 if pixels <= _FULL_HD_PIXELS else 1


@dataclass(frozen=True, slots=True)
class Layer:
    """A strip of scenery that moves left by `travel_pixels` while the clip plays."""

    phases: tuple[tuple[Image.Image, Image.Image], ...]
    top: int
    travel_pixels: float

    def draw(self, picture: Image.Image, progress: float) -> None:
        """Paint the strip where it stands at `progress` (0 to 1) of the clip."""
        steps = round(self.travel_pixels * progress * len(self.phases))
        whole, phase = divmod(steps, len(self.phases))
        colour, mask = self.phases[phase]
        picture.paste(colour, (-whole, self.top), mask)


def make_layer(
    surface: Image.Image, mask: Image.Image, *, top: int, travel_pixels: float, frame_size: tuple[int, int]
) -> Layer:
    """Turn a supersampled painting and its mask into a layer for frames of `frame_size`."""
    scale, count = supersampling(frame_size), _phase_count(frame_size)
    painting = surface.convert("RGBA")
    painting.putalpha(mask)
    width, height = painting.width // scale - 1, painting.height // scale
    phases: list[tuple[Image.Image, Image.Image]] = []
    for phase in range(count):
        left = phase * scale / count
        shifted = painting.resize(
            (width, height), Image.Resampling.BILINEAR, box=(left, 0, left + scale * width, scale * height)
        )
        phases.append((shifted.convert("RGB"), shifted.getchannel("A")))
    return Layer(phases=tuple(phases), top=top, travel_pixels=travel_pixels)
