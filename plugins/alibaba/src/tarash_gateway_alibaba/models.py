"""Model Studio's model tables, put together; a name finds its exact row, else the longest prefix, else the generic row."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Catalogue
from tarash.tarash_gateway.plugin import hookimpl

from .models_happyhorse import HAPPYHORSE_ROWS
from .models_image import GENERIC_IMAGE, IMAGE_ROWS
from .models_wan import GENERIC_VIDEO, WAN_ROWS

CATALOGUE = Catalogue((*HAPPYHORSE_ROWS, *WAN_ROWS, GENERIC_VIDEO, *IMAGE_ROWS, GENERIC_IMAGE))


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE
