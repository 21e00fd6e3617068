"""Owns a simulator of Stability AI: multipart submits, synchronous pictures, asynchronous results.

Source: Stability's OpenAPI document (v2beta), read 2026-11-22. There is no official client of this API.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import io
from collections import deque
from typing import ClassVar

from PIL import Image

from tarash.tarash_gateway.exceptions import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
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
    Status,
    json_answer,
    tiny_png,
)

from .failures import (
    BAD_REQUEST,
    FAILURES,
    FILTERED,
    GONE,
    INTERNAL,
    MODERATED,
    NO_KEY,
    NOT_ENGLISH,
    OUT_OF_CREDIT,
    PUBLIC_FIGURE,
    TOO_LARGE,
    TOO_MANY_REQUESTS,
    WRONG_KEY,
    answer,
    refusal,
)
from .fields import ENDPOINTS, PREFIX, complaints

MAX_REQUEST_BYTES = 10 * 1024 * 1024
RANDOM_SEED = 343940597
"""What the server draws when no seed is sent."""


class StabilitySimulator(ConformingSimulator, Simulator):
    """Stability AI on loopback.

    Route names: submit (every generation endpoint), status, balance. The images that `image_url` serves
    stand for pictures on the web.
    """

    api_key: ClassVar[str] = "sk-simulatedStabilityKey0123456789"
    failures: ClassVar = FAILURES
    cases: ClassVar = ConformanceCases(
        image_model="core",
        downloads_inputs=True,
        poll_route="",
        # credits a picture, Stability's API reference
        examples=(Example({"aspect_ratio": "16:9"}, sent={"aspect_ratio": "16:9"}, usd=3 * 0.01),),
        aliases={
            **{f"sd3-{size}": f"sd3.5-{size}" for size in ("large", "large-turbo", "medium")},
            **{f"stable-image-{name}": name for name in ("ultra", "core")},
        },
        errors=(
            ErrorCase("unsupported value", "bad_request", BAD_REQUEST, ValidationError),
            ErrorCase("too large", "bad_request", TOO_LARGE, ValidationError),
            ErrorCase("prompt is not English", "bad_request", NOT_ENGLISH, ValidationError),
            ErrorCase("wrong key", "authentication", WRONG_KEY, AuthenticationError),
            ErrorCase("no key", "authentication", NO_KEY, AuthenticationError),
            ErrorCase("no credits", "quota_exceeded", OUT_OF_CREDIT, QuotaExceededError),
            ErrorCase("flagged prompt", "content_moderation", MODERATED, ContentModerationError),
            ErrorCase("public figure", "content_moderation", PUBLIC_FIGURE, ContentModerationError),
            ErrorCase("flood", "rate_limit", TOO_MANY_REQUESTS, RateLimitError, retry_after=60.0),
            ErrorCase("internal", "server_error", INTERNAL, HTTPError),
        ),
        failures=(
            FailureCase("content_filtered", ContentModerationError),
            FailureCase("content_moderation", ContentModerationError),
        ),
        status_words={"in-progress": "processing", "warming-up": "processing"},
    )

    def __init__(self) -> None:
        self._words: deque[str] = deque()
        super().__init__()

    def routes(self) -> list[Route]:
        """The endpoints under /v2beta, and the account's balance."""
        return [
            *(Route("submit", "POST", f"{PREFIX}{name}", self._submit) for name in ENDPOINTS),
            Route("status", "GET", "/v2beta/results/{id}", self._result),
            Route("balance", "GET", "/v1/user/balance", self._balance),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Only a bearer key is accepted."""
        if "Authorization" not in request.headers:
            return answer(NO_KEY)
        if self.has_header(request, "Authorization", f"Bearer {self.api_key}"):
            return None
        return answer(WRONG_KEY)

    def not_found(self, request: RecordedRequest) -> Answer:
        """An unknown path."""
        return answer(refusal(404, "not_found", f"no such path: {request.path}"))

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next status answers carry this word."""
        self._words.extend([word] * times)

    async def _submit(self, request: RecordedRequest) -> Answer:
        if not request.headers.get("Content-Type", "").startswith("multipart/form-data"):
            return answer(refusal(400, "bad_request", "content-type: must be multipart/form-data"))
        if len(request.body) > MAX_REQUEST_BYTES:
            return answer(TOO_LARGE)
        name = request.path.removeprefix(PREFIX)
        texts = {part.name: part.text for part in request.form if part.filename is None}
        files = {part.name: _format(part.data) for part in request.form if part.filename is not None}
        wrong = complaints(name, texts, files)
        if wrong:
            return answer(refusal(400, "bad_request", *wrong))
        job = self.create_job(
            request, model=texts.get("model", name), inputs=texts, job_id=_job_id(len(self.jobs))
        )
        if ENDPOINTS[name].is_job:
            return json_answer({"id": job.id})
        await self.wait_until_done(job)
        return self._outcome(job, request)

    def _result(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is None:
            return answer(GONE)
        state = self.observe(job)
        word = self._words.popleft() if self._words else None
        if word is not None or state in ("queued", "running"):
            return json_answer({"id": job.id, "status": word or "in-progress"}, status=202)
        return self._outcome(job, request)

    def _balance(self, request: RecordedRequest) -> Answer:
        return json_answer({"credits": 1234.5})

    def _outcome(self, job: SimulatedJob, request: RecordedRequest) -> Answer:
        failure = FAILURES[job.failure] if job.outcome == "failed" and job.failure is not None else None
        if isinstance(failure, Status):
            return answer(failure)
        reason = "CONTENT_FILTERED" if failure == FILTERED else "SUCCESS"
        output_format = str(job.inputs.get("output_format", "png"))
        picture = _picture(output_format)
        seed = int(str(job.inputs.get("seed", "0"))) or RANDOM_SEED
        if request.headers.get("Accept") != "application/json":
            headers = {"finish-reason": reason, "seed": str(seed), "x-request-id": f"req-{job.id[:8]}"}
            return Answer(200, picture, headers, f"image/{output_format}")
        body = {"image": base64.b64encode(picture).decode(), "finish_reason": reason, "seed": seed}
        told = json_answer(body, headers={"x-request-id": f"req-{job.id[:8]}"})
        return Answer(200, told.body, told.headers, f"application/json; type=image/{output_format}")


def _job_id(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def _format(content: bytes) -> str | None:
    """The format of an uploaded picture, None where Stability cannot read it."""
    try:
        kind = Image.open(io.BytesIO(content)).format
    except OSError:
        return None
    return kind if kind in ("PNG", "JPEG", "WEBP") else None


@functools.cache
def _picture(output_format: str) -> bytes:
    if output_format == "png":
        return tiny_png()
    buffer = io.BytesIO()
    Image.open(io.BytesIO(tiny_png())).save(buffer, output_format.upper())
    return buffer.getvalue()
