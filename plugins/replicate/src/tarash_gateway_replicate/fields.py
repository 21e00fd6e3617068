"""The field sets that Replicate's models share: each names a request field, the name it is sent under, and its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from tarash.tarash_gateway.mapping import (
    FieldMapper,
    aspect_ratio_field_mapper,
    choice_field_mapper,
    duration_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    image_ratio_field_mapper,
    mask_image_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    resolution_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole

Fields: TypeAlias = dict[str, FieldMapper]
"""Name in the payload → mapper; `|` combines field sets."""

PROMPT: Fields = {"prompt": passthrough_field_mapper("prompt", required=True)}
OPTIONAL_PROMPT: Fields = {"prompt": passthrough_field_mapper("prompt")}
NEGATIVE_PROMPT: Fields = {"negative_prompt": passthrough_field_mapper("negative_prompt")}
SEED: Fields = {"seed": passthrough_field_mapper("seed")}
ANY_RATIO: Fields = {"aspect_ratio": passthrough_field_mapper("aspect_ratio")}


def sound(wire: str = "generate_audio") -> Fields:
    """Map `generate_audio`."""
    return {wire: passthrough_field_mapper("generate_audio")}


def prompt_rewriting(wire: str) -> Fields:
    """Map `enhance_prompt`."""
    return {wire: passthrough_field_mapper("enhance_prompt")}


def durations(*allowed: int, wire: str = "duration") -> Fields:
    """Map `duration_seconds` to one of a few JSON integers."""
    return {wire: duration_field_mapper("int", allowed_values=allowed)}


def duration_between(minimum: int, maximum: int | None = None) -> Fields:
    """Map `duration_seconds` to a JSON integer; without a maximum where none is published."""
    return {"duration": duration_field_mapper("int", minimum=minimum, maximum=maximum)}


def ratios(*allowed: str) -> Fields:
    """Map `aspect_ratio`."""
    return {"aspect_ratio": aspect_ratio_field_mapper(allowed)}


def renamed_ratios(words: Mapping[str, str]) -> Fields:
    """Map `aspect_ratio` to other words; unified word first."""
    return {"aspect_ratio": aspect_ratio_field_mapper(words)}


def resolutions(*allowed: str, wire: str = "resolution") -> Fields:
    """Map `resolution`."""
    return {wire: resolution_field_mapper(allowed)}


def tiers(wire: str, words: Mapping[str, str]) -> Fields:
    """Map `resolution` to the words of a model's quality steps; unified word first."""
    return {wire: resolution_field_mapper(words)}


def first_frame(wire: str = "image", *, required: bool = False) -> Fields:
    """Map the first frame."""
    return {wire: single_image_field_mapper("first_frame", required=required, encoding="upload")}


def last_frame(wire: str) -> Fields:
    """Map the last frame."""
    return {wire: single_image_field_mapper("last_frame", encoding="upload")}


def references(wire: str, *, maximum: int | None = None) -> Fields:
    """Map reference images to a list."""
    mapper = image_list_field_mapper(("reference", "asset", "style"), max_items=maximum, encoding="upload")
    return {wire: mapper}


def reference(wire: str, *, required: bool = False) -> Fields:
    """Map the one reference image, or image to be edited."""
    return {wire: single_image_field_mapper("reference", required=required, encoding="upload")}


def style_reference(wire: str) -> Fields:
    """Map the one style image."""
    return {wire: single_image_field_mapper("style", encoding="upload")}


def mask(wire: str = "mask", *, same_size: bool = False) -> Fields:
    """Map the mask: white is repainted, as in the request (see `payload.tarash_map` for the exception).

    Args:
        wire: the parameter of the model.
        same_size: whether the schema of the model says that it must have the size of the `reference`.
    """
    sized: tuple[ImageRole, ...] = ("reference",) if same_size else ()
    return {wire: mask_image_field_mapper(encoding="upload", same_size_as=sized)}


def source_video(wire: str = "video", *, required: bool = False, as_list: bool = False) -> Fields:
    """Map the input video."""
    return {wire: video_url_field_mapper(required=required, encoding="upload", as_list=as_list)}


def image_ratios(*allowed: str, auto: str = "") -> Fields:
    """Map `aspect_ratio`, and the shape of a `size` in pixels; `auto` names the input image's shape."""
    words = {word: word for word in allowed} | ({"auto": auto} if auto else {})
    return {"aspect_ratio": image_ratio_field_mapper(words)}


def image_steps(wire: str, *words: str) -> Fields:
    """Map the steps of `size` ("1k", "2k") to the model's spelling; goes after `image_ratios`."""
    return {wire: choice_field_mapper("size", {word.lower(): word for word in words})}


def count(wire: str, maximum: int) -> Fields:
    """Map `n`."""
    return {wire: n_images_field_mapper(maximum=maximum)}


def quality(*allowed: str) -> Fields:
    """Map `quality`."""
    return {"quality": choice_field_mapper("quality", allowed)}


def extra(*known: str) -> Fields:
    """Name the parameters that only this model has, for `extra_params`."""
    return {"extra_params": extra_params_field_mapper(*known)}
