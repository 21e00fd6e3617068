"""Lets the provider say when a clip is ready: `pip install fastapi uvicorn`, then `uvicorn --app-dir examples receive_webhooks:app`.

Set `REPLICATE_API_TOKEN`, `REPLICATE_WEBHOOK_SECRET` and `PUBLIC_URL`, the address at which Replicate reaches this service.
Without the token, the mock plays Replicate, and only you can send the delivery.
"""

from __future__ import annotations

import os

from fastapi import BackgroundTasks, FastAPI, HTTPException, Request

from tarash.tarash_gateway import (
    AuthenticationError,
    Gateway,
    Job,
    MockConfig,
    TarashException,
    VideoGenerationConfig,
    VideoGenerationRequest,
    read_webhook,
)

CONFIG = VideoGenerationConfig(
    provider="replicate",
    model="google/veo-3.1-fast",
    webhook_url=os.environ.get("PUBLIC_URL", "https://example.com") + "/webhooks/replicate",
    provider_config={"webhook_secret": os.environ.get("REPLICATE_WEBHOOK_SECRET", "whsec_c2VjcmV0")},
    mock=None if "REPLICATE_API_TOKEN" in os.environ else MockConfig(),
)
gateway = Gateway(local_files=False)
app = FastAPI()
# saved jobs by the provider's id, None once the delivery was there; use your database
jobs: dict[str | None, str | None] = {}


@app.post("/videos", status_code=202)
async def submit(prompt: str) -> dict[str, str | None]:
    """Submit, and store the job under the id that the delivery will name."""
    job = await gateway.submit_video_async(CONFIG, VideoGenerationRequest(prompt=prompt, duration_seconds=4))
    jobs[job.request_id] = job.to_json()
    return {"id": job.request_id}


@app.post("/webhooks/replicate", status_code=204)
async def receive(delivery: Request, background: BackgroundTasks) -> None:
    """Verify the delivery and answer at once; providers give up after a few seconds."""
    try:
        # the raw bytes: JSON that was parsed and written again has another signature
        event = read_webhook(CONFIG, headers=dict(delivery.headers), body=await delivery.body())
    except AuthenticationError as error:
        raise HTTPException(401, "not signed by the provider") from error
    if event.status.state in {"queued", "processing"}:
        return
    if event.request_id not in jobs:
        # it may have overtaken the answer to the submission, and the provider delivers again what is not answered with 2xx
        raise HTTPException(404, "no such job yet")
    stored, jobs[event.request_id] = jobs[event.request_id], None  # a delivery may arrive twice
    if stored is not None:
        background.add_task(collect, Job.from_json(stored))


async def collect(job: Job) -> None:
    """Fetch the result, or fall back if the job failed."""
    try:
        response = await gateway.resume_async(job, config=CONFIG)
        await response.save_async(f"output/webhooks/{job.request_id}.mp4")
    except TarashException as error:
        jobs[job.request_id] = (error.job or job).to_json()  # keep it: paid work is never thrown away
        raise
