"""Reads from a request class which fields field mappers see, and which hold media, so that a field is declared only once."""

from __future__ import annotations

import functools
from typing import Final, get_args

import pydantic

from ..media.inputs import Media


class NotMapped:
    """The type of `NOT_MAPPED`."""

    def __repr__(self) -> str:
        return "NOT_MAPPED"


NOT_MAPPED: Final = NotMapped()
"""Annotates a field that field mappers do not see by name: `image_list` is mapped by role, `extra_params` is merged last."""


@functools.cache
def mapped_fields(request_type: type[pydantic.BaseModel]) -> tuple[str, ...]:
    """Return the names of the fields that field mappers translate, in the order of declaration."""
    return tuple(
        name for name, field in request_type.model_fields.items() if NOT_MAPPED not in field.metadata
    )


def media_fields(request_type: type[pydantic.BaseModel]) -> frozenset[str]:
    """Return the names of the fields that hold one image, video or sound track."""
    return frozenset(
        name for name, field in request_type.model_fields.items() if _may_be_media(field.annotation)
    )


def _may_be_media(annotation: object) -> bool:
    return annotation is Media or any(_may_be_media(inner) for inner in get_args(annotation))
