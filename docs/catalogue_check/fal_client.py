"""Reads the endpoints of fal's client for JavaScript, whose types list a request and a result for each."""

from __future__ import annotations

from collections.abc import Mapping

from .facts import KnownField, KnownModel
from .typescript import Declarations, Named

ENDPOINTS = "EndpointTypeMap"
_MEDIA = frozenset(("video", "videos", "image", "images"))


def read_endpoints(text: str) -> Mapping[str, KnownModel]:
    """Return the endpoints that generate videos or images, by id.

    Args:
        text: content of `types/endpoints.d.ts`.

    Raises:
        TypeScriptError: the file uses what the reader does not know.
    """
    declared = Declarations(text)
    found: dict[str, KnownModel] = {}
    for endpoint, entry in sorted(declared.members(Named(ENDPOINTS)).items()):
        sides = declared.members(entry.type)
        if not _MEDIA.intersection(declared.members(sides["output"].type)):
            continue
        fields = {
            name: KnownField(shape=declared.shape(member.type), required=not member.optional)
            for name, member in declared.members(sides["input"].type).items()
        }
        found[endpoint] = KnownModel(fields=fields)
    return found
