"""How a render is driven: each poll draws for a moment, so that progress is real and cancelling is quick."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import Cancellation, Flow, JobReference, JobStatus, run_blocking

from .errors import render_failed
from .renders import RENDERS
from .results import video_spec

SLICE_SECONDS = 0.25
"""How long one poll draws."""


def poll(job: JobReference) -> Flow[JobStatus]:
    """Draw for a moment and say how far the video is."""
    job_id, spec = str(job["id"]), video_spec(job)
    try:
        fraction = yield from run_blocking(lambda: RENDERS.advance(job_id, spec, SLICE_SECONDS))
    except (OSError, ValueError, ArithmeticError) as error:
        return JobStatus(state="failed", error=render_failed(error))
    state = JobStatus(
        state="processing", progress_percent=round(fraction * 100, 1), suggested_delay_seconds=0.0
    )
    return JobStatus(state="completed", progress_percent=100.0) if fraction >= 1.0 else state


def cancel(job: JobReference) -> Flow[Cancellation]:
    """Stop drawing and delete what was drawn."""
    yield from run_blocking(lambda: RENDERS.abandon(str(job["id"])))
    return Cancellation(outcome="accepted", billed="no")
