"""A web service that generates tables in the background, through restarts and crashes.

    pip install fastapi uvicorn
    uvicorn --app-dir examples/recipes fastapi_batch:app

A batch that was interrupted is carried on when the service starts. A table that is posted twice is one batch.
Whoever reaches the service spends your money: put a login in front of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from fastapi import FastAPI, HTTPException, Request
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field

from tarash.tarash_gateway import (
    Gateway,
    Journal,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash_gateway_batch import BatchOptions, BatchRunner

log = logging.getLogger("uvicorn.error")
DATABASE = os.environ.get("TARASH_BATCH_DATABASE", "tarash-batches.sqlite")  # many machines: postgresql://…
OUTPUTS = Path("videos")
CONFIG = VideoGenerationConfig(provider="local", model="animatic", timeout=600)
OPTIONS = BatchOptions(budget_usd=5.0)  # of each batch


class Wish(BaseModel):
    """One row: what callers may set."""

    prompt: str = Field(min_length=1, max_length=2_000)
    duration_seconds: Literal[1, 2, 5] = 1


class Order(BaseModel):
    """A table. Another title makes another batch of the same rows."""

    title: str = Field(default="", max_length=100)
    rows: list[Wish] = Field(min_length=1, max_length=500)

    @property
    def name(self) -> str:
        """The name of the batch: that of the same order is the same, so that a repeated POST generates nothing again."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


class Service:
    """Runs batches in the background of a process."""

    def __init__(self, runner: BatchRunner) -> None:
        self.runner = runner
        self.running: dict[str, asyncio.Task[None]] = {}

    def carry_on(self, name: str) -> None:
        """Run what is left of a stored batch, unless it runs already."""
        if name not in self.running:
            self.running[name] = asyncio.create_task(self._run(name))

    async def _run(self, name: str) -> None:
        try:
            await self.runner.resume(name)
        except TarashException:
            log.exception("batch %s has stopped; the next start, or the same POST, carries on", name)
        finally:
            del self.running[name]


def make_gateway(journal: Journal) -> Gateway:
    """Make a gateway for requests of strangers: none of them names a file of this server."""
    return Gateway(journal=journal, local_files=False)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Carry on at the start; at the end, finish the rows that run, and leave the others to the next start."""
    async with BatchRunner(database=DATABASE, make_gateway=make_gateway) as runner:
        service = app.state.service = Service(runner)
        for name in await runner.names():
            if (await runner.progress(name)).counts.get("waiting"):
                service.carry_on(name)
        yield
        await runner.stop()
        await asyncio.gather(*service.running.values())


app = FastAPI(lifespan=lifespan)
# outputs, manifest.jsonl and report.html of each batch
app.mount("/videos", StaticFiles(directory=OUTPUTS, check_dir=False))


@app.post("/batches", status_code=202)
async def submit(order: Order, request: Request) -> dict[str, str]:
    """Store the batch, which no crash loses from then on, and answer at once."""
    service: Service = request.app.state.service
    requests = [VideoGenerationRequest(**wish.model_dump()) for wish in order.rows]
    try:
        await service.runner.add(requests, CONFIG, name=order.name, out=OUTPUTS / order.name, options=OPTIONS)
    except ValidationError as error:
        raise HTTPException(422, str(error)) from error
    service.carry_on(order.name)
    return {"name": order.name}


@app.get("/batches/{name}")
async def status(name: str, request: Request) -> dict[str, object]:
    """Say how a batch stands, and where its results are; they are complete when it does not run any more."""
    service: Service = request.app.state.service
    try:
        progress = await service.runner.progress(name)
    except ValidationError as error:
        raise HTTPException(404) from error
    return {
        "running": name in service.running,
        "counts": progress.counts,
        "spent_usd": progress.spent_usd,
        "manifest": f"/videos/{name}/manifest.jsonl",
        "report": f"/videos/{name}/report.html",
    }
