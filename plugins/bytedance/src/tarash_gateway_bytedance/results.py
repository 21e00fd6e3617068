"""Reads the video of a finished task, or the images of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from tarash.tarash_gateway.mapping import Size
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    hookimpl,
    link_expiry,
    wire,
)

from .errors import image_failure

# links of tasks (comfy-cli 1.23.0, OpenAPI) and of images (ModelArk documentation, image generation) work for a day
LINK_LIFETIME = timedelta(hours=24)
CONTENT_TYPES = {"mp4": "video/mp4", "mov": "video/quicktime"}


@hookimpl
def tarash_normalize(call: Call, raw: object) -> Flow[Generated]:
    """Return the outputs. The answer carries their links, so nothing more is fetched.

    Raises:
        TarashException: every image of the answer failed; the class says why.
    """
    yield from ()
    body = wire.mapping(raw)
    return read_images(body) if call.modality == "image" else read_video(body)


def read_video(task: Mapping[str, object]) -> Generated:
    """Read a finished task: the video, and its last frame if the request asked for it."""
    url, frame = wire.text(task, "content", "video_url"), wire.text(task, "content", "last_frame_url")
    ended = wire.moment(task, "updated_at")
    seconds, ratio = wire.number(task, "duration"), wire.text(task, "ratio")
    form = wire.text(task, "output_format") or wire.text(task, "content", "output_format") or "mp4"
    assets: list[Asset] = []
    if url is not None:
        assets.append(
            Asset(
                kind="video",
                url=url,
                content_type=CONTENT_TYPES.get(form),
                duration_seconds=seconds,
                expires_at=link_expiry(url, made_at=ended, lifetime=LINK_LIFETIME),
            )
        )
    if frame is not None:
        assets.append(
            Asset(
                kind="image", url=frame, expires_at=link_expiry(frame, made_at=ended, lifetime=LINK_LIFETIME)
            )
        )
    return Generated(
        assets=tuple(assets),
        duration_seconds=seconds,
        resolution=wire.text(task, "resolution"),
        aspect_ratio=None if ratio == "adaptive" else ratio,
        seed=wire.integer(task, "seed"),
        raw=task,
        revised_prompt=wire.text(task, "revised_prompt"),
    )


def read_images(body: Mapping[str, object]) -> Generated:
    """Read the images, leaving out those that failed; of a batch, single ones may."""
    made = wire.moment(body, "created")
    entries = wire.items(body, "data")
    assets = tuple(asset for entry in entries if (asset := _image(entry, made)) is not None)
    if not assets and (error := image_failure(body)) is not None:
        raise error
    return Generated(assets=assets, raw=wire.without_base64(body))


def _image(entry: object, made: datetime | None) -> Asset | None:
    """Return one image: its link or, if the user changed `response_format`, its bytes."""
    size = Size.parse(wire.text(entry, "size") or "")
    width, height = (None, None) if size is None else (size.width, size.height)
    url = wire.text(entry, "url")
    if url is not None:
        form = wire.text(entry, "output_format")
        return Asset(
            kind="image",
            url=url,
            content_type=None if form is None else f"image/{form}",
            width=width,
            height=height,
            expires_at=link_expiry(url, made_at=made, lifetime=LINK_LIFETIME),
        )
    content = wire.base64_bytes(entry, "b64_json")
    return None if content is None else Asset(kind="image", content=content, width=width, height=height)
