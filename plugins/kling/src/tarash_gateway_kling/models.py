"""Kling's model tables, put together: a name finds its exact row, else the longest prefix, else the generic.

A name of the form `kling-3.0` belongs to the path-based design, one of the form `kling-v3` to the legacy one.
"""

from __future__ import annotations

from dataclasses import replace

from tarash.tarash_gateway.mapping import Catalogue, Model

from .models_image import IMAGE_ROWS
from .models_legacy import LEGACY_ROWS
from .models_video import NO_OPTIONS, PATH_ROUTES, VIDEO_ROWS

_DOTTED = {
    "kling-v2-6": "kling-v2.6",
    "kling-v2-5-turbo": "kling-v2.5-turbo",
    "kling-v2-1": "kling-v2.1",
    "kling-v2-1-master": "kling-v2.1-master",
    "kling-v1-6": "kling-v1.6",
    "kling-v1-5": "kling-v1.5",
}


def _with_dotted(rows: tuple[Model, ...]) -> tuple[Model, ...]:
    """Return the rows, and those whose name people also write with a dot under that name too."""
    return rows + tuple(replace(row, id=_DOTTED[row.id]) for row in rows if row.id in _DOTTED)


CATALOGUE = Catalogue((*VIDEO_ROWS, *_with_dotted(LEGACY_ROWS), *_with_dotted(IMAGE_ROWS)))

__all__ = ["CATALOGUE", "NO_OPTIONS", "PATH_ROUTES"]
