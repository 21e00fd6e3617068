"""Converts model names between their spellings: as people write them, in a path, and in `model_name`."""

from __future__ import annotations

import re
from collections.abc import Mapping

MOTION_CONTROL = "-motion-control"
"""Suffix of the names for motion control, which is an endpoint at Kling and not a model."""

LEGACY_TWINS: Mapping[str, str] = {
    "kling-3.0": "kling-v3",
    "kling-2.6": "kling-v2-6",
    "kling-2.5-turbo": "kling-v2-5-turbo",
    "kling-3.0-omni": "kling-v3-omni",
    "kling-o1": "kling-video-o1",
    "kling-3.0-motion-control": "kling-v3-motion-control",
    "kling-2.6-motion-control": "kling-v2-6-motion-control",
}
"""Path-based name → the same model's name under /v1, for accounts that have only an access key and a secret key."""

_DOTTED = re.compile(r"(?<=^kling-v\d)\.(?=\d)")
_WHOLE_VERSION = re.compile(r"(?<=^kling-v\d)\.0(?!\d)")


def path_name(model: str) -> str:
    """Return the last segment of a path-based endpoint."""
    return model.removesuffix(MOTION_CONTROL)


def legacy_name(model: str) -> str:
    """Return the `model_name` of a legacy body: "kling-v2.6" is spelled "kling-v2-6" there, and "kling-v3.0" "kling-v3"."""
    return _DOTTED.sub("-", _WHOLE_VERSION.sub("", model)).removesuffix(MOTION_CONTROL)
