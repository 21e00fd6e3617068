"""What was generated: the bytes of images, and how a video is downloaded with the key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.mapping import Size
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    JobReference,
    UnexpectedResponseError,
    hookimpl,
    send,
    wire,
)

from .cost import image_cost_usd
from .server import Server, server_of
from .status import image_calls, job_path

FORMATS = {
    "png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif",
    "svg": "image/svg+xml",
}  # fmt: skip
VARIANTS: Mapping[str, tuple[Literal["thumbnail", "other"], str]] = {
    "thumbnail": ("thumbnail", "image/webp"),
    "spritesheet": ("other", "image/jpeg"),
}
DOWNLOAD_TIMEOUT_SECONDS = 600.0


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Turn a result into assets; a webhook event is not a result, so the job is read again after one."""
    server = server_of(call)
    if job.get("kind") == "video":
        if wire.text(raw, "status") is None:
            raw = (yield from send(server.request("GET", job_path(job)))).json_object()
        return read_clip(server, job, raw)
    if job.get("kind") == "response":
        if not image_calls(raw):
            raw = (yield from send(server.request("GET", job_path(job)))).json_object()
        return read_images(image_calls(raw), raw, "result")
    cost = image_cost_usd(call.model, raw) if call.is_default_server else None
    return read_images(wire.items(raw, "data"), raw, "b64_json", cost_usd=cost)


def read_clip(server: Server, job: JobReference, video: object) -> Generated:
    """Return the assets of a video: its file, and the pictures that the settings ask for."""
    size = wire.text(video, "size")
    pixels = Size.parse(size or "")
    width, height = (pixels.width, pixels.height) if pixels else (None, None)
    seconds = wire.number(video, "seconds")
    expires_at = wire.moment(video, "expires_at")
    path = f"{job_path(job)}/content"

    def asset(kind: Literal["video", "thumbnail", "other"], variant: str, content_type: str) -> Asset:
        clip = kind == "video"
        return Asset(
            kind=kind,
            download=server.request(
                "GET",
                path,
                query={"variant": variant},
                headers={"Accept": "application/binary"},
                timeout_seconds=DOWNLOAD_TIMEOUT_SECONDS,
            ),
            content_type=content_type,
            width=width if clip else None,
            height=height if clip else None,
            duration_seconds=seconds if clip else None,
            expires_at=expires_at,
        )

    pictures = (asset(VARIANTS[name][0], name, VARIANTS[name][1]) for name in server.settings.variants)
    return Generated(
        assets=(asset("video", "video", "video/mp4"), *pictures),
        duration_seconds=seconds,
        resolution=size,
        raw=video,
    )


def read_images(items: list[object], raw: object, member: str, *, cost_usd: float | None = None) -> Generated:
    """Return the images of a synchronous answer or of a response's calls, leaving out those that cannot be read.

    Raises:
        UnexpectedResponseError: none of them can be read.
    """
    size = wire.text(raw, "size") or (wire.text(items[0], "size") if items else None)
    named = wire.text(raw, "output_format")
    images = [_image(item, member, named, size) for item in items if isinstance(item, dict)]
    # one image without its bytes must not cost the others, which are paid for and come only once
    assets = tuple(image for image in images if image is not None)
    if images and not assets:
        raise UnexpectedResponseError(
            f"the answer has an image without {member} in base64", raw_response=wire.without_base64(raw)
        )
    return Generated(
        assets=assets,
        resolution=size,
        raw=wire.without_base64(raw),
        cost_usd=cost_usd,
        revised_prompt=next(filter(None, (wire.text(item, "revised_prompt") for item in items)), None),
    )


def _image(item: Mapping[str, object], member: str, named: str | None, size: str | None) -> Asset | None:
    pixels = Size.parse(size or "")
    width, height = (pixels.width, pixels.height) if pixels else (None, None)
    url = wire.text(item, "url")
    if url is not None and wire.text(item, member) is None:
        # only the retired models, and servers that imitate them, answer with a URL
        return Asset(kind="image", url=url, width=width, height=height)
    content = wire.base64_bytes(item, member)
    if content is None:
        return None
    content_type = FORMATS.get(wire.text(item, "output_format") or named or "", "image/png")
    return Asset(kind="image", content=content, content_type=content_type, width=width, height=height)
