"""Generates in Celery workers: `pip install celery`, set `CELERY_BROKER_URL`, then `celery --workdir examples -A celery_tasks worker`.

Celery may run a task twice. So one task pays and stores the job, and another one collects: it may run as often as it likes.
"""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery

from tarash.tarash_gateway import (
    Gateway,
    HTTPConnectionError,
    Job,
    JournalFolder,
    VideoGenerationConfig,
    VideoGenerationRequest,
)

app = Celery("videos", broker=os.environ.get("CELERY_BROKER_URL", "memory://"))
CONFIG = VideoGenerationConfig(provider="local", model="animatic", timeout=600)
JOBS = Path("output/celery")  # use your database


def gateway() -> Gateway:
    """A gateway that notes every job before it can be billed, in case a worker dies."""
    return Gateway(journal=JournalFolder("output/journal"))


@app.task(acks_late=False, max_retries=0)
def submit(name: str, prompt: str) -> None:
    """Pay, and store the job before anything else happens."""
    request = VideoGenerationRequest(prompt=prompt, duration_seconds=1, resolution="320x180")
    with gateway() as opened:
        job = opened.submit_video(CONFIG, request)
    JOBS.mkdir(parents=True, exist_ok=True)
    (JOBS / f"{name}.json").write_text(job.to_json(), encoding="utf-8")
    collect.delay(name)


# the time limit is above the configuration's timeout, so that the gateway ends a slow job and not the worker
@app.task(acks_late=True, autoretry_for=(HTTPConnectionError,), max_retries=5, time_limit=900)
def collect(name: str) -> None:
    """Wait for the job and save its clip. Nothing is submitted again."""
    job = Job.from_json((JOBS / f"{name}.json").read_text(encoding="utf-8"))
    with gateway() as opened:
        opened.resume(job).save(JOBS / f"{name}.mp4")
