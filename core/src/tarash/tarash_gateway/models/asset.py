"""The outputs of a generation: one record for each file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pydantic

from .deferral import built_on_first_use


@built_on_first_use
class ResponseAsset(pydantic.BaseModel):
    """One output file.

    Attributes:
        kind: name of a modality ("video", "image"), or "audio", "thumbnail" or "other".
        url: https, `file:` or `data:` URL.
        content_type: media type, such as "video/mp4", or None.
        size_bytes: size in bytes, or None.
        width: in pixels, or None.
        height: in pixels, or None.
        duration_seconds: length in seconds, or None.
        expires_at: when the URL stops working, aware, in UTC; None if not known.
        needs_key: whether the download required the provider's key. The gateway has already stored such an asset, so `url` is a
            `file:` URL.
    """

    model_config = pydantic.ConfigDict(frozen=True, defer_build=True)

    kind: str
    url: str
    content_type: str | None = None
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    expires_at: datetime | None = None
    needs_key: bool = False


@dataclass(frozen=True, slots=True)
class Outputs:
    """The outputs from which a response is filled.

    Attributes:
        assets: every output, the main one first; at least one is of the modality's kind.
        duration_seconds: length in seconds, as the provider reports it or as requested.
        revised_prompt: the prompt as the provider rewrote it, or None.
    """

    assets: Sequence[ResponseAsset]
    duration_seconds: float | None
    revised_prompt: str | None = None
