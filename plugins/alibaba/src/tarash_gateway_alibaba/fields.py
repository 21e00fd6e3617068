"""Field mappers that several of Model Studio's rows share; their names are members of `input` or `parameters`."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole

LARGEST_SEED = 2_147_483_647
LONGEST_NEGATIVE_PROMPT = 500
REFERENCES: tuple[ImageRole, ...] = ("reference", "asset", "style")
PICTURES: tuple[ImageRole, ...] = ("reference", "first_frame", "asset", "style")
REFERENCE_FIELDS = ("reference", "asset", "style_image")
"""The names of the roles in rules."""
FRAME_FIELDS = ("first_frame", "last_frame")


def prompt(longest: int | None, *, required: bool = True) -> FieldMapper:
    """Map the prompt. What is too long would be cut by the server, so it is refused."""
    return passthrough_field_mapper("prompt", required=required, max_length=longest)


def negative_prompt() -> FieldMapper:
    """Map the negative prompt."""
    return passthrough_field_mapper("negative_prompt", max_length=LONGEST_NEGATIVE_PROMPT)


def seed() -> FieldMapper:
    """Map the seed."""
    return passthrough_field_mapper("seed", minimum=0, maximum=LARGEST_SEED)


def prompt_extend() -> FieldMapper:
    """Map `enhance_prompt`; without it, the server rewrites the prompt."""
    return passthrough_field_mapper("enhance_prompt")


def tiers(*resolutions: str) -> FieldMapper:
    """Map the resolution to the words of Model Studio ("720P")."""
    return resolution_field_mapper({word: word.upper() for word in resolutions})


def frame(role: ImageRole, *, required: bool = False) -> FieldMapper:
    """Map a frame."""
    return single_image_field_mapper(role, required=required, encoding="upload")


def references(most: int, *, required: bool = False) -> FieldMapper:
    """Map the reference images."""
    return image_list_field_mapper(REFERENCES, max_items=most, required=required, encoding="upload")


def pictures(most: int, *, required: bool = False) -> FieldMapper:
    """Map the images that an image model edits or combines."""
    return image_list_field_mapper(PICTURES, max_items=most, required=required, encoding="upload")


def clip(*, required: bool = False) -> FieldMapper:
    """Map the input video."""
    return video_url_field_mapper(required=required, encoding="upload")


def parameters(*known: str, media: tuple[str, ...] = ()) -> FieldMapper:
    """Document the parameters of a model; every one takes a watermark."""
    return extra_params_field_mapper("watermark", *known, *media, media=media)


def replaced_by_media(fields: Mapping[str, FieldMapper], *members: str) -> dict[str, str]:
    """Return which members a `media` list of the user replaces: those of the row."""
    return {name: "media" for name in members if name in fields}
