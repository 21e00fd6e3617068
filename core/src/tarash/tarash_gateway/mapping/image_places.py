"""Puts the images of a request where the model takes them."""

from __future__ import annotations

from .table import Model
from .values import AUTO, IMAGE_ROLES, Adjustments, Values


def place_images(row: Model, values: Values, adjustments: Adjustments) -> None:
    """Put every image where the model takes one, unless its role says where it belongs."""
    _place_auto(row, values)
    _place_lone_image(row, values, adjustments)


def _place_auto(row: Model, values: Values) -> None:
    """Give an image without a role the place that the model has for it: the first frame, else a reference."""
    images = values.pop(AUTO, None)
    if not isinstance(images, list):
        return
    free = [role for role in IMAGE_ROLES if role in row.taken and role not in values]
    needed = [role for role in free if row.needs(role)]
    places = needed or [role for role in free if role != "last_frame"] or free
    # several images are not frames of one clip
    role = places[0] if places and len(images) == 1 else "reference"
    values[role] = [*_listed(values.get(role)), *images]


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _place_lone_image(row: Model, values: Values, adjustments: Adjustments) -> None:
    """Use a single reference as the one image that the model takes, or as the one that it requires."""
    references = values.get("reference")
    if "reference" in row.taken or not isinstance(references, list) or len(references) != 1:
        return
    roles = [role for role in IMAGE_ROLES if role in row.taken]
    needed = [role for role in roles if row.needs(role)]
    places = [role for role in (roles if len(roles) == 1 else needed) if role not in values]
    if len(places) != 1:
        return
    values[places[0]] = values.pop("reference")
    which = "only image that the model takes" if len(roles) == 1 else "image that the model requires"
    adjustments.note("image_list", "reference", places[0], f"is used as {places[0]}, the {which}")


__all__ = ["place_images"]
