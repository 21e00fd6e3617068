"""Returns what was rendered: the finished file of a video, or pictures, which are drawn here."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    JobReference,
    hookimpl,
    run_blocking,
    wire,
)

from .errors import RENDER_ERRORS, render_failed
from .payload import output_path, video_spec
from .spec import StillSpec, VideoSpec
from .still import render_still


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Return the finished video, or draw the pictures now.

    Raises:
        GenerationFailedError: a picture cannot be drawn, or the finished file was deleted.
    """
    try:
        if "spec" in job:
            return (yield from _finished_video(output_path(call, job), video_spec(job)))
        return (yield from _draw_stills(raw))
    except RENDER_ERRORS as error:
        raise render_failed(error) from error


def _finished_video(path: Path, spec: VideoSpec) -> Flow[Generated]:
    width, height = spec.frame_size
    seconds = spec.frame_count / spec.frames_per_second
    asset = Asset(
        kind="video",
        path=path,
        content_type="video/mp4",
        size_bytes=(yield from run_blocking(lambda: path.stat().st_size)),
        width=width,
        height=height,
        duration_seconds=seconds,
    )
    return Generated(
        assets=(asset,),
        duration_seconds=seconds,
        resolution=f"{width}x{height}",
        seed=spec.seed,
        raw={"renderer": "animatic", "frames": spec.frame_count, "frames_per_second": spec.frames_per_second},
        cost_usd=0.0,
    )


def _draw_stills(raw: object) -> Flow[Generated]:
    specs = [StillSpec.from_dict(wire.mapping(item)) for item in wire.items(raw, "stills")]
    assets: list[Asset] = []
    for spec in specs:
        content = yield from run_blocking(partial(render_still, spec))
        assets.append(
            Asset(
                kind="image",
                content=content,
                content_type=f"image/{spec.format}",
                size_bytes=len(content),
                width=spec.width,
                height=spec.height,
            )
        )
    return Generated(
        assets=tuple(assets),
        seed=specs[0].seed if specs else None,
        raw={"renderer": "still"},
        cost_usd=0.0,
    )
