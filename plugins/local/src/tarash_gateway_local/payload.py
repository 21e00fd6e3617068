"""From the mapped request to the description of a render."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import cast

from tarash.tarash_gateway.mapping import Mapped, Ratio, Size
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    Media,
    Submission,
    ValidationError,
    default_map,
    new_token,
    read_random,
    replace_media,
    send,
    wire,
)

from .source_images import decode_image
from .spec import ImageFormat, StillSpec, VideoSpec

DEFAULT_DURATION_SECONDS = 4.0
DEFAULT_SHORT_SIDE = 720
SQUARE = Ratio(1, 1)
_VIDEO_MEMBERS = frozenset(
    {"prompt", "duration_seconds", "aspect_ratio", "resolution", "audio", "seed", "first_frame", "last_frame"}
) | {"references", "frames_per_second"}
_STILL_MEMBERS = frozenset(
    {"prompt", "size", "aspect_ratio", "seed", "n", "source", "references", "mask", "format"}
)


def map_request(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and refuse now what the renderer would refuse later."""
    mapped = default_map(call, request)
    known = _VIDEO_MEMBERS if call.modality == "video" else _STILL_MEMBERS
    unknown = sorted(set(mapped.payload) - known)
    if unknown:
        raise ValidationError(
            f"extra_params {', '.join(unknown)} are unknown to {call.model}; use frames_per_second or format"
        )
    for item in _media_of(mapped.payload):
        if item.content is not None:
            _check_image(item)
    try:
        build_spec(
            call, {name: value for name, value in mapped.payload.items() if not _holds_media(value)}, seed=0
        )
    except ValueError as error:
        raise ValidationError(str(error)) from error
    return mapped


def submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Fetch images given by URL and describe the render; the drawing is done by the polls."""
    complete = yield from replace_media(payload, partial(_load, call))
    seed = wire.integer(payload, "seed")
    if seed is None:
        seed = int((yield from read_random()) * 2**31)
    token = yield from new_token()
    spec = build_spec(call, complete, seed=seed)
    if isinstance(spec, VideoSpec):
        return Submission(
            job={"id": token, "spec": spec.to_dict()},
            request_id=f"local-{token[:12]}",
            suggested_delay_seconds=0.0,
        )
    count = wire.integer(payload, "n") or 1
    specs = [build_spec(call, complete, seed=seed + offset).to_dict() for offset in range(count)]
    return Submission(result={"stills": specs}, request_id=f"local-{token[:12]}")


def build_spec(call: Call, payload: Mapping[str, object], *, seed: int) -> VideoSpec | StillSpec:
    """Return what to draw.

    Raises:
        ValueError: a size, duration, frame rate or format is out of bounds.
    """
    ratio = wire.text(payload, "aspect_ratio")
    references = tuple(_content(item) for item in wire.items(payload, "references"))
    if call.modality == "image":
        size = Size.of_frame(
            wire.text(payload, "size"), ratio, default_ratio=SQUARE, default_short_side=DEFAULT_SHORT_SIDE
        )
        return StillSpec(
            prompt=str(payload["prompt"]),
            width=size.width,
            height=size.height,
            seed=seed,
            format=cast("ImageFormat", payload.get("format", "png")),
            references=references,
            source=_optional(payload.get("source")),
            mask=_optional(payload.get("mask")),
        )
    size = Size.of_frame(wire.text(payload, "resolution"), ratio, default_short_side=DEFAULT_SHORT_SIDE)
    return VideoSpec(
        prompt=str(payload["prompt"]),
        duration_seconds=wire.number(payload, "duration_seconds") or DEFAULT_DURATION_SECONDS,
        width=size.width,
        height=size.height,
        frames_per_second=wire.integer(payload, "frames_per_second") or 24,
        seed=seed,
        audio=payload.get("audio") is True,
        first_frame=_optional(payload.get("first_frame")),
        last_frame=_optional(payload.get("last_frame")),
        references=references,
    )


def _load(call: Call, media: Media) -> Flow[object]:
    """Return an image with its bytes, downloaded where it is given by URL; the renderer draws from bytes."""
    if media.url is None:
        return media
    if not media.url.startswith(("http://", "https://")):
        raise ValidationError(f"the image {media.url} is no http(s) URL; give a path, bytes or a web address")
    reply = yield from send(call.request("GET", media.url, auth=False))
    fetched = Media(
        content=reply.content, content_type=reply.header("content-type") or "", filename=media.filename
    )
    _check_image(fetched)
    return fetched


def _check_image(item: Media) -> None:
    try:
        decode_image(item.content or b"", name=item.filename)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _media_of(payload: Mapping[str, object]) -> list[Media]:
    found: list[Media] = []
    for value in payload.values():
        found.extend(
            item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Media)
        )
    return found


def _holds_media(value: object) -> bool:
    return bool(_media_of({"": value}))


def _content(item: object) -> bytes:
    return item.content or b"" if isinstance(item, Media) else b""


def _optional(item: object) -> bytes | None:
    return _content(item) if isinstance(item, Media) else None
