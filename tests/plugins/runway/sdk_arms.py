"""Owns the comparison of a row with the arm of the official SDK's types that it stands for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import get_args

from simulators.runway.schema import ENDPOINTS, arms, members_of
from tarash.tarash_gateway.mapping import Model
from tarash_gateway_runway.arms import RunwayModel
from tarash_gateway_runway.models import IMAGE_ROWS, VIDEO_ROWS

ENDPOINT_OF = {
    "text": "text_to_video",
    "reference": "text_to_video",
    "image": "image_to_video",
    "video": "video_to_video",
}


def rows_with_endpoints() -> Iterator[tuple[str, str, Model]]:
    """Every (model, endpoint, row) that runwayml 5.24.0 has a type for: arms one by one, no generic or retired row."""
    for row in itertools.chain(VIDEO_ROWS, IMAGE_ROWS):
        assert isinstance(row, RunwayModel)
        if row.generic or row.lifecycle is not None or row.id == "router:":
            continue
        if row.route:
            yield row.id, row.route, row
        elif row.arms:
            for name, arm in row.arms.items():
                yield row.id, "text_to_image" if row.modality == "image" else ENDPOINT_OF[name], arm
        else:
            wire = row.fields.keys()
            yield row.id, "image_to_video" if "promptImage" in wire else "video_to_video", row


def sdk_arms() -> set[tuple[str, str]]:
    """Every (model, endpoint) of the SDK, the router's aside."""
    return {(model, endpoint) for endpoint in ENDPOINTS for model in arms(endpoint) if model}


def declared(endpoint: str, model: str) -> dict[str, bool]:
    """Wire name → required, the model's own name aside."""
    return {name: need for name, (_, need) in members_of(arms(endpoint)[model]).items() if name != "model"}


def words(endpoint: str, model: str, name: str) -> tuple[object, ...]:
    """The closed set of words of a member, free text beside it left out; empty when it is open."""
    found: list[object] = []
    for word in get_args(members_of(arms(endpoint)[model])[name][0]):
        found += [word] if isinstance(word, str | int) else get_args(word)
    return tuple(found)
