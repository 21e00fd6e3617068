"""The field sets that fal's models share: each names a request field, the name it is sent under, and its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    size_field_mapper,
    switch_field_mapper,
    video_url_field_mapper,
)
from tarash.tarash_gateway.plugin import ImageRole

Fields: TypeAlias = dict[str, FieldMapper]
"""Name in the payload → mapper; `|` combines field sets."""

PROMPT: Fields = {"prompt": passthrough_field_mapper("prompt", required=True)}
# the empty prompt is left out: several shots, or an image alone, may stand in for it
OPTIONAL_PROMPT: Fields = {"prompt": passthrough_field_mapper("prompt")}
NEGATIVE_PROMPT: Fields = {"negative_prompt": passthrough_field_mapper("negative_prompt")}
SEED: Fields = {"seed": passthrough_field_mapper("seed")}


def sound(wire: str = "generate_audio") -> Fields:
    """Map `generate_audio`."""
    return {wire: passthrough_field_mapper("generate_audio")}


def prompt_rewriting(wire: str = "enable_prompt_expansion") -> Fields:
    """Map `enhance_prompt`."""
    return {wire: passthrough_field_mapper("enhance_prompt")}


def prompt_thinking() -> Fields:
    """Map `enhance_prompt` where it is a word ("auto" is the default)."""
    return {
        "thinking_type": switch_field_mapper("enhance_prompt", when_true="enabled", when_false="disabled")
    }


def duration_texts(*allowed: int, suffix: str = "") -> Fields:
    """Map `duration_seconds` to one of a few strings: "5", or "5s" with a suffix."""
    return {"duration": duration_field_mapper("str", allowed_values=allowed, suffix=suffix)}


def duration_text_between(minimum: int, maximum: int) -> Fields:
    """Map `duration_seconds` to digits as text."""
    return {"duration": duration_field_mapper("str", minimum=minimum, maximum=maximum)}


def durations(*allowed: int) -> Fields:
    """Map `duration_seconds` to one of a few JSON integers."""
    return {"duration": duration_field_mapper("int", allowed_values=allowed)}


def duration_between(minimum: int | None = None, maximum: int | None = None) -> Fields:
    """Map `duration_seconds` to a JSON integer; without bounds where fal publishes none."""
    return {"duration": duration_field_mapper("int", minimum=minimum, maximum=maximum)}


def duration_in_frames(
    frames_per_second: int, *, extra_frames: int = 1, between: tuple[int, int] | None = None
) -> Fields:
    """Map `duration_seconds` to a number of frames.

    Args:
        frames_per_second: the model's own rate.
        extra_frames: added to the count; most models count the first frame separately.
        between: fewest and most frames, where fal publishes them.
    """
    fewest, most = between or (None, None)
    mapper = duration_field_mapper(
        "frames",
        frames_per_second=frames_per_second,
        extra_frames=extra_frames,
        minimum=None if fewest is None else (fewest - extra_frames) / frames_per_second,
        maximum=None if most is None else (most - extra_frames) / frames_per_second,
    )
    return {"num_frames": mapper}


def ratios(*allowed: str) -> Fields:
    """Map `aspect_ratio`."""
    return {"aspect_ratio": aspect_ratio_field_mapper(allowed)}


def resolutions(*allowed: str) -> Fields:
    """Map `resolution`."""
    return {"resolution": resolution_field_mapper(allowed)}


def resolution_words(words: Mapping[str, str]) -> Fields:
    """Map `resolution` where the model has other words: word of the request → word of the model."""
    return {"resolution": resolution_field_mapper(words)}


def first_frame(wire: str = "image_url", *, required: bool = True) -> Fields:
    """Map the first frame."""
    return {wire: single_image_field_mapper("first_frame", required=required, encoding="upload")}


def last_frame(wire: str = "end_image_url", *, required: bool = False) -> Fields:
    """Map the last frame."""
    return {wire: single_image_field_mapper("last_frame", required=required, encoding="upload")}


def references(wire: str = "image_urls", *, required: bool = False, maximum: int | None = None) -> Fields:
    """Map reference, asset and style images to a list: these models do not distinguish them."""
    mapper = image_list_field_mapper(
        ("reference", "asset", "style"), required=required, max_items=maximum, encoding="upload"
    )
    return {wire: mapper}


def style_references() -> Fields:
    """Map style images to a list, where a model has one for them alone."""
    return {"image_urls": image_list_field_mapper("style", encoding="upload")}


def source_image(wire: str = "image_url", *, required: bool = True) -> Fields:
    """Map the one image to be edited."""
    return {wire: single_image_field_mapper("reference", required=required, encoding="upload")}


def mask(wire: str = "mask_url", *, required: bool = False, same_size: bool = False) -> Fields:
    """Map the mask of an edit; `same_size` where fal's page says that it must have the size of `source_image`."""
    sized: tuple[ImageRole, ...] = ("reference",) if same_size else ()
    return {wire: mask_image_field_mapper(required=required, encoding="upload", same_size_as=sized)}


def subject() -> Fields:
    """Map the one image of the subject, whether it is given as a reference or as the first frame."""
    mapper = single_image_field_mapper(
        "reference", also=("first_frame", "asset"), required=True, encoding="upload"
    )
    return {"image_url": mapper}


def source_video(wire: str = "video_url", *, required: bool = True) -> Fields:
    """Map the input video."""
    return {wire: video_url_field_mapper(required=required, encoding="upload")}


def source_videos(wire: str = "video_urls", *, required: bool = False) -> Fields:
    """Map the input video to a list of one."""
    return {wire: video_url_field_mapper(required=required, encoding="upload", as_list=True)}


def extra(*known: str, needed: Mapping[str, str] | None = None) -> Fields:
    """Name the parameters that only this model has, for `extra_params`.

    Args:
        known: the optional ones.
        needed: what to set, by the name of one that the model requires.
    """
    return {"extra_params": extra_params_field_mapper(*known, needed=needed)}


SIZE_PRESETS = ("square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9")


def image_size(*words: str, multiple_of: int = 1, required: bool = False) -> Fields:
    """Map `size` (and `aspect_ratio`, to the nearest preset) to a preset or an object of width and height.

    Args:
        words: further words the model takes, such as "auto_2K"; a request may write them in lower case.
        multiple_of: what a side in pixels must be a multiple of.
        required: whether the model requires it; a shape will do.
    """
    allowed = {word.lower(): word for word in (*SIZE_PRESETS, *words)}
    mapper = size_field_mapper(
        allowed, form="object", multiple_of=multiple_of, takes_ratio=True, required=required
    )
    return {"image_size": mapper}


def image_size_texts(*allowed: str) -> Fields:
    """Map `size` (and `aspect_ratio`, to the nearest) to one of a few strings such as "1536x1024"."""
    return {"image_size": size_field_mapper(allowed, takes_ratio=True)}


def image_ratios(allowed: Sequence[str], *, required: bool = False) -> Fields:
    """Map `aspect_ratio`, and the shape of a `size` in pixels."""
    return {"aspect_ratio": image_ratio_field_mapper(allowed, required=required)}


def image_resolutions(*wire_words: str) -> Fields:
    """Map the steps of `size` ("1k", "2k", "4k") to the model's own spelling; goes after `image_ratios`."""
    return {"resolution": choice_field_mapper("size", {word.lower(): word for word in wire_words})}


def count(maximum: int | None = None) -> Fields:
    """Map `n`; without a maximum where fal publishes none."""
    mapper = passthrough_field_mapper("n") if maximum is None else n_images_field_mapper(maximum=maximum)
    return {"num_images": mapper}
