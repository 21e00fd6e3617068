"""Decides whether an input already gives the output the aspect ratio that is asked for."""

from __future__ import annotations

from ..media.dimensions import picture_dimensions
from ..media.inputs import Media
from ..models.dimensions import Ratio
from .values import Values

SHAPING = ("first_frame", "video")
"""Inputs whose shape the output has, if the model takes no aspect ratio beside them."""


def shaping_input(values: Values) -> str | None:
    """Return the input that gives the output its shape; None if there is none, or if it is known to have another one than asked for.

    The shape of an input at a URL, or of a video, is unknown here: its own shape is the only one that the model can make.
    """
    name = next((name for name in SHAPING if name in values), None)
    asked, given = Ratio.parse(str(values.get("aspect_ratio"))), values.get(name or "")
    first = given[0] if isinstance(given, list) else given
    if not isinstance(first, Media):
        return None
    size = None if first.content is None else picture_dimensions(first.content)
    if asked is None or size is None or asked.is_close(Ratio(*size)):
        return name
    return None


__all__ = ["shaping_input"]
