"""Google's model table, and the protocol that serves each row."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, cast

from tarash.tarash_gateway.mapping import Catalogue, Model
from tarash.tarash_gateway.plugin import Call, hookimpl

from .models_image import IMAGE_MODELS
from .models_veo import VEO_MODELS
from .models_video import OMNI_MODELS

Route: TypeAlias = Literal["interactions", "generate_content", "predict_long_running", "predict"]
"""Protocols of Omni, of Gemini's images, of Veo and of Imagen, in this order."""

CATALOGUE: Final = Catalogue((*OMNI_MODELS, *VEO_MODELS, *IMAGE_MODELS))
_QUALIFIERS = ("publishers/google/models/", "models/", "google/")


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model table."""
    return CATALOGUE


def bare_name(model: str) -> str:
    """Return the model's name without the resource path that Google's pages put in front of it."""
    for qualifier in _QUALIFIERS:
        model = model.removeprefix(qualifier)
    return model


def row_of(call: Call) -> Model:
    """Return the row that serves the call; the row of the bare name takes precedence over the generic one."""
    if not call.row.generic:
        return call.row
    return CATALOGUE.lookup(bare_name(call.model), call.modality) or call.row


def route_of(call: Call) -> Route:
    """Return the protocol of the call; rows registered by users may leave it out."""
    route = row_of(call).route
    if not route:
        return "interactions" if call.modality == "video" else "generate_content"
    return cast("Route", route)
