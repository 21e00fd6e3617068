"""Makes the requests that the conformance kit tries on a row: the minimum it needs, all it takes, and values it forbids."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

from ...mapping.field_mapper import FieldCapability
from ...mapping.table import Model
from ...mapping.values import IMAGE_ROLES, role_field
from ...media.png import png_chunk, write_with_opacity
from ...mock.sample_media import sample_image, sample_video
from ...models.request import GenerationRequest, ImageGenerationRequest, ImageInput, VideoGenerationRequest

PROMPT = "a paper boat in the rain"
_PLAIN = {
    "prompt": PROMPT,
    "negative_prompt": "blur",
    "seed": 7,
    "generate_audio": True,
    "enhance_prompt": True,
    "quality": "high",
    "style": "photo",
    "size": "1024x1024",
    "aspect_ratio": "16:9",
    "resolution": "720p",
    "duration_seconds": 5,
    "number_of_videos": 1,
    "n": 1,
}
_INPUTS = frozenset({*IMAGE_ROLES, "video", "mask_image"})
SIDE = 320
"""Width and height of every sample, in pixels."""
LONG_SECONDS = 3599
LARGE_BYTES = 6 * 1024 * 1024
_ILLEGAL = {
    "duration_seconds": LONG_SECONDS,
    "aspect_ratio": "97:3",
    "resolution": "144p",
    "size": "33x17",
    "quality": "no-such-quality",
    "style": "no-such-style",
}

URL_IMAGE = "https://media.example.com/in.png"
URL_VIDEO = "https://media.example.com/in.mp4"


@functools.cache
def sample_png(*, seed: int = 3) -> bytes:
    """Return a small, real image; each seed gives another one."""
    return sample_image(width=SIDE, height=SIDE, colour_seed=seed)


def sample_mask() -> bytes:
    """Return a mask as large as `sample_png`: its left half is opaque and white, its right half transparent and black."""
    opacity = b"\xff" * (SIDE // 2) + b"\x00" * (SIDE // 2)
    return write_with_opacity(SIDE, [opacity] * SIDE, brightness=bytes(range(256)))


def large_png() -> bytes:
    """Return an image with so much text in it that a plugin which uploads large files uploads it."""
    png = sample_png()
    chunk = png_chunk(b"tEXt", b"Comment\x00" + b"a" * LARGE_BYTES)
    # between the header (8 bytes of signature, and a chunk of 13 bytes) and the picture
    return png[:33] + chunk + png[33:]


@functools.cache
def sample_mp4() -> bytes:
    """Return a small, real clip."""
    return sample_video(duration_seconds=2, width=SIDE, height=SIDE, colour_seed=3)


def minimal_request(row: Model, **extra: object) -> GenerationRequest:
    """Return a request with the fields that the row requires, plus `extra`."""
    values: dict[str, object] = {"prompt": _PLAIN["prompt"] if row.accepts("prompt") else ""}
    images: list[ImageInput] = []
    for capability in row.capabilities():
        if capability.required:
            _give(capability, values, images)
    for mapper in row.fields.values():
        # a mapper that takes one of several roles marks none of them as required
        if (
            mapper.required
            and len(mapper.fields) > 1
            and not any(role_field(item.type) in mapper.fields for item in images)
        ):
            _give(mapper.describe()[0], values, images)
    return _request(row, {**values, **extra}, images)


def maximal_request(row: Model, *, all_inputs: bool = True) -> GenerationRequest:
    """Return a request with every field that the row takes; the rules between fields may then cause adjustments.

    Args:
        row: the row.
        all_inputs: False gives only the images and videos that the row requires, for rows whose inputs exclude each other.
    """
    values: dict[str, object] = {"prompt": _PLAIN["prompt"] if row.accepts("prompt") else ""}
    images: list[ImageInput] = []
    for capability in row.capabilities():
        if capability.field != "extra_params" and (all_inputs or capability.field not in _INPUTS):
            _give(capability, values, images)
    if all_inputs:
        return _request(row, values, images)
    fields = {name: value for name, value in values.items() if name in _request_class(row).model_fields}
    return minimal_request(row, **fields)


def declared_values(row: Model) -> Iterator[tuple[str, object]]:
    """Yield every field with each value that the row allows."""
    for capability in row.capabilities():
        for value in capability.allowed:
            yield capability.field, value
        for bound in (capability.minimum, capability.maximum):
            if bound is not None and capability.field == "duration_seconds":
                yield capability.field, bound


def illegal_values(row: Model) -> Iterator[tuple[str, object]]:
    """Yield every field with a closed set of values, and a value that the row forbids."""
    closed = {item.field for item in row.capabilities() if item.allowed or item.maximum is not None}
    free = {item.field for item in row.capabilities() if item.note}
    longest = max(
        (item.maximum or 0 for item in row.capabilities() if item.field == "duration_seconds"), default=0
    )
    for name, value in _ILLEGAL.items():
        if (
            name in closed
            and name not in free
            and not (name == "duration_seconds" and longest >= LONG_SECONDS)
        ):
            yield name, value


def with_first_frame(image: object, *, model_row: Model) -> GenerationRequest:
    """Return a minimal request with this first frame."""
    request = minimal_request(model_row)
    others = tuple(item for item in request.image_list if item.type != "first_frame")
    frame = ImageInput.model_validate({"image": image, "type": "first_frame"})
    return request.model_copy(update={"image_list": (frame, *others)})


def with_images(
    images: Sequence[object],
    role: str,
    *,
    model_row: Model,
    mask: bytes | None = None,
    request: GenerationRequest | None = None,
) -> GenerationRequest:
    """Return a request with these images of one role, named as in the capabilities of a row, and with this mask.

    Args:
        images: the images.
        role: their role.
        model_row: the row of the model.
        mask: mask of an edit, or None.
        request: what to add them to; None is a minimal request.
    """
    kind = "style" if role == "style_image" else role
    request = request or minimal_request(model_row, **({} if mask is None else {"mask_image": mask}))
    others = tuple(item for item in request.image_list if item.type != kind)
    added = tuple(ImageInput.model_validate({"image": image, "type": kind}) for image in images)
    return request.model_copy(update={"image_list": (*others, *added)})


def _give(capability: FieldCapability, values: dict[str, object], images: list[ImageInput]) -> None:
    name = capability.field
    if name in IMAGE_ROLES:
        source = URL_IMAGE if "URL" in capability.note else sample_png()
        images.append(
            ImageInput.model_validate({"image": source, "type": "style" if name == "style_image" else name})
        )
    elif name == "video":
        values[name] = URL_VIDEO if "URL" in capability.note else sample_mp4()
    elif name == "mask_image":
        values[name] = sample_mask()
    elif capability.allowed:
        values[name] = capability.allowed[0]
    elif name in _PLAIN:
        value = _PLAIN[name]
        if isinstance(value, int) and not isinstance(value, bool):
            value = max(value, capability.minimum or value)
            value = min(value, capability.maximum or value)
        values[name] = value


def _request_class(row: Model) -> type[GenerationRequest]:
    return VideoGenerationRequest if row.modality == "video" else ImageGenerationRequest


def _request(row: Model, values: dict[str, object], images: list[ImageInput]) -> GenerationRequest:
    kind = _request_class(row)
    known = {name: value for name, value in values.items() if name in kind.model_fields}
    return kind.model_validate({**known, "image_list": tuple(images), "extra_params": row.example_params})


__all__ = [
    "PROMPT",
    "URL_IMAGE",
    "declared_values",
    "illegal_values",
    "large_png",
    "maximal_request",
    "minimal_request",
    "sample_mask",
    "sample_png",
    "with_first_frame",
    "with_images",
]
