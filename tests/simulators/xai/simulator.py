"""Owns a simulator of xAI's media API: videos as jobs, images at once.

Source: @ai-sdk/xai 3.0.138; xAI documentation, read 2026-11-22. The official Python client speaks gRPC, which
this is not.
"""

from __future__ import annotations

import base64
from collections import deque
from typing import ClassVar

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
    Simulator,
    json_answer,
    tiny_png,
)

from .bodies import IMAGE_MODELS, MEMBERS, VIDEO_MODELS, complaint
from .failures import (
    AT_CAPACITY,
    BAD_DURATION,
    FAILURES,
    GONE,
    MODERATED,
    MODERATED_OUTPUT,
    NO_KEY,
    NO_RIGHT,
    OUT_OF_CREDIT,
    SCHEMA,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    UNKNOWN_MODEL,
    WRONG_KEY,
    answer,
    invalid,
)

VIDEO_TICKS = 4_200_000_000
"""0.42 USD: 10^10 ticks are a dollar."""
IMAGE_TICKS = 200_000_000


class XaiSimulator(ConformingSimulator, Simulator):
    """xAI on loopback.

    Route names: submit (every generating endpoint), status. A video's first status answer is an empty 202.
    """

    api_key: ClassVar[str] = "xai-simulatedKey0123456789"
    failures: ClassVar = FAILURES
    cases: ClassVar = ConformanceCases(
        video_model="grok-imagine-video",
        image_model="grok-imagine-image",
        frame_model="grok-imagine-video-1.5",
        base_path="/v1",
        examples=(
            Example(
                {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "480p"},
                sent={"duration": 8, "aspect_ratio": "16:9", "resolution": "480p"},
                usd=8 * 0.05,  # a second at 480p, LiteLLM's price map
            ),
            Example(
                {"aspect_ratio": "16:9", "size": "1k", "n": 2},
                sent={"aspect_ratio": "16:9", "resolution": "1k"},
                usd=2 * 0.02,  # a picture, LiteLLM's price map
                modality="image",
            ),
        ),
        errors=(
            ErrorCase("bad duration", "bad_request", BAD_DURATION, ValidationError),
            ErrorCase("schema", "bad_request", SCHEMA, ValidationError),
            ErrorCase("wrong key", "authentication", WRONG_KEY, AuthenticationError),
            ErrorCase("no key", "authentication", NO_KEY, AuthenticationError),
            ErrorCase("no right", "authentication", NO_RIGHT, AuthenticationError),
            ErrorCase("no credits", "quota_exceeded", OUT_OF_CREDIT, QuotaExceededError),
            ErrorCase("flagged prompt", "content_moderation", MODERATED, ContentModerationError),
            ErrorCase("flood", "rate_limit", TOO_MANY_REQUESTS, RateLimitError, retry_after=2.0),
            ErrorCase("unknown model", "model_not_found", UNKNOWN_MODEL, ModelNotFoundError),
            ErrorCase("at capacity", "rate_limit", AT_CAPACITY, RateLimitError),
            ErrorCase("unavailable", "server_error", UNAVAILABLE, HTTPError),
        ),
        failures=(
            FailureCase("internal", GenerationFailedError),
            FailureCase("bad_image", GenerationFailedError),
            FailureCase("blocked", ContentModerationError),
            FailureCase("expired", GenerationFailedError),
            FailureCase(MODERATED_OUTPUT, ContentModerationError),
        ),
        status_words={"pending": "processing", "warming_up": "processing"},
    )

    def __init__(self) -> None:
        self.moderated_images = 0
        """How many of the next images carry no media because they were filtered."""
        self._words: deque[str] = deque()
        super().__init__()

    def routes(self) -> list[Route]:
        """The endpoints under /v1."""
        return [
            *(Route("submit", "POST", path, self._submit) for path in MEMBERS),
            Route("status", "GET", "/v1/videos/{id}", self._status),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """A wrong key is answered with 400, a missing one with 401."""
        if "Authorization" not in request.headers:
            return answer(NO_KEY)
        return (
            None if self.has_header(request, "Authorization", f"Bearer {self.api_key}") else answer(WRONG_KEY)
        )

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next status answers carry this word."""
        self._words.extend([word] * times)

    def _submit(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        known = IMAGE_MODELS if "/images/" in request.path else VIDEO_MODELS
        if body.get("model") not in known:
            return json_answer({"error": f"Model {body.get('model')} not found"}, status=404)
        wrong = complaint(request.path, body)
        if wrong is not None:
            return answer(invalid(*wrong))
        job = self.create_job(request, model=str(body["model"]), inputs=body)
        if "/images/" in request.path:
            return self._images(job)
        return json_answer({"request_id": job.id})

    def _images(self, job: SimulatedJob) -> Answer:
        if job.failure is not None:
            return answer(MODERATED)
        count = job.inputs.get("n", 1)
        assert isinstance(count, int)
        images = [self._image(job, number) for number in range(count)]
        ticks = IMAGE_TICKS * count
        return json_answer(
            {"data": images, "usage": {"cost_in_usd_ticks": ticks}}, headers={"x-request-id": job.id}
        )

    def _image(self, job: SimulatedJob, number: int) -> dict[str, object]:
        if self.moderated_images:
            self.moderated_images -= 1
            return {"url": None, "respect_moderation": False, "revised_prompt": ""}
        told: dict[str, object] = {"mime_type": "image/png", "respect_moderation": True, "revised_prompt": ""}
        if job.inputs.get("response_format") == "b64_json":
            return {"b64_json": base64.b64encode(tiny_png()).decode(), **told}
        return {"url": self.image_url(f"{job.id}/{number}.png"), **told}

    def _status(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is None or "/images/" in job.request.path:
            return answer(GONE)
        progress = int(self.progress_of(job) * 100)
        state = self.observe(job)
        if self._words:
            return json_answer({"status": self._words.popleft(), "progress": progress})
        if state in ("queued", "running"):
            if job.polls <= 1:
                return Answer(status=202)
            return json_answer({"status": "pending", "progress": progress}, status=202)
        return json_answer(self._ended(job))

    def _ended(self, job: SimulatedJob) -> dict[str, object]:
        usage = {"usage": {"cost_in_usd_ticks": VIDEO_TICKS}, "model": job.model}
        if job.failure is not None:
            told = dict(FAILURES[job.failure])
            return {**told, **usage} if job.failure == MODERATED_OUTPUT else told
        video = {
            "url": self.video_url(f"{job.id}/video.mp4"),
            "duration": job.inputs.get("duration", 6),
            "respect_moderation": True,
        }
        return {"status": "done", "video": video, "progress": 100, **usage}
