"""Replicate's model table. A name finds its own row, else the one of the longest prefix: a `:version` and a new version need none."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Catalogue
from tarash.tarash_gateway.plugin import hookimpl

from . import (
    models_families,
    models_generic,
    models_image_flux,
    models_image_google_openai,
    models_image_studios,
    models_video_google_openai,
    models_video_kling_seedance,
    models_video_pixverse_runway,
    models_video_wan_luma,
)

CATALOGUE = Catalogue(
    sorted(
        (
            *models_video_google_openai.ROWS,
            *models_video_kling_seedance.ROWS,
            *models_video_wan_luma.ROWS,
            *models_video_pixverse_runway.ROWS,
            *models_image_flux.ROWS,
            *models_image_google_openai.ROWS,
            *models_image_studios.ROWS,
            *models_families.ROWS,
            *models_generic.ROWS,
        ),
        key=lambda row: (row.modality, row.id),
    )
)


@hookimpl
def tarash_models() -> Catalogue:
    """Return the table."""
    return CATALOGUE
