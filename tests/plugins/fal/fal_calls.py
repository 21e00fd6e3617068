"""Owns the payloads of fal's models as these tests compare them."""

from __future__ import annotations

import tarash_gateway_fal as fal
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.flows import PROMPT

VEO = "fal-ai/veo3.1"


def video_payload(model: str, **fields: object) -> dict[str, object]:
    """The payload of a video request, without its prompt."""
    payload = dict(map_for(fal, call_for(fal, model), **fields).payload)
    assert payload.pop("prompt", PROMPT) == PROMPT
    return payload


def image_payload(model: str, **fields: object) -> dict[str, object]:
    """The payload of an image request, without its prompt."""
    payload = dict(map_for(fal, call_for(fal, model, "image"), **fields).payload)
    assert payload.pop("prompt", PROMPT) == PROMPT
    return payload
