"""Collects the model table: Seedance videos and Seedream images."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Catalogue
from tarash.tarash_gateway.plugin import hookimpl

from .models_image import IMAGE_ROWS
from .models_video import VIDEO_ROWS

CATALOGUE = Catalogue((*VIDEO_ROWS, *IMAGE_ROWS))


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model table."""
    return CATALOGUE
