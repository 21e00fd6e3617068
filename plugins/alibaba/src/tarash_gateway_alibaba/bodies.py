"""Writes the body of each endpoint: what describes the content is in `input`, everything else in `parameters`.

Source: dashscope 2.0.2 (aigc/video_synthesis.py, image_synthesis.py, image_generation.py); comfy-cli 1.23.0 (OpenAPI).
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Size
from tarash.tarash_gateway.plugin import ValidationError, wire, wrong_field

from .routes import IMAGE_TO_IMAGE, KEYFRAMES, MESSAGES, TEXT_TO_IMAGE, VIDEOS

MEDIA_TYPES = (
    "first_frame",
    "last_frame",
    "first_clip",
    "video",
    "reference_image",
    "reference_video",
    "reference_audio",
    "driving_audio",
    "file",
    "link",
)
"""Types of the items of `media`. Prompts count them in the order of the list: "Image 1", "Video 1"."""
VIDEO_INPUTS = frozenset(
    {
        "prompt", "negative_prompt", "template", "img_url", "audio_url", "first_frame_url", "last_frame_url", "reference_urls",
        "reference_video_urls", "media",
    }
)  # fmt: skip
INPUTS: Mapping[str, frozenset[str]] = {
    VIDEOS: VIDEO_INPUTS,
    KEYFRAMES: VIDEO_INPUTS,
    TEXT_TO_IMAGE: frozenset({"prompt", "negative_prompt"}),
    IMAGE_TO_IMAGE: frozenset({"prompt", "negative_prompt", "images", "function", "mask_image_url", "base_image_url"}),
}  # fmt: skip
"""Members of `input`, by endpoint; those that take messages have them there, and nothing else."""


def body_of_request(route: str, model: str, mapped: Mapping[str, object]) -> dict[str, object]:
    """Return the body to submit.

    Args:
        route: endpoint.
        model: model name.
        mapped: members by name, as the row and `extra_params` give them; `input` and `parameters` may be among them.
    """
    members = dict(mapped)
    own_input, own_parameters = wire.mapping(members.pop("input", None)), members.pop("parameters", None)
    if isinstance(members.get("size"), str):
        members["size"] = _wire_size(str(members["size"]))
    if route in MESSAGES:
        inputs = {"messages": members.pop("messages", None) or _messages(members)}
    else:
        if route == VIDEOS:
            _gather_media(model, members)
        elif route == KEYFRAMES:
            _rename_frames(members)
        inputs = {name: members.pop(name) for name in INPUTS[route] if name in members}
    parameters = {**members, **wire.mapping(own_parameters)}
    body: dict[str, object] = {"model": model, "input": {**inputs, **own_input}}
    return {**body, "parameters": parameters} if parameters else body


def check_pixels(size: object, limits: tuple[int, int] | None) -> None:
    """Refuse a size in pixels whose area the model does not take.

    Raises:
        ValidationError: says how many pixels it takes.
    """
    found = Size.parse(size) if isinstance(size, str) else None
    if found is None or limits is None:
        return
    pixels, (fewest, most) = found.width * found.height, limits
    if not fewest <= pixels <= most:
        raise ValidationError(
            wrong_field("size", size)
            + f" is not offered: it has {pixels} pixels; use {fewest} to {most}, such as {_square(fewest)} to {_square(most)}"
        )


def _square(pixels: int) -> str:
    side = round(pixels**0.5)
    return f"{side}x{side}"


def _wire_size(text: str) -> str:
    size = Size.parse(text)
    return text if size is None else f"{size.width}*{size.height}"


def _messages(members: dict[str, object]) -> list[dict[str, object]]:
    """Return the one message that holds the input images and the prompt."""
    images = wire.one_or_more(members.pop("images", None))
    prompt = members.pop("prompt", None)
    texts = [] if prompt is None else [{"text": prompt}]
    return [{"role": "user", "content": [*({"image": image} for image in images), *texts]}]


def _gather_media(model: str, members: dict[str, object]) -> None:
    """Write the inputs as the list that Wan 2.7 and later take, or as the references of Wan 2.6."""
    given = {name: members.pop(name) for name in MEDIA_TYPES if name in members}
    if "reference_urls" in members or "wan2.6-r2v" in model:
        urls = [
            *wire.one_or_more(members, "reference_urls"),
            *wire.one_or_more(given.pop("reference_video", None)),
        ]
        if urls:
            members["reference_urls"] = urls
    items = [{"type": name, "url": item} for name, value in given.items() for item in wire.one_or_more(value)]
    if items and "media" not in members:
        members["media"] = items


def _rename_frames(members: dict[str, object]) -> None:
    for name in ("first_frame", "last_frame"):
        if name in members:
            members[f"{name}_url"] = members.pop(name)
