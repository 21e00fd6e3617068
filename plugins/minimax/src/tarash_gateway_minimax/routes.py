"""Which of MiniMax's four protocols serves a model, and where its server is."""

from __future__ import annotations

from typing import Final

from tarash.tarash_gateway.plugin import Call

V2: Final = "/v2/video_generation"
V1: Final = "/v1/video_generation"
IMAGES: Final = "/v1/image_generation"
H3_IMAGES: Final = "/v1/images/generations"
"""Paths of the submits; each is the `route` of the rows it serves."""

SURFACES = ("/v1", "/v2", "/anthropic")


def route_of(call: Call) -> str:
    """Return the path of the submit; rows added at run time have none of their own."""
    return call.row.route or (IMAGES if call.modality == "image" else V2)


def address(call: Call, path: str) -> str:
    """Return the URL of a path.

    One key opens several of MiniMax's APIs, and people paste the address of any of them as the base URL; its last segment is
    dropped.
    """
    base = call.base_url
    for surface in SURFACES:
        base = base.removesuffix(surface)
    return f"{base}{path}"
