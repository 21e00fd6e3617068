"""OpenAI's model table. A name finds its exact row, else the longest prefix, else the generic row."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Catalogue
from tarash.tarash_gateway.plugin import hookimpl

from .models_image import IMAGE_MODELS
from .models_video import VIDEO_MODELS

CATALOGUE = Catalogue((*IMAGE_MODELS, *VIDEO_MODELS))


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model table."""
    return CATALOGUE
