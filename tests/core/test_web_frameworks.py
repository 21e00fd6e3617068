"""The models are the bodies and the answers of a web server, without a word of warning."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
from fastapi import FastAPI
from tarash.tarash_gateway import (
    ImageGenerationRequest, ImageGenerationResponse, Job, Plan, VideoGenerationConfig, VideoGenerationRequest, VideoGenerationResponse,
)

app = FastAPI()


@app.post("/videos")
async def videos(request: VideoGenerationRequest) -> VideoGenerationResponse: ...


@app.post("/images")
async def images(request: ImageGenerationRequest) -> ImageGenerationResponse: ...


@app.post("/jobs")
async def jobs(config: VideoGenerationConfig, request: VideoGenerationRequest) -> Job: ...


@app.post("/plans")
async def plans(job: Job) -> Plan: ...


bodies = app.openapi()["components"]["schemas"]
assert "duration_seconds" in bodies["VideoGenerationRequest"]["properties"]
"""


@pytest.mark.parametrize("first_use", ["", "VideoGenerationRequest(prompt='used before');"])
def test_fastapi_takes_the_models_without_a_warning(first_use: str) -> None:
    pytest.importorskip("fastapi")
    program = f"import tarash.tarash_gateway as t; {first_use and 't.' + first_use}\n{PROGRAM}"
    # in an interpreter of its own: a model is built once, on first use
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", program],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "UnsupportedFieldAttributeWarning" not in done.stderr
