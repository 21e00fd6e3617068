"""Owns what a prediction looks like on Replicate's wire: status words, timestamps, progress bars, outputs."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Literal

from tarash.tarash_gateway.testing.simulator import SimulatedJob, SimulatedState

from .failures import FAILURES

WireStatus = Literal["starting", "processing", "succeeded", "failed", "canceled", "aborted"]

STEPS = 50
"""How many steps a progress bar counts."""
DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def read_duration(text: str) -> float | None:
    """The seconds of `90s`, `1m30s` or `1h`; None if it is something else."""
    match = DURATION.fullmatch(text)
    if match is None or not text:
        return None
    hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def wire_status(job: SimulatedJob, state: SimulatedState) -> WireStatus:
    """The status word; what ends before it started is aborted, not canceled."""
    match state:
        case "queued":
            return "starting"
        case "running":
            return "processing"
        case "cancelled":
            return "aborted" if job.details.get("started") is not True else "canceled"
        case "succeeded" | "failed":
            return state


def timestamp(monotonic: float | None) -> str | None:
    """A monotonic time as Replicate writes times."""
    if monotonic is None:
        return None
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=time.monotonic() - monotonic)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def progress_bar(share: float) -> str:
    """One line of tqdm, as open-weight models log it."""
    step = round(share * STEPS)
    bar = "█" * round(share * 10)
    return f"{share:4.0%}|{bar:<10}| {step}/{STEPS} [00:0{round(share * 8)}<00:08,  2.50it/s]\n"


def prediction(
    job: SimulatedJob, status: WireStatus, *, base_url: str, output: object, logs: str, streams: bool
) -> dict[str, object]:
    """The prediction object; `output` shows unless the prediction is unfinished or in vain."""
    done = status in ("succeeded", "failed", "canceled", "aborted")
    finished_at = job.finished_at if done else None
    url = f"{base_url}/v1/predictions/{job.id}"
    urls = {"get": url, "cancel": f"{url}/cancel", "web": f"https://replicate.com/p/{job.id}"}
    deadline = job.details.get("deadline")
    view: dict[str, object] = {
        "id": job.id,
        "model": job.model,
        "version": job.details.get("version", "hidden"),
        "status": status,
        "input": job.inputs,
        "output": output,
        "error": FAILURES[job.failure] if status == "failed" and job.failure is not None else None,
        "logs": logs,
        "metrics": {},
        "data_removed": False,
        "created_at": timestamp(job.created_at),
        "started_at": timestamp(job.created_at) if status not in ("starting", "aborted") else None,
        "completed_at": timestamp(finished_at),
        "urls": {**urls, "stream": f"{url}/stream"} if streams else urls,
    }
    if finished_at is not None and status != "aborted":
        seconds = finished_at - job.created_at
        view["metrics"] = {"predict_time": seconds, "total_time": seconds}
    if isinstance(deadline, float):
        view["deadline"] = timestamp(deadline)
    return view
