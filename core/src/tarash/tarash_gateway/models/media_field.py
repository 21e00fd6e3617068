"""How media appear in pydantic models: read on the way in, a URL or `data:` URL on the way out."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import pydantic

from ..media.inputs import Media, to_media

MediaField: TypeAlias = Annotated[
    Media,
    pydantic.PlainValidator(to_media),
    pydantic.PlainSerializer(
        lambda media: media.as_text() if isinstance(media, Media) else media, return_type=str
    ),
]
