"""Owns a simulator of Black Forest Labs: every model as a job that is polled where the answer says.

Source: @ai-sdk/black-forest-labs 2.0.41; Black Forest Labs documentation, read 2026-11-27.
"""

from __future__ import annotations

import json
import time
from collections import deque
from datetime import UTC, datetime
from typing import ClassVar, Literal

from tarash.tarash_gateway.exceptions import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    ValidationError,
)
from tarash.tarash_gateway.plugin import Delivery
from tarash.tarash_gateway.testing import (
    ConformanceCases,
    ConformingSimulator,
    ErrorCase,
    Example,
    FailureCase,
)
from tarash.tarash_gateway.testing.simulator import (
    Answer,
    RecordedRequest,
    Route,
    SimulatedJob,
    SimulatedState,
    Simulator,
    json_answer,
)

from .bodies import ENDPOINTS, VIDEO_MODELS, complaint
from .failures import (
    BAD_DURATION,
    BAD_REQUEST,
    FAILURES,
    GONE,
    INTERNAL,
    MODERATED,
    NO_CREDITS,
    NO_KEY,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    UNKNOWN_MODEL,
    WRONG_KEY,
    answer,
    finding,
)

BASE_PATH = "/v1"
SECRET = "a-secret-of-our-own-0123456789"
CREDITS = 4.5
WORDS: dict[SimulatedState, str] = {
    "queued": "Pending",
    "running": "Generating",
    "succeeded": "Ready",
    "failed": "Error",
    "cancelled": "Error",
}


class BflSimulator(ConformingSimulator, Simulator):
    """Black Forest Labs on loopback. Route names: submit, status."""

    api_key: ClassVar[str] = "bfl_simulated0123456789abcdef"
    failures: ClassVar = FAILURES
    cases: ClassVar = ConformanceCases(
        video_model="flux-3-video",
        image_model="flux-2-pro",
        frame_model="flux-3-video",
        base_path=BASE_PATH,
        provider_config={"webhook_secret": SECRET},
        examples=(
            Example(
                {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "720p"},
                sent={"duration": 8, "aspect_ratio": "16:9", "resolution": "hd"},
            ),
            Example(
                {"size": "2048x1024"},
                sent={"width": 2048, "height": 1024},
                # the first megapixel and the second; fal's page of the model says the same
                usd=0.03 + 0.015,
                modality="image",
            ),
            Example({"aspect_ratio": "16:9"}, sent={"width": 1280, "height": 720}, modality="image"),
            Example({"size": "2k"}, usd=0.1, model="flux-3-image", modality="image"),
        ),
        errors=(
            ErrorCase("bad duration", "bad_request", BAD_DURATION, ValidationError),
            ErrorCase("bad request", "bad_request", BAD_REQUEST, ValidationError),
            ErrorCase("wrong key", "authentication", WRONG_KEY, AuthenticationError),
            ErrorCase("no key", "authentication", NO_KEY, AuthenticationError),
            ErrorCase("no credits", "quota_exceeded", NO_CREDITS, QuotaExceededError),
            ErrorCase("flagged prompt", "content_moderation", MODERATED, ContentModerationError),
            ErrorCase("flood", "rate_limit", TOO_MANY_REQUESTS, RateLimitError, retry_after=2.0),
            ErrorCase("unknown model", "model_not_found", UNKNOWN_MODEL, ModelNotFoundError),
            ErrorCase("unavailable", "server_error", UNAVAILABLE, HTTPError),
            ErrorCase("internal", "server_error", INTERNAL, HTTPError),
        ),
        failures=(
            FailureCase("internal", GenerationFailedError),
            FailureCase("failed", GenerationFailedError),
            FailureCase("request_moderated", ContentModerationError),
            FailureCase("content_moderated", ContentModerationError),
        ),
        status_words={
            "Pending": "processing",
            "Reasoning": "processing",
            "Generating": "processing",
            "Warming Up": "processing",
        },
    )

    def __init__(self) -> None:
        self.moved = 0
        """How many of the next status requests are redirected, since the job has moved to another cluster."""
        self._words: deque[str] = deque()
        super().__init__()

    def routes(self) -> list[Route]:
        """The endpoints under /v1."""
        return [
            Route("status", "GET", f"{BASE_PATH}/get_result", self._status),
            Route("status", "GET", "/moved/v1/get_result", self._status),
            Route("submit", "POST", f"{BASE_PATH}/{{model:.+}}", self._submit),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """A missing key and a wrong one are told apart."""
        if "x-key" not in request.headers:
            return answer(NO_KEY)
        return None if self.has_header(request, "x-key", self.api_key) else answer(WRONG_KEY)

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next status answers carry this word."""
        self._words.extend([word] * times)

    def signed_delivery(
        self, request_id: str, *, state: Literal["completed", "failed"] = "completed"
    ) -> Delivery:
        """A webhook with the secret that came with the submission."""
        job = self.find_job(request_id)
        assert job is not None
        body = self._view(job, "succeeded" if state == "completed" else "failed")
        return Delivery(
            headers={"x-webhook-secret": SECRET, "content-type": "application/json"},
            body=json.dumps(body).encode(),
            received_at=datetime.now(UTC),
        )

    def _submit(self, request: RecordedRequest) -> Answer:
        model = request.parameters["model"]
        # the clients send null for what the caller leaves out
        body = {name: value for name, value in request.json_object().items() if value is not None}
        if model not in ENDPOINTS and model not in VIDEO_MODELS:
            return answer(UNKNOWN_MODEL)
        wrong = complaint(model, body)
        if wrong is not None:
            return answer(finding(*wrong))
        job = self.create_job(request, model=model, inputs=body)
        if "webhook_url" in body:
            return json_answer({"id": job.id, "status": "Pending", "webhook_url": body["webhook_url"]})
        return json_answer(
            {
                "id": job.id,
                "polling_url": f"{self.url}{BASE_PATH}/get_result?id={job.id}",
                "cost": CREDITS,
                "input_mp": 0.0,
                "output_mp": 1.98,
            }
        )

    def _status(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.query.get("id", ""))
        if job is None:
            return answer(GONE)
        if self.moved:
            self.moved -= 1
            return Answer(status=307, headers={"Location": f"/moved/v1/get_result?id={job.id}"})
        return json_answer(self._view(job, self.observe(job)))

    def _view(self, job: SimulatedJob, state: SimulatedState) -> dict[str, object]:
        if self._words:
            return {"id": job.id, "status": self._words.popleft(), "result": None}
        # an image is pending until it is ready; only FLUX 3 has words for what it does
        word = "Pending" if state == "running" and job.model not in VIDEO_MODELS else WORDS[state]
        view: dict[str, object] = {
            "id": job.id,
            "status": word,
            "result": None,
            "progress": self.progress_of(job),
        }
        if state == "failed":
            return {**view, **FAILURES[job.failure or "internal"]}
        if state == "succeeded":
            view["result"] = self._result(job)
        return view

    def _result(self, job: SimulatedJob) -> dict[str, object]:
        is_video = job.model in VIDEO_MODELS
        now = time.time()
        result: dict[str, object] = {
            "sample": self.video_url(f"{job.id}.mp4") if is_video else self.image_url(f"{job.id}.jpeg"),
            "prompt": job.inputs.get("prompt"),
            "seed": job.inputs.get("seed", 1234567890),
            "start_time": now - 4.0,
            "end_time": now,
            "duration": 4.0,
        }
        if job.inputs.get("draft"):
            result["draft_cache"] = self.store_media(f"{job.id}.bin", b"bundle", "application/octet-stream")
        return result
