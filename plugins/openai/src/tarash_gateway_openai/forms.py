"""Writes bodies as a form with files or as JSON.

Source: openai 3.54.0, resources/images.py and resources/videos.py (part names, brackets).
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Media,
    Part,
)


def form_parts(fields: Mapping[str, object]) -> tuple[Part, ...]:
    """Return the parts of a form: numbers as text, objects as `name[key]`, lists as repeated `name[]`."""
    return tuple(part for name, value in fields.items() for part in _parts(name, value))


def _parts(name: str, value: object) -> tuple[Part, ...]:
    if value is None:
        return ()
    if isinstance(value, Media):
        return (Part(name, value.content or b"", value.filename, value.content_type),)
    if isinstance(value, Mapping):
        return tuple(part for key, item in value.items() for part in _parts(f"{name}[{key}]", item))
    if isinstance(value, list | tuple):
        return tuple(part for item in value for part in _parts(f"{name}[]", item))
    if isinstance(value, bool):
        return (Part(name, "true" if value else "false"),)
    return (Part(name, str(value)),)


def image_reference(item: object) -> object:
    """Return an input image for JSON: `{"image_url"}`, or what `extra_params` gave (`{"file_id"}`)."""
    if isinstance(item, Media):
        return {"image_url": item.as_text()}
    return item


def is_upload(item: object) -> bool:
    """Return whether it is bytes, which only a form can carry."""
    return isinstance(item, Media) and item.content is not None
