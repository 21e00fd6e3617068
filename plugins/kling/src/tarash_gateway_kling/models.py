"""Kling's model tables, put together; a name finds its exact row, else the longest prefix, else the generic row.

Names like `kling-3.0` belong to the path-based design, names like `kling-v3` to the legacy one.
"""

from __future__ import annotations

from dataclasses import replace

from tarash.tarash_gateway.mapping import Catalogue, Model
from tarash.tarash_gateway.plugin import hookimpl

from .models_image import IMAGE_ROWS
from .models_legacy import LEGACY_ROWS
from .models_video import NO_OPTIONS, PATH_ROUTES, VIDEO_ROWS

_DOTTED = {
    "kling-v3": "kling-v3.0",
    "kling-v3-omni": "kling-v3.0-omni",
    "kling-v3-motion-control": "kling-v3.0-motion-control",
    "kling-v2-6-motion-control": "kling-v2.6-motion-control",
    "kling-v2-6": "kling-v2.6",
    "kling-v2-5-turbo": "kling-v2.5-turbo",
    "kling-v2-1": "kling-v2.1",
    "kling-v2-1-master": "kling-v2.1-master",
    "kling-v1-6": "kling-v1.6",
    "kling-v1-5": "kling-v1.5",
}


def _with_dotted(rows: tuple[Model, ...]) -> tuple[Model, ...]:
    """Return the rows, with a second row for each name that people also write with a dot."""
    return rows + tuple(replace(row, id=_DOTTED[row.id]) for row in rows if row.id in _DOTTED)


CATALOGUE = Catalogue((*VIDEO_ROWS, *_with_dotted(LEGACY_ROWS), *_with_dotted(IMAGE_ROWS)))


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE


__all__ = ["CATALOGUE", "NO_OPTIONS", "PATH_ROUTES", "tarash_models"]
