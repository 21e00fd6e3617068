"""Drives a render: each poll draws for a moment, so that progress is real and cancelling is quick."""

from __future__ import annotations

import contextlib
from functools import partial

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    JobReference,
    JobStatus,
    hookimpl,
    run_blocking,
)

from .errors import RENDER_ERRORS, render_failed
from .payload import output_path, video_spec
from .renders import RENDERS

SLICE_SECONDS = 0.25
"""How long one poll draws."""


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Draw for a moment and say how far the video is."""
    draw = partial(RENDERS.advance, output_path(call, job), video_spec(job), SLICE_SECONDS)
    try:
        fraction = yield from run_blocking(draw)
    except RENDER_ERRORS as error:
        return JobStatus(state="failed", error=render_failed(error))
    if fraction is None:
        return JobStatus(state="cancelled")
    if fraction >= 1.0:
        return JobStatus(state="completed", progress_percent=100.0)
    return JobStatus(
        state="processing", progress_percent=round(fraction * 100, 1), suggested_delay_seconds=0.0
    )


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Stop drawing and delete what was drawn; a finished video stays."""
    is_finished = False
    # drawing has stopped, even if the file could not be deleted
    with contextlib.suppress(*RENDER_ERRORS):
        is_finished = yield from run_blocking(partial(RENDERS.abandon, output_path(call, job)))
    return Cancellation(outcome="finished" if is_finished else "accepted", billed="no")
