"""A web service that takes requests from strangers: `pip install fastapi uvicorn`, then `uvicorn --app-dir examples web_service:app`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from fastapi import BackgroundTasks, FastAPI, HTTPException, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from tarash.tarash_gateway import (
    Gateway,
    Job,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)

# strangers never choose it: a configuration names servers and keys
CONFIG = VideoGenerationConfig(provider="local", model="animatic")
gateway = Gateway(local_files=False)  # no text in a request names a file of this server
videos: dict[
    str, Path | str | None
] = {}  # by id: the clip, an error, or None while it runs; use your database


class Wish(BaseModel):
    """What a stranger may set. Nothing else reaches the provider, and nothing that makes it dear."""

    prompt: str = Field(min_length=1, max_length=2_000)
    image: str | None = Field(default=None, max_length=10_000_000, description="URL, data: URL or base64")
    duration_seconds: Literal[1, 2] = 1


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Load what the first request needs, and close the connections at the end."""
    async with gateway:
        await gateway.prepare_async(CONFIG)
        yield


app = FastAPI(lifespan=lifespan)


async def collect(job: Job) -> None:
    """Wait for `job`, after the answer was sent."""
    try:
        response = await gateway.resume_async(job)
        videos[job.generation_id] = await response.save_async(f"output/videos/{job.generation_id}.mp4")
    except TarashException as error:
        videos[job.generation_id] = str(error)


@app.post("/videos", status_code=202)
async def submit(wish: Wish, background: BackgroundTasks) -> dict[str, str]:
    """Submit, and answer at once."""
    try:
        request = VideoGenerationRequest(
            prompt=wish.prompt,
            image_list=[{"image": wish.image, "type": "first_frame"}] if wish.image else [],
            duration_seconds=wish.duration_seconds,
            resolution="320x180",
        )
        job = await gateway.submit_video_async(CONFIG, request)
    except ValidationError as error:
        raise HTTPException(422, str(error)) from error
    videos[job.generation_id] = None
    background.add_task(collect, job)
    return {"id": job.generation_id}


@app.get("/videos/{generation_id}")
async def fetch(generation_id: str) -> Response:
    """Return the clip, or 202 while it is made."""
    if generation_id not in videos:
        raise HTTPException(404)
    found = videos[generation_id]
    if isinstance(found, str):
        raise HTTPException(502, found)
    return Response(status_code=202) if found is None else FileResponse(found, media_type="video/mp4")
