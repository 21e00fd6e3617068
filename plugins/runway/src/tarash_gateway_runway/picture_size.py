"""Maps a picture's `size` and `aspect_ratio`, which together name one pair of pixels."""

from __future__ import annotations

from dataclasses import dataclass, field

from tarash.tarash_gateway.mapping import (
    OMIT,
    Adjustments,
    FieldCapability,
    FieldMapper,
    Ratio,
    Size,
    Values,
    nearest,
)
from tarash.tarash_gateway.plugin import Phrase, mention

from .ratios import Sizes

SAME_SHAPE = 0.03
"""How far a pair may differ from its nominal shape: 2848:1600 counts as 16:9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSizeMapper(FieldMapper):
    """Sends the pair for a size word and a shape, or for exact pixels.

    Attributes:
        sizes: the model's set.
        default: (shape, size word) meant where the request leaves one or both open.
        always: whether the model refuses to run without a ratio.
        free_area: least and most pixels in all of sizes outside the set; None where only the set is taken.
    """

    sizes: Sizes = field(default_factory=dict)
    default: tuple[str, str] = ("1:1", "1k")
    always: bool = True
    free_area: tuple[int, int] | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        return ("size", "aspect_ratio")

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        """Make both legal; exact pixels decide the shape."""
        if values.get("size") == "auto":
            del values["size"]
            values.setdefault("aspect_ratio", "auto")
        shape, size, pixels = values.get("aspect_ratio"), values.get("size"), _pixels_asked(values)
        if pixels is not None:
            self._fit_pixels(pixels, values, adjustments)
            return
        if shape is not None and shape not in self._shapes():
            self._fit_choice("aspect_ratio", self._shapes(), "is not offered", values, adjustments)
        shape = values.get("aspect_ratio")
        words = tuple(dict.fromkeys(word for one, word in self.sizes if shape in (None, one)))
        if size is not None and size not in words:
            why = Phrase("is not offered", " with " + mention("aspect_ratio", shape) if shape else "")
            self._fit_choice("size", words, why, values, adjustments)

    def _fit_pixels(self, size: Size, values: Values, adjustments: Adjustments) -> None:
        shape = values.pop("aspect_ratio", None)
        ratio = Ratio.parse(str(shape))
        if ratio is not None and not ratio.is_close(size.ratio, tolerance=SAME_SHAPE):
            reason = Phrase("contradicts ", mention("size", str(size)), "; give one of them")
            adjustments.change("aspect_ratio", shape, None, reason)
        if str(size) in self._pixels():
            return
        if self.free_area and self.free_area[0] <= size.pixels <= self.free_area[1]:
            return
        free = ""
        if self.free_area:
            free = f", or any with {self.free_area[0]} to {self.free_area[1]} pixels in all"
        self._fit_choice("size", self._pixels(), "is not offered", values, adjustments, free=free)

    def _fit_choice(
        self,
        name: str,
        allowed: tuple[str, ...],
        why: str,
        values: Values,
        adjustments: Adjustments,
        *,
        free: str = "",
    ) -> None:
        wanted = values[name]
        pixels = Size.parse(str(wanted))
        close = nearest(wanted, allowed) if pixels is None else _nearest_pixels(pixels, allowed)
        advice = "" if close is None else f"the nearest is {close}"
        adjustments.change(
            name, wanted, close, Phrase(why, f"; use {', '.join(allowed)}{free}"), advice=advice
        )
        if close is None:
            del values[name]
        else:
            values[name] = close

    def encode(self, values: Values) -> object:
        """Return the pair."""
        shape, size, pixels = values.get("aspect_ratio"), values.get("size"), _pixels_asked(values)
        if pixels is not None:
            return pixels.written(":")
        if shape is None and size is None:
            return self.sizes[self.default] if self.always else OMIT
        usual_shape, usual_word = self.default
        wishes = ((shape or usual_shape, size or usual_word), (shape or usual_shape, size), (shape, size))
        for wanted_shape, wanted_word in wishes:
            for (one, word), pair in self.sizes.items():
                if wanted_shape in (None, one) and wanted_word in (None, word):
                    return pair
        return OMIT

    def describe(self) -> tuple[FieldCapability, ...]:
        """Describe both fields, with the values of the set."""
        words = tuple(dict.fromkeys(word for _, word in self.sizes))
        note = ""
        if self.free_area:
            note = f"or pixels with {self.free_area[0]} to {self.free_area[1]} in all"
        sizes = tuple(dict.fromkeys((*words, *self._pixels())))
        return (
            FieldCapability(field="size", allowed=sizes, note=note),
            FieldCapability(field="aspect_ratio", allowed=self._shapes()),
        )

    def _shapes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(shape for shape, _ in self.sizes))

    def _pixels(self) -> tuple[str, ...]:
        pairs = (Size.parse(pair, separators=":") for pair in self.sizes.values())
        return tuple(str(size) for size in pairs if size is not None)


def _pixels_asked(values: Values) -> Size | None:
    return Size.parse(str(values.get("size", "")))


def _nearest_pixels(wanted: Size, allowed: tuple[str, ...]) -> str | None:
    """Return the pair closest in shape; among similar shapes, the one closest in area."""

    def distance(text: str) -> tuple[float, float]:
        size = sizes[text]
        shape = wanted.ratio.distance(size.ratio)
        area = max(size.pixels, wanted.pixels) / min(size.pixels, wanted.pixels)
        return (0.0 if shape < SAME_SHAPE else shape, area)

    sizes = {text: size for text in allowed if (size := Size.parse(text))}
    return min(sizes, key=distance, default=None)


def picture_size(
    sizes: Sizes,
    default: tuple[str, str],
    *,
    always: bool = True,
    free_area: tuple[int, int] | None = None,
) -> FieldMapper:
    """Map `size` and `aspect_ratio`; see `PictureSizeMapper`."""
    return PictureSizeMapper(sizes=sizes, default=default, always=always, free_area=free_area)
