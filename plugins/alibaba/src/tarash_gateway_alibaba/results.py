"""Reads the outputs of a finished task, or of images that came at once, and until when their URLs work.

Source: comfy-cli 1.23.0 (OpenAPI: WanTaskQueryResponse, QwenMultimodalGenerationResponse); @ai-sdk/alibaba 1.0.61; litellm 1.110.2
(times are UTC+8).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from tarash.tarash_gateway.plugin import Asset, Call, Flow, Generated, hookimpl, link_expiry, read_clock, wire

from .errors import job_failure

LINK_LIFETIME = timedelta(hours=24)
# of the calendar
LAST_YEAR = 9999
SERVER_ZONE = timezone(timedelta(hours=8))


@hookimpl
def tarash_normalize(call: Call, raw: object) -> Flow[Generated]:
    """List the outputs. The answer carries them, so nothing is fetched.

    Raises:
        ContentModerationError: every image was withheld.
        GenerationFailedError: every image failed.
    """
    ended = _ended_at(raw)
    if ended is None:
        # images that come at once bear no time
        ended = (yield from read_clock()).wall
    if call.modality == "video":
        return read_video(raw, ended)
    return read_images(raw, ended)


def read_video(body: object, ended: datetime) -> Generated:
    """Read a finished video; `ended` is when it was finished, in UTC."""
    seconds = wire.number(body, "usage", "output_video_duration") or wire.number(
        body, "usage", "video_duration"
    )
    url = wire.text(body, "output", "video_url")
    asset = Asset(
        kind="video",
        url=url,
        content_type="video/mp4",
        duration_seconds=seconds,
        expires_at=None if url is None else link_expiry(url, made_at=ended, lifetime=LINK_LIFETIME),
    )
    lines = wire.integer(body, "usage", "SR")
    return Generated(
        assets=() if url is None else (asset,),
        duration_seconds=seconds,
        resolution=f"{lines}p" if lines is not None and lines > 0 else None,
        raw=body,
        revised_prompt=wire.text(body, "output", "actual_prompt"),
    )


def read_images(body: object, ended: datetime) -> Generated:
    """Read the images of either protocol, leaving out those that failed.

    Raises:
        TarashException: every image failed; the exception for the first one.
    """
    urls = [url for item in _items(body) if (url := wire.text(item, "url") or wire.text(item, "image"))]
    failed = [item for item in _items(body) if wire.text(item, "code")]
    if failed and not urls:
        raise job_failure(failed[0])
    size = _size(body) if len(urls) == 1 else (None, None)
    prompts = (wire.text(item, "actual_prompt") for item in _items(body))
    return Generated(
        assets=tuple(
            Asset(
                kind="image",
                url=url,
                width=size[0],
                height=size[1],
                expires_at=link_expiry(url, made_at=ended, lifetime=LINK_LIFETIME),
            )
            for url in urls
        ),
        raw=body,
        revised_prompt=next(filter(None, prompts), None),
    )


def _items(body: object) -> list[object]:
    """Return the results of the older protocol, or the contents of the messages of the newer one."""
    choices = wire.items(body, "output", "choices")
    contents = [item for choice in choices for item in wire.items(choice, "message", "content")]
    return wire.items(body, "output", "results") + contents


def _size(body: object) -> tuple[int | None, int | None]:
    names: tuple[tuple[str, str], ...] = (("output_width", "output_height"), ("width", "height"))
    for pair in names:
        width, height = (wire.integer(body, "usage", name) for name in pair)
        if width and height and width > 0 and height > 0:
            return width, height
    return None, None


def _ended_at(body: object) -> datetime | None:
    """Return when the task ended, in UTC; the server writes its local time, without an offset."""
    text = wire.text(body, "output", "end_time")
    try:
        read = None if text is None else datetime.fromisoformat(text)
        if read is None:
            return None
        aware = read if read.tzinfo else read.replace(tzinfo=SERVER_ZONE)
        # later than any real result, from which the lifetime could not be counted
        return aware.astimezone(UTC) if aware.year < LAST_YEAR else None
    except (ValueError, OverflowError):
        return None
