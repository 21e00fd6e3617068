"""Owns the inputs of these tests, and calls with a key of the API that serves the model."""

from __future__ import annotations

from typing import Literal

import tarash_gateway_luma as luma
from tarash.tarash_gateway.plugin import Call
from tarash.tarash_gateway.testing import call_for

AGENTS_KEY = "luma-api-test"
DREAM_KEY = "luma-1234-test"
BOAT = "https://media.example.org/boat.png"
STREET = "https://media.example.org/street.png"
CLIP = "https://media.example.org/clip.mp4"


def make_call(
    model: str,
    modality: Literal["video", "image"] = "video",
    *,
    api_key: str | None = None,
    **changes: object,
) -> Call:
    """A call as the core makes it, with a key that fits the model unless another is given."""
    row = luma.tarash_models().lookup(model, modality)
    own_key = DREAM_KEY if row is not None and row.route == "dream_machine" else AGENTS_KEY
    key = own_key if api_key is None else api_key
    return call_for(luma, model, modality, api_key=key, **changes)  # type: ignore[arg-type]  # checked by `Call`


def image(role: str, source: object = BOAT) -> dict[str, object]:
    """An input image of a role."""
    return {"image": source, "type": role}
