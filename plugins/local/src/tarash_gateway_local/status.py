"""How a render is driven: each poll draws for a moment, so that progress is real and cancelling is quick."""

from __future__ import annotations

from typing import cast

from tarash.tarash_gateway.plugin import (
    Asset,
    Cancellation,
    Flow,
    Generated,
    JobReference,
    JobStatus,
    run_blocking,
    wire,
)

from .errors import render_failed
from .renders import RENDERS, output_path
from .spec import StillSpec, VideoSpec
from .still import render_still

SLICE_SECONDS = 0.25
"""How long one poll draws."""


def advance(job: JobReference) -> Flow[JobStatus]:
    """Draw for a moment and say how far the video is."""
    job_id, spec = str(job["id"]), _video_spec(job)
    try:
        fraction = yield from run_blocking(lambda: RENDERS.advance(job_id, spec, SLICE_SECONDS))
    except (OSError, ValueError, ArithmeticError) as error:
        return JobStatus(state="failed", error=render_failed(error))
    state = JobStatus(
        state="processing", progress_percent=round(fraction * 100, 1), suggested_delay_seconds=0.0
    )
    return JobStatus(state="completed", progress_percent=100.0) if fraction >= 1.0 else state


def collect(job: JobReference, raw: object) -> Flow[Generated]:
    """Name the finished video, or draw the pictures now."""
    if "spec" not in job:
        return (yield from _draw_stills(raw))
    spec = _video_spec(job)
    path = output_path(str(job["id"]))
    width, height = spec.frame_size
    seconds = spec.frame_count / spec.frames_per_second
    asset = Asset(
        kind="video",
        url=path.as_uri(),
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


def cancel(job: JobReference) -> Flow[Cancellation]:
    """Stop drawing and delete what was drawn."""
    yield from run_blocking(lambda: RENDERS.abandon(str(job["id"])))
    return Cancellation(outcome="accepted", billed="no")


def _draw_stills(raw: object) -> Flow[Generated]:
    specs = [StillSpec.from_dict(wire.mapping(item)) for item in wire.items(raw, "stills")]
    assets: list[Asset] = []
    for spec in specs:
        content = yield from run_blocking(lambda spec=spec: render_still(spec))  # type: ignore[misc]  # binds the loop's spec
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
    return Generated(assets=tuple(assets), seed=specs[0].seed, raw={"renderer": "still"}, cost_usd=0.0)


def _video_spec(job: JobReference) -> VideoSpec:
    return VideoSpec.from_dict(cast("dict[str, object]", job["spec"]))
