"""Collects the rows of every model; each is in the module named after its maker."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Catalogue
from tarash.tarash_gateway.plugin import hookimpl

from . import models_google, models_image, models_kling, models_partners, models_seedance, models_video

VIDEO_ROWS = tuple(
    sorted(
        (
            *models_google.ROWS,
            *models_kling.ROWS,
            *models_partners.ROWS,
            *models_seedance.ROWS,
            *models_video.ROWS,
        ),
        key=lambda row: row.id,
    )
)
IMAGE_ROWS = models_image.ROWS

CATALOGUE = Catalogue((*VIDEO_ROWS, *IMAGE_ROWS))


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model table."""
    return CATALOGUE
