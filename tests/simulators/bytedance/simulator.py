"""Owns a simulator of ByteDance ModelArk: videos as tasks, images at once.

Source: byteplus-python-sdk-v2 3.0.63; @ai-sdk/bytedance 1.0.29; comfy-cli 1.23.0 (OpenAPI); read 2026-11-27.
"""

from __future__ import annotations

import base64
import time
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
    SimulatedState,
    Simulator,
    json_answer,
    tiny_png,
)

from .bodies import IMAGE_MODELS, VIDEO_MODELS, image_complaint, known_name, task_complaint
from .failures import (
    BAD_DURATION,
    FAILURES,
    GONE,
    INTERNAL,
    NO_RIGHT,
    NOT_OPEN,
    OVERDUE,
    OVERLOADED,
    PAUSED,
    REAL_PERSON,
    REQUEST_ID,
    RUNNING,
    SENSITIVE_PROMPT,
    TOO_MANY_REQUESTS,
    UNKNOWN_MODEL,
    WRONG_KEY,
    answer,
    invalid,
)

BASE_PATH = "/api/v3"
TASKS = f"{BASE_PATH}/contents/generations/tasks"


class ByteDanceSimulator(ConformingSimulator, Simulator):
    """ModelArk on loopback.

    Route names: submit (tasks and images), status, list, cancel.
    """

    api_key: ClassVar[str] = "ark-simulated-0123-4567-89ab-cdef"
    failures: ClassVar = FAILURES
    held_state = "queued"
    """As if the account's limit of tasks were reached."""
    cases: ClassVar = ConformanceCases(
        video_model="seedance-1-5-pro-251215",
        image_model="seedream-4-5-251128",
        frame_model="seedance-1-5-pro-251215",
        cancel_route="cancel",
        base_path=BASE_PATH,
        examples=(
            Example(
                {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "720p"},
                sent={"duration": 8, "ratio": "16:9", "resolution": "720p"},
                # pixels of all frames, of which 1024 are a token, and dollars per million tokens; fal asks 0.26 for 5 s
                usd=1280 * 720 * 24 * 8 / 1024 * 2.40 / 1e6,
            ),
            Example(
                {"aspect_ratio": "16:9", "size": "2k"}, sent={"size": "2720x1530"}, usd=0.04, modality="image"
            ),
        ),
        billed_if_cancelled={"queued": "no", "finished": "yes"},
        errors=(
            ErrorCase("bad duration", "bad_request", BAD_DURATION, ValidationError),
            ErrorCase("wrong key", "authentication", WRONG_KEY, AuthenticationError),
            ErrorCase("no right", "authentication", NO_RIGHT, AuthenticationError),
            ErrorCase("overdue", "quota_exceeded", OVERDUE, QuotaExceededError),
            ErrorCase("paused", "quota_exceeded", PAUSED, QuotaExceededError),
            ErrorCase("sensitive prompt", "content_moderation", SENSITIVE_PROMPT, ContentModerationError),
            ErrorCase("a real person", "content_moderation", REAL_PERSON, ContentModerationError),
            ErrorCase("flood", "rate_limit", TOO_MANY_REQUESTS, RateLimitError, retry_after=2.0),
            ErrorCase("overloaded", "rate_limit", OVERLOADED, RateLimitError),
            ErrorCase("unknown model", "model_not_found", UNKNOWN_MODEL, ModelNotFoundError),
            ErrorCase("model not activated", "model_not_found", NOT_OPEN, ModelNotFoundError),
            ErrorCase("internal", "server_error", INTERNAL, HTTPError),
        ),
        failures=(
            FailureCase("internal", GenerationFailedError),
            FailureCase("bad_image", ValidationError),
            FailureCase("sensitive_output", ContentModerationError),
            FailureCase("sensitive_input", ContentModerationError),
            FailureCase("expired", GenerationFailedError),
        ),
        status_words={
            "queued": "queued",
            "running": "processing",
            "cancelled": "cancelled",
            "warming_up": "processing",
        },
    )

    def __init__(self) -> None:
        self.deleted: set[str] = set()
        """Tasks whose record was deleted."""
        self.failed_images = 0
        """How many of the next images of a batch fail."""
        self._words: deque[str] = deque()
        super().__init__()

    def routes(self) -> list[Route]:
        """The endpoints under /api/v3."""
        return [
            Route("submit", "POST", TASKS, self._submit),
            Route("list", "GET", TASKS, self._list),
            Route("status", "GET", f"{TASKS}/{{id}}", self._status),
            Route("cancel", "DELETE", f"{TASKS}/{{id}}", self._delete),
            Route("submit", "POST", f"{BASE_PATH}/images/generations", self._images),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """A wrong key is refused."""
        return (
            None if self.has_header(request, "Authorization", f"Bearer {self.api_key}") else answer(WRONG_KEY)
        )

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next status answers carry this word."""
        self._words.extend([word] * times)

    # Tasks.

    def _submit(self, request: RecordedRequest) -> Answer:
        body = _given(request)
        if known_name(body.get("model")) not in VIDEO_MODELS:
            return answer(UNKNOWN_MODEL)
        wrong = task_complaint(body)
        if wrong is not None:
            return answer(invalid(wrong))
        job = self.create_job(request, model=str(body["model"]), inputs=body)
        job.details["created_at"] = int(time.time())
        return json_answer({"id": job.id}, headers={"x-request-id": REQUEST_ID})

    def _status(self, request: RecordedRequest) -> Answer:
        job = self._find(request)
        return answer(GONE) if job is None else json_answer(self._task(job, self.observe(job)))

    def _list(self, request: RecordedRequest) -> Answer:
        size, number = (
            int(request.query.get(name, usual)) for name, usual in (("page_size", 10), ("page_num", 1))
        )
        wanted = request.query.get("filter.status")
        tasks = [
            self._task(job, self.state_of(job))
            for job in reversed(self.jobs)
            if "created_at" in job.details and job.id not in self.deleted
        ]
        shown = [task for task in tasks if wanted in (None, task["status"])]
        return json_answer({"total": len(shown), "items": shown[(number - 1) * size : number * size]})

    def _delete(self, request: RecordedRequest) -> Answer:
        job = self._find(request)
        if job is None:
            return answer(GONE)
        state = self.state_of(job)
        if state in ("running", "cancelled"):
            return answer(RUNNING)
        if not self.cancel_job(job):
            self.deleted.add(job.id)
        return json_answer({})

    def _find(self, request: RecordedRequest) -> SimulatedJob | None:
        job = self.find_job(request.parameters["id"])
        return None if job is None or "created_at" not in job.details or job.id in self.deleted else job

    def _task(self, job: SimulatedJob, state: SimulatedState) -> dict[str, object]:
        failure = FAILURES[job.failure or "internal"] if state == "failed" else None
        word = self._words.popleft() if self._words else failure.word if failure else state
        asked = job.inputs
        task: dict[str, object] = {
            "id": job.id,
            "model": job.model,
            "status": word,
            "error": {"code": failure.code, "message": failure.message} if failure and failure.code else None,
            "created_at": job.details["created_at"],
            "updated_at": int(time.time()),
            "service_tier": asked.get("service_tier", "default"),
            "execution_expires_after": asked.get("execution_expires_after", 172800),
        }
        if word == "succeeded":
            task |= self._result(job)
        return task

    def _result(self, job: SimulatedJob) -> dict[str, object]:
        asked = job.inputs
        content = {
            "video_url": f"{self.video_url(f'{job.id}.mp4')}?X-Tos-Date=20261127T050000Z&X-Tos-Expires=86400"
        }
        if asked.get("return_last_frame"):
            content["last_frame_url"] = self.image_url(f"{job.id}.png")
        return {
            "content": content,
            "usage": {"completion_tokens": 108900, "total_tokens": 108900},
            "seed": asked.get("seed", 58944),
            "resolution": asked.get("resolution", "720p"),
            "ratio": asked.get("ratio", "16:9"),
            "duration": asked.get("duration", 5),
            "framespersecond": 24,
            "generate_audio": asked.get("generate_audio", True),
        }

    # Images.

    def _images(self, request: RecordedRequest) -> Answer:
        body = _given(request)
        if known_name(body.get("model")) not in IMAGE_MODELS:
            return answer(UNKNOWN_MODEL)
        wrong = image_complaint(body)
        if wrong is not None:
            return answer(invalid(wrong))
        job = self.create_job(request, model=str(body["model"]), inputs=body)
        if job.failure is not None:
            return answer(SENSITIVE_PROMPT)
        options = body.get("sequential_image_generation_options")
        batch = body.get("sequential_image_generation") == "auto" and isinstance(options, dict)
        count = int(options["max_images"]) if batch and isinstance(options, dict) else 1
        data = [self._image(job, number) for number in range(count)]
        made = sum("error" not in item for item in data)
        return json_answer(
            {
                "model": job.model,
                "created": int(time.time()),
                "data": data,
                "usage": {
                    "generated_images": made,
                    "output_tokens": 16384 * made,
                    "total_tokens": 16384 * made,
                },
            },
            headers={"x-request-id": REQUEST_ID},
        )

    def _image(self, job: SimulatedJob, number: int) -> dict[str, object]:
        if self.failed_images:
            self.failed_images -= 1
            message = "The request failed because the output image may contain sensitive information."
            return {"error": {"code": "OutputImageSensitiveContentDetected", "message": message}}
        if job.inputs.get("response_format") == "b64_json":
            return {"b64_json": base64.b64encode(tiny_png()).decode(), "size": "2048x2048"}
        return {"url": self.image_url(f"{job.id}/{number}.png"), "size": "2048x2048"}


def _given(request: RecordedRequest) -> dict[str, object]:
    """The members that have a value: the official client sends null for what the caller leaves out."""
    return {name: value for name, value in request.json_object().items() if value is not None}
