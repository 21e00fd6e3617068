"""Maps input images: Kling reads a URL, or the base64 of a JPEG or PNG without a `data:` prefix."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import FieldMapper, image_list_field_mapper, single_image_field_mapper
from tarash.tarash_gateway.plugin import ImageRole

REFERENCES: tuple[ImageRole, ...] = ("reference", "asset", "style")
REFERENCE_FIELDS = ("reference", "asset", "style_image")
"""The names of `REFERENCES` among the values of a request, for rules."""
PATH_MAX_BYTES = 50_000_000
LEGACY_MAX_BYTES = 10_000_000
_FORMATS = ("image/png", "image/jpeg")


def image(
    role: ImageRole, *also: ImageRole, required: bool = False, max_bytes: int = LEGACY_MAX_BYTES
) -> FieldMapper:
    """Map the one image of `role`, or of one of the roles `also`."""
    return single_image_field_mapper(
        role, also=also, required=required, encoding="base64", content_types=_FORMATS, max_bytes=max_bytes
    )


def images(
    max_items: int,
    roles: tuple[ImageRole, ...] = REFERENCES,
    *,
    required: bool = False,
    max_bytes: int = LEGACY_MAX_BYTES,
) -> FieldMapper:
    """Map up to `max_items` images that are not frames."""
    return image_list_field_mapper(
        roles,
        required=required,
        max_items=max_items,
        encoding="base64",
        content_types=_FORMATS,
        max_bytes=max_bytes,
    )
