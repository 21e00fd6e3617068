"""fal's model table, combined from the tables of the families (`models_video_*`, `models_image_*`).

A name finds its own row, else the row whose prefix or pattern matches the most letters (`*` is one segment of the path), else the
generic row. The last segment of an endpoint id decides the names of its fields, so every variant of a family (`/image-to-video`,
`/edit`, …) has a row.
"""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Catalogue
from tarash.tarash_gateway.plugin import hookimpl

from . import (
    models_generic,
    models_image_alibaba_kling,
    models_image_flux,
    models_image_google_openai,
    models_image_others,
    models_video_bytedance,
    models_video_google,
    models_video_kling,
    models_video_ltx,
    models_video_luma,
    models_video_minimax,
    models_video_openai,
    models_video_others,
    models_video_pixverse_vidu,
    models_video_wan,
)
from .price_list import listed

CATALOGUE = Catalogue(
    listed(row)
    for row in (
        *models_video_google.ROWS,
        *models_video_openai.ROWS,
        *models_video_kling.ROWS,
        *models_video_bytedance.ROWS,
        *models_video_minimax.ROWS,
        *models_video_wan.ROWS,
        *models_video_ltx.ROWS,
        *models_video_luma.ROWS,
        *models_video_pixverse_vidu.ROWS,
        *models_video_others.ROWS,
        *models_image_google_openai.ROWS,
        *models_image_flux.ROWS,
        *models_image_alibaba_kling.ROWS,
        *models_image_others.ROWS,
        *models_generic.ROWS,
    )
)


@hookimpl
def tarash_models() -> Catalogue:
    """Return the table."""
    return CATALOGUE
