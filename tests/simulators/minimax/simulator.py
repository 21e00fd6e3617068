"""Owns a simulator of MiniMax: both versions of its video API, the images of the first, files.

Source: @ai-sdk/minimax 3.0.45; litellm 1.109.1; MiniMax platform documentation, read 2026-11-22.
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
    tiny_mp4,
    tiny_png,
)

from .bodies import V1_MODELS, V2_RESOLUTIONS, image_complaint, v1_complaint, v2_complaint
from .failures import (
    BAD_DURATION,
    BASE_UNKNOWN_TASK,
    BASE_WRONG_KEY,
    FAILURES,
    INTERNAL,
    NO_BALANCE,
    NO_BALANCE_403,
    OK,
    REQUEST_ID,
    SENSITIVE_PROMPT,
    TOO_MANY_REQUESTS,
    UNKNOWN_MODEL,
    UNKNOWN_TASK,
    WRONG_KEY,
    answer,
    base,
    error,
)

V2_WORDS: dict[SimulatedState, str] = {
    "queued": "queued",
    "running": "running",
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
}
V1_WORDS: dict[SimulatedState, str] = {
    "queued": "Queueing",
    "running": "Processing",
    "succeeded": "Success",
    "failed": "Fail",
    "cancelled": "Fail",
}
FIRST_FILE_ID = 205_123_456_789_012_345


class MiniMaxSimulator(ConformingSimulator, Simulator):
    """MiniMax on loopback.

    Route names: submit (videos of both versions, images), status (both versions), file, list, cancel.
    """

    api_key: ClassVar[str] = "eyJsimulated.minimax.key0123456789"
    failures: ClassVar = FAILURES
    cases: ClassVar = ConformanceCases(
        video_model="MiniMax-H3",
        image_model="image-01",
        frame_model="MiniMax-H3",
        cancel_route="cancel",
        examples=(
            Example(
                {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "768p"},
                sent={"duration": 8, "ratio": "16:9", "resolution": "768P"},
                usd=8 * 0.08,  # a second at 768p, LiteLLM's price map
            ),
            Example(
                {"duration_seconds": 6, "resolution": "768p"},
                sent={"duration": 6, "resolution": "768P"},
                usd=0.28,  # a clip of 6 s; fal's price of the same model
                model="MiniMax-Hailuo-2.3",
            ),
            Example({"size": "1024x768"}, sent={"width": 1024, "height": 768}, modality="image"),
            Example({"aspect_ratio": "16:9"}, sent={"aspect_ratio": "16:9"}, modality="image"),
        ),
        billed_if_cancelled={"queued": "no", "finished": "yes"},
        errors=(
            ErrorCase("bad duration", "bad_request", BAD_DURATION, ValidationError),
            ErrorCase("wrong key", "authentication", WRONG_KEY, AuthenticationError),
            ErrorCase("no balance", "quota_exceeded", NO_BALANCE, QuotaExceededError),
            ErrorCase("no balance, told as 403", "quota_exceeded", NO_BALANCE_403, QuotaExceededError),
            ErrorCase("sensitive prompt", "content_moderation", SENSITIVE_PROMPT, ContentModerationError),
            ErrorCase("flood", "rate_limit", TOO_MANY_REQUESTS, RateLimitError),
            ErrorCase("unknown model", "model_not_found", UNKNOWN_MODEL, ModelNotFoundError),
            ErrorCase("internal", "server_error", INTERNAL, HTTPError),
        ),
        failures=(
            FailureCase("internal", GenerationFailedError),
            FailureCase("sensitive_input", ContentModerationError),
            FailureCase("sensitive_output", ContentModerationError),
            FailureCase("bad_image", ValidationError),
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
        self.filtered_images = 0
        """How many of the next images are missing because they were filtered."""
        self.deleted: set[str] = set()
        """Tasks whose record was deleted, or that were cancelled."""
        self._words: deque[str] = deque()
        super().__init__()

    def routes(self) -> list[Route]:
        """The endpoints under /v1 and /v2."""
        return [
            Route("submit", "POST", "/v2/video_generation", self._submit_v2),
            Route("list", "GET", "/v2/query/video_generation", self._list),
            Route("status", "GET", "/v2/query/video_generation/{id}", self._status_v2),
            Route("cancel", "DELETE", "/v2/video_generation/{id}", self._cancel),
            Route("submit", "POST", "/v1/video_generation", self._submit_v1),
            Route("status", "GET", "/v1/query/video_generation", self._status_v1),
            Route("file", "GET", "/v1/files/retrieve", self._file),
            Route("submit", "POST", "/v1/image_generation", self._images),
            Route("submit", "POST", "/v1/images/generations", self._h3_images),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Refused in the shape of the version that was asked."""
        if self.has_header(request, "Authorization", f"Bearer {self.api_key}"):
            return None
        return answer(WRONG_KEY if request.path.startswith("/v2/") else BASE_WRONG_KEY)

    def not_found(self, request: RecordedRequest) -> Answer:
        """Some plain text of the edge."""
        return Answer(404, b"404 page not found", {}, "text/plain")

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next status answers carry this word."""
        self._words.extend([word] * times)

    # The second version.

    def _submit_v2(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        if body.get("model") not in V2_RESOLUTIONS:
            return answer(error(404, "not_found_error", f"model {body.get('model')} not found"))
        wrong = v2_complaint(body)
        if wrong is not None:
            return answer(error(400, "invalid_request_error", f"invalid params, {wrong}"))
        return json_answer({"task_id": self._create(request, body).id})

    def _status_v2(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is None or job.id in self.deleted:
            return answer(UNKNOWN_TASK)
        return json_answer({"task": self._task(job, self.observe(job))})

    def _task(self, job: SimulatedJob, state: SimulatedState) -> dict[str, object]:
        failure = FAILURES[job.failure or "internal"] if state == "failed" else None
        word = self._words.popleft() if self._words else failure.word if failure else V2_WORDS[state]
        done = word == "succeeded"
        length = job.inputs["duration"]
        return {
            "id": job.id,
            "model": job.model,
            "status": word,
            "content": {"url": f"{self.video_url(f'{job.id}.mp4')}?Signature=signed"} if done else None,
            "duration": length,
            "ratio": job.inputs.get("ratio", "adaptive"),
            "resolution": job.inputs["resolution"],
            "task_type": "video_generation",
            "created_at": job.details["created_at"],
            "updated_at": int(time.time()),
            "usage": {"total_seconds": length, "output_seconds": length, "input_seconds": 0}
            if done
            else None,
            "error": {"code": str(failure.code), "message": failure.message}
            if failure and failure.message
            else None,
        }

    def _list(self, request: RecordedRequest) -> Answer:
        size = int(request.query.get("page_size", "20"))
        tasks = [job for job in reversed(self.jobs) if "content" in job.inputs and job.id not in self.deleted]
        items = [self._task(job, self.state_of(job)) for job in tasks[:size]]
        return json_answer({"items": items, "total": len(tasks)})

    def _cancel(self, request: RecordedRequest) -> Answer:
        """Cancel a task that has not ended; delete the record, and with it the result, of one that has."""
        job = self.find_job(request.parameters["id"])
        if job is None or job.id in self.deleted:
            return answer(UNKNOWN_TASK)
        if self.cancel_job(job):
            return json_answer({"task_id": job.id, "status": "cancelled"})
        self.deleted.add(job.id)
        return json_answer({"task_id": job.id, "status": "deleted"})

    # The first version.

    def _submit_v1(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        wrong = "model" if body.get("model") not in V1_MODELS else v1_complaint(body)
        if wrong is not None:
            return answer(base(2013, f"invalid params, {wrong}"))
        job = self._create(request, body)
        return json_answer({"task_id": job.id, "base_resp": OK}, headers={"Trace-Id": REQUEST_ID})

    def _status_v1(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.query.get("task_id", ""))
        if job is None:
            return answer(BASE_UNKNOWN_TASK)
        state = self.observe(job)
        word = self._words.popleft() if self._words else V1_WORDS[state]
        told: dict[str, object] = {"task_id": job.id, "status": word, "file_id": "", "base_resp": OK}
        if word == "Success":
            # a 64-bit number, which not every reader keeps whole
            told |= {"file_id": FIRST_FILE_ID + int(job.id), "video_width": 1366, "video_height": 768}
        if word == "Fail":
            failure = FAILURES[job.failure or "internal"]
            told["base_resp"] = {"status_code": failure.code, "status_msg": failure.message}
        return json_answer(told)

    def _file(self, request: RecordedRequest) -> Answer:
        wanted = request.query.get("file_id", "")
        job = self.find_job(str(int(wanted) - FIRST_FILE_ID)) if wanted.isdigit() else None
        if job is None:
            return answer(base(2013, "invalid params, file_id"))
        file = {
            "file_id": int(wanted),
            "bytes": len(tiny_mp4()),
            "created_at": job.details["created_at"],
            "filename": "output.mp4",
            "purpose": "video_generation",
            "download_url": f"{self.video_url(f'{job.id}.mp4')}?Signature=signed",
        }
        return json_answer({"file": file, "base_resp": OK})

    def _images(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        known = ("image-01", "image-01-live")
        wrong = "model" if body.get("model") not in known else image_complaint(body)
        if wrong is not None:
            return answer(base(2013, f"invalid params, {wrong}"))
        job = self._create(request, body)
        if job.failure is not None:
            return answer(base(FAILURES[job.failure].code or 1033, FAILURES[job.failure].message))
        count = body.get("n", 1)
        assert isinstance(count, int)
        failed = min(self.filtered_images, count)
        self.filtered_images -= failed
        numbers = range(count - failed)
        if body.get("response_format") == "base64":
            data: dict[str, object] = {
                "image_base64": [base64.b64encode(tiny_png()).decode() for _ in numbers]
            }
        else:
            data = {"image_urls": [self.image_url(f"{job.id}/{number}.png") for number in numbers]}
        told = {"success_count": str(len(numbers)), "failed_count": str(failed)}
        return json_answer({"id": job.id, "data": data, "metadata": told, "base_resp": OK})

    def _h3_images(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        if not str(body.get("model")).startswith("MiniMax-H3-Image") or not body.get("prompt"):
            return answer(error(400, "invalid_request_error", "invalid params"))
        job = self._create(request, body)
        count = body.get("n", 1)
        assert isinstance(count, int)
        data = [{"url": self.image_url(f"{job.id}/{number}.png")} for number in range(count)]
        return json_answer({"created": int(time.time()), "data": data})

    def _create(self, request: RecordedRequest, body: dict[str, object]) -> SimulatedJob:
        job_id = str(287_400_000_000 + len(self.jobs))
        job = self.create_job(request, model=str(body["model"]), inputs=body, job_id=job_id)
        job.details["created_at"] = int(time.time())
        return job
