"""Turns a request into the description of a render, which is the job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import cast

from tarash.tarash_gateway.mapping import Ratio
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    JobReference,
    Mapped,
    Media,
    Phrase,
    Submission,
    ValidationError,
    default_map,
    fetch_media,
    hookimpl,
    new_token,
    read_random,
    replace_media,
    wire,
    wrong_field,
)

from .frame_size import frame_size
from .source_images import decode_image
from .spec import HIGHEST_FRAMES_PER_SECOND, ImageFormat, StillSpec, VideoSpec

DEFAULT_DURATION_SECONDS = 4.0
SQUARE, WIDE = Ratio(1, 1), Ratio(16, 9)
DEFAULT_FRAMES_PER_SECOND = 24
_JOB_ID = re.compile(r"[0-9a-f]{32}")


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and refuse now what the renderer would refuse later."""
    known = "format" if call.modality == "image" else "frames_per_second"
    unknown = sorted(set(request.extra_params) - {known})
    if unknown:
        raise ValidationError(
            wrong_field("extra_params")
            + f" {', '.join(unknown)} are unknown to {call.model}; it takes {known}"
        )
    mapped = default_map(call, request)
    for item in _media_of(mapped.payload):
        if item.content is not None:
            _check_image(item)
    try:
        build_spec(call, mapped.payload, seed=0)
    except ValueError as error:
        told: object = error.args[0]
        # with the fields that it names
        raise ValidationError(told if isinstance(told, Phrase) else str(error)) from error
    return mapped


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Fetch images given by URL and describe the render. The polls draw a video, `tarash_normalize` draws pictures."""
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
        source = _optional(payload.get("source"))
        size = frame_size(
            wire.text(payload, "size"), ratio, default_ratio=SQUARE, field="size", picture=source
        )
        return StillSpec(
            prompt=str(payload["prompt"]),
            width=size.width,
            height=size.height,
            seed=seed,
            format=cast("ImageFormat", payload.get("format", "png")),
            references=references,
            source=source,
            mask=_optional(payload.get("mask")),
        )
    first, last = _optional(payload.get("first_frame")), _optional(payload.get("last_frame"))
    size = frame_size(
        wire.text(payload, "resolution"), ratio, default_ratio=WIDE, field="resolution", picture=first or last
    )
    return VideoSpec(
        prompt=str(payload["prompt"]),
        duration_seconds=wire.number(payload, "duration_seconds") or DEFAULT_DURATION_SECONDS,
        width=size.width,
        height=size.height,
        frames_per_second=_frames_per_second(payload.get("frames_per_second")),
        seed=seed,
        audio=payload.get("audio") is True,
        first_frame=first,
        last_frame=last,
        references=references,
    )


def _frames_per_second(given: object) -> int:
    if given is None:
        return DEFAULT_FRAMES_PER_SECOND
    rate = wire.integer(given)
    if rate is None:
        raise ValueError(
            f"frames_per_second={given!r} is not a whole number; use 1 to {HIGHEST_FRAMES_PER_SECOND}"
        )
    return rate


def job_id(job: JobReference) -> str:
    """Return the id of a job, which names its file.

    Raises:
        ValidationError: the saved job was edited.
    """
    found = wire.text(job, "id")
    if found is None or _JOB_ID.fullmatch(found) is None:
        raise ValidationError(
            "the saved job's id is not one of this renderer; resume the text that Job.to_json returned"
        )
    return found


def output_path(call: Call, job: JobReference) -> Path:
    """Return where the video of a job appears.

    Raises:
        ValidationError: the saved job was edited.
    """
    return call.output_path(f"{job_id(job)}.mp4")


def video_spec(job: JobReference) -> VideoSpec:
    """Return the description of a job's video.

    Raises:
        ValidationError: the saved job was edited.
    """
    try:
        return VideoSpec.from_dict(wire.mapping(job, "spec"))
    except ValueError as error:
        raise ValidationError(
            f"the saved job cannot be rendered ({error}); resume the text that Job.to_json returned"
        ) from error


def _load(call: Call, media: Media) -> Flow[object]:
    """Return an image with its bytes, which the renderer draws from; one given by URL is downloaded."""
    if media.url is None:
        return media
    fetched = yield from fetch_media(call, media)
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


def _content(item: object) -> bytes:
    return item.content or b"" if isinstance(item, Media) else b""


def _optional(item: object) -> bytes | None:
    return _content(item) if isinstance(item, Media) else None
