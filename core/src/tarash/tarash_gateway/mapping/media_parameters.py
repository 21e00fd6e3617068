"""Reads the media among the provider-specific parameters of a request, which no field of the request declares as media."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from ..exceptions import ValidationError
from ..media.inputs import Media, to_media
from ..media.permissions import Permissions
from ..media.reading import read_file
from ..models.request import GenerationRequest
from ..phrases import Phrase, wrong_field
from .field_mapper import ExtraParamsMapper
from .table import Model

RequestT = TypeVar("RequestT", bound=GenerationRequest)


def media_parameters(row: Model) -> frozenset[str]:
    """Return the names of the parameters that a row declares as media."""
    return frozenset(
        name
        for mapper in row.fields.values()
        if isinstance(mapper, ExtraParamsMapper)
        for name in mapper.media
    )


def read_media_parameters(
    request: RequestT, names: Iterable[str], permissions: Permissions | None = None
) -> RequestT:
    """Return the request with these parameters as `Media`, or lists of them, with the content of every file; other names stay.

    Args:
        request: a request of any modality.
        names: names of the parameters in `extra_params` that are media.
        permissions: which files a string may name; None allows all.

    Raises:
        ValidationError: a parameter is not media, or its file cannot or may not be read.
    """
    extra = request.extra_params
    read = {name: _read(name, extra[name], permissions) for name in names if extra.get(name) is not None}
    return request.model_copy(update={"extra_params": {**extra, **read}}) if read else request


def _read(name: str, value: object, permissions: Permissions | None) -> object:
    try:
        if isinstance(value, list | tuple):
            return [_one(item, permissions) for item in value]
        return _one(value, permissions)
    except ValidationError as error:
        raise ValidationError(Phrase(wrong_field("extra_params", key=name), ": ", error.message)) from error


def _one(value: object, permissions: Permissions | None) -> Media:
    return read_file(to_media(value), permissions=permissions)


__all__ = ["media_parameters", "read_media_parameters"]
