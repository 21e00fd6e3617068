"""Owns a simulator of Runway: every generation endpoint, tasks, cancellation, uploads and the account.

Source: Runway API documentation, read 2026-11-22; runwayml 5.24.0. Use `url` as RUNWAYML_BASE_URL.
"""

from __future__ import annotations

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
    Refusal,
    Route,
    SimulatedJob,
    SimulatedState,
    json_answer,
)

from .failures import (
    BROKEN,
    FAILURES,
    NO_VERSION,
    OUT_OF_CREDIT,
    OVERLOADED,
    TOO_MANY_REQUESTS,
    UNAUTHENTICATED,
    UNKNOWN_FIELD,
    UNKNOWN_MODEL,
    answer,
    refused,
)
from .schema import ENDPOINTS, issues
from .uploads import RunwayUploads

VERSION = "2024-11-06"
CREDITS = 60
IMAGE_ENDPOINTS = frozenset({"text_to_image", "image_upscale", "generate/image"})
WORDS: dict[SimulatedState, str] = {
    "queued": "PENDING",
    "running": "RUNNING",
    "succeeded": "SUCCEEDED",
    "failed": "FAILED",
    "cancelled": "CANCELLED",
}


class RunwaySimulator(ConformingSimulator, RunwayUploads):
    """Runway on loopback.

    Route names: submit (every generation endpoint), status, cancel, upload, upload_bytes, organization.
    """

    api_key: ClassVar[str] = "key_" + "0123456789abcdef" * 8
    failures: ClassVar = FAILURES
    cases: ClassVar = ConformanceCases(
        video_model="gen4.5",
        image_model="gen4_image",
        frame_model="gen4.5",
        cancel_route="cancel",
        examples=(
            Example(
                {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "720p"},
                sent={"duration": 8, "ratio": "1280:720"},
                usd=8 * 12 * 0.01,  # credits a second, LiteLLM's price map and Runway's price page
            ),
            Example(
                {"aspect_ratio": "16:9", "size": "720p"},
                sent={"ratio": "1280:720"},
                usd=5 * 0.01,  # credits a picture at 720p, LiteLLM's price map
                modality="image",
            ),
        ),
        billed_if_cancelled={"running": "yes", "finished": "yes"},
        errors=(
            ErrorCase("unknown field", "bad_request", UNKNOWN_FIELD, ValidationError),
            ErrorCase("wrong key", "authentication", UNAUTHENTICATED, AuthenticationError),
            ErrorCase("not enough credits", "quota_exceeded", OUT_OF_CREDIT, QuotaExceededError),
            ErrorCase("too many requests", "rate_limit", TOO_MANY_REQUESTS, RateLimitError, retry_after=2.0),
            ErrorCase("unknown model", "model_not_found", UNKNOWN_MODEL, ModelNotFoundError),
            ErrorCase("load shedding", "rate_limit", OVERLOADED, RateLimitError),
            ErrorCase("a broken server", "server_error", BROKEN, HTTPError),
        ),
        failures=(
            FailureCase("input_text_moderation", ContentModerationError),
            FailureCase("output_moderation", ContentModerationError),
            FailureCase("invalid_asset", ValidationError),
            FailureCase("bad_output", GenerationFailedError),
            FailureCase("internal", GenerationFailedError),
            FailureCase("vendor_unavailable", GenerationFailedError),
        ),
        status_words={
            "PENDING": "queued",
            "THROTTLED": "queued",
            "RUNNING": "processing",
            "CANCELLED": "cancelled",
            "WARMING_UP": "processing",
        },
    )

    def __init__(self) -> None:
        self.outputs: dict[str, list[str]] = {}
        """Output URLs per model, instead of the generated clip or pictures."""
        self.throttled = False
        """Whether waiting tasks are THROTTLED: the account's concurrency limit is reached."""
        self._words: deque[str] = deque()
        self._deleted: set[str] = set()
        super().__init__()

    def routes(self) -> list[Route]:
        """The endpoints under /v1."""
        return [
            *self.upload_routes(),
            *(Route("submit", "POST", f"/v1/{endpoint}", self._submit) for endpoint in ENDPOINTS),
            Route("status", "GET", "/v1/tasks/{id}", self._status),
            Route("cancel", "DELETE", "/v1/tasks/{id}", self._delete),
            Route("organization", "GET", "/v1/organization", self._organization),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """The key and the version header are both wanted on every request."""
        if not self.has_header(request, "Authorization", f"Bearer {self.api_key}"):
            return answer(UNAUTHENTICATED)
        return None if self.has_header(request, "X-Runway-Version", VERSION) else answer(NO_VERSION)

    def not_found(self, request: RecordedRequest) -> Answer:
        """A short text for people."""
        return json_answer({"error": f"Not found: {request.path}"}, status=404)

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next status answers carry this word."""
        self._words.extend([word] * times)

    def _submit(self, request: RecordedRequest) -> Answer:
        if not isinstance(request.json, dict):
            return json_answer({"error": "Body must be a JSON object"}, status=400)
        body = request.json_object()
        endpoint = request.path.removeprefix("/v1/")
        found = issues(endpoint, body)
        if found:
            return refused(found)
        self.check_media(body)
        routed = endpoint.startswith("generate/")
        model = "gen4.5" if routed else str(body["model"])
        job = self.create_job(request, model=model, inputs=body)
        job.details["endpoint"] = endpoint
        if routed:
            return json_answer({"id": job.id, "routing": _routing(str(body["configId"]), model)})
        return json_answer({"id": job.id, "estimatedCost": {"credits": CREDITS}})

    def _status(self, request: RecordedRequest) -> Answer:
        job = self._job(request)
        progress = self.progress_of(job)
        state = self.observe(job)
        word = self._words.popleft() if self._words else WORDS[state]
        if word == "PENDING" and self.throttled:
            word = "THROTTLED"
        return json_answer(
            {
                "id": job.id,
                "createdAt": "2026-11-22T10:00:00.000Z",
                "status": word,
                **self._details(job, word, progress),
            }
        )

    def _delete(self, request: RecordedRequest) -> Answer:
        """Cancel a task that has not ended, delete one that has; either way it can no longer be fetched."""
        job = self._job(request)
        self.cancel_job(job)
        self._deleted.add(job.id)
        return Answer(status=204)

    def _organization(self, request: RecordedRequest) -> Answer:
        limits = {"maxConcurrentGenerations": 2, "maxDailyGenerations": 200}
        return json_answer(
            {
                "creditBalance": 1000,
                "tier": {"maxMonthlyCreditSpend": 10000, "models": {"gen4.5": limits}},
                "usage": {"models": {"gen4.5": {"dailyGenerations": len(self.jobs)}}},
            }
        )

    def _job(self, request: RecordedRequest) -> SimulatedJob:
        job = self.find_job(request.parameters["id"])
        if job is None or job.id in self._deleted:
            raise Refusal(json_answer({"error": "Task not found."}, status=404))
        return job

    def _details(self, job: SimulatedJob, word: str, progress: float) -> dict[str, object]:
        match word:
            case "SUCCEEDED":
                return {"output": self._output(job), "cost": {"credits": CREDITS}}
            case "FAILED":
                failure = FAILURES[job.failure or "internal"]
                code = {} if failure.code is None else {"failureCode": failure.code}
                return {
                    "failure": failure.text,
                    **code,
                    "cost": {"credits": CREDITS if failure.charged else 0},
                }
            case "CANCELLED":
                return {"cost": {"credits": 0}}
            case "RUNNING":
                return {"progress": progress, "estimatedCost": {"credits": CREDITS}}
            case _:
                return {"estimatedCost": {"credits": CREDITS}}

    def _output(self, job: SimulatedJob) -> list[str]:
        if job.model in self.outputs:
            return self.outputs[job.model]
        # the signature in the query is as good as a key
        if job.details["endpoint"] not in IMAGE_ENDPOINTS:
            return [f"{self.video_url(f'{job.id}/output.mp4')}?_jwt=signed"]
        count = job.inputs.get("outputCount", 1)
        numbers = range(count if isinstance(count, int) else 1)
        return [f"{self.image_url(f'{job.id}/{number}.png')}?_jwt=signed" for number in numbers]


def _routing(config: str, model: str) -> dict[str, object]:
    return {
        "model": model,
        "provider": "runway",
        "configId": config,
        "estimatedCost": {"credits": CREDITS},
        "resolvedInput": {"duration": 5, "ratio": "1280:720", "resolution": "720p"},
        "resolvedSettings": {"optimizeFor": "quality", "priceCeiling": None},
    }
