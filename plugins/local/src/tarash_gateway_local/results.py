"""What was rendered: the finished file of a video, or pictures, which are drawn here."""

from __future__ import annotations

from typing import cast

from tarash.tarash_gateway.plugin import Asset, Flow, Generated, JobReference, run_blocking, wire

from .renders import output_path
from .spec import StillSpec, VideoSpec
from .still import render_still


def fetch_result(job: JobReference, raw: object) -> Flow[Generated]:
    """Name the finished video, or draw the pictures now."""
    if "spec" not in job:
        return (yield from _draw_stills(raw))
    spec = video_spec(job)
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


def video_spec(job: JobReference) -> VideoSpec:
    """Return the description of a job's video."""
    return VideoSpec.from_dict(cast("dict[str, object]", job["spec"]))


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
