"""Owns the course of a clip: first frame, scene, last frame, cards and caption over time."""

from __future__ import annotations

import random

from PIL import Image

from .caption import Caption
from .scene import Scene
from .source_images import decode_image, fit_frame, inset_cards, zoomed
from .spec import VideoSpec

_ZOOM = 0.10
_FADE_SECONDS = 0.6


class Storyboard:
    """Draws any frame of a clip; frames do not depend on each other."""

    def __init__(self, spec: VideoSpec) -> None:
        self._spec, self._size = spec, spec.frame_size
        self._first = self._fitted(spec.first_frame, "first_frame")
        self._last = self._fitted(spec.last_frame, "last_frame")
        self._cards = inset_cards(
            spec.references, size=self._size, chance=random.Random(f"cards:{spec.seed}")
        )
        self._scene = Scene(
            spec.prompt,
            size=self._size,
            seed=spec.seed,
            duration_seconds=spec.frame_count / spec.frames_per_second,
        )
        self._caption = Caption(spec.prompt, size=self._size)

    def draw(self, index: int) -> Image.Image:
        """Return frame `index`, from 0 to `frame_count - 1`."""
        progress = index / max(1, self._spec.frame_count - 1)
        picture = self._draw_picture(progress)
        opacity = self._overlay_opacity(index)
        for number, (card, (left, top)) in enumerate(self._cards):
            self._draw_card(picture, card, (left, top), self._card_share(index, number, opacity))
        self._caption.draw(picture, opacity)
        return picture

    def _draw_picture(self, progress: float) -> Image.Image:
        first, last = self._first, self._last
        if first is not None and last is not None:
            return _crossfade(
                zoomed(first, 1 + _ZOOM * progress),
                zoomed(last, 1 + _ZOOM * (1 - progress)),
                _ease(progress, 0.3, 0.7),
            )
        if first is not None:
            share = _ease(progress, 0.4, 0.8)
            if share <= 0:
                return zoomed(first, 1 + _ZOOM * progress).copy()
            scene = self._scene.draw(progress)
            return scene if share >= 1 else _crossfade(zoomed(first, 1 + _ZOOM * progress), scene, share)
        if last is not None:
            share = _ease(progress, 0.45, 0.9)
            if share >= 1:
                return zoomed(last, 1 + _ZOOM * (1 - progress)).copy()
            scene = self._scene.draw(progress)
            return scene if share <= 0 else _crossfade(scene, zoomed(last, 1 + _ZOOM * (1 - progress)), share)
        return self._scene.draw(progress)

    def _overlay_opacity(self, index: int) -> float:
        """Hide caption and cards where the user's own frame must be seen untouched."""
        seconds = index / self._spec.frames_per_second
        left = (self._spec.frame_count - 1 - index) / self._spec.frames_per_second
        opacity = 1.0
        if self._first is not None:
            opacity = min(opacity, seconds / _FADE_SECONDS)
        if self._last is not None:
            opacity = min(opacity, left / _FADE_SECONDS)
        return opacity

    def _card_share(self, index: int, number: int, opacity: float) -> float:
        arrived = _ease(index / self._spec.frames_per_second, 0.15 * number, 0.15 * number + 0.5)
        return min(arrived if self._spec.duration_seconds >= 1 else 1.0, opacity)

    def _draw_card(
        self, picture: Image.Image, card: Image.Image, place: tuple[int, int], share: float
    ) -> None:
        if share <= 0:
            return
        mask = card.getchannel("A")
        if share < 1:
            mask = mask.point([round(value * share) for value in range(256)])
        slide = round((1 - share) * self._size[1] * 0.04)
        picture.paste(card.convert("RGB"), (place[0], place[1] - slide), mask)

    def _fitted(self, content: bytes | None, name: str) -> Image.Image | None:
        return None if content is None else fit_frame(decode_image(content, name=name), self._size)


def _crossfade(first: Image.Image, second: Image.Image, share: float) -> Image.Image:
    return Image.blend(first, second, share)


def _ease(value: float, start: float, end: float) -> float:
    share = min(1.0, max(0.0, (value - start) / (end - start)))
    return share * share * (3 - 2 * share)
