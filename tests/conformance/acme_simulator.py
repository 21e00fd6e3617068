"""Owns the simulator of Acme, an invented provider: the smallest API that has everything the conformance kit looks at."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import ClassVar, Literal

from tarash.tarash_gateway import (
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
    Refusal,
    Route,
    SimulatedJob,
    Simulator,
    Status,
    event_stream_answer,
    json_answer,
    server_sent_event,
    unknown_fields,
)

WEBHOOK_SECRET = "whsec_" + base64.b64encode(b"acme-webhook-secret").decode()
FIELDS = (
    "model", "prompt", "seconds", "shape", "seed", "image", "references", "mask", "count", "callback_url",
)  # fmt: skip
STATES = {
    "queued": "waiting",
    "running": "running",
    "succeeded": "finished",
    "failed": "broken",
    "cancelled": "stopped",
}


def _error(status: int, code: str, message: str, **headers: str) -> Status:
    return Status(status, json={"error": {"code": code, "message": message}}, headers=headers)


CASES = ConformanceCases(
    video_model="acme-video-2",
    image_model="acme-image-1",
    frame_model="acme-video-2",
    submit_route="submit",
    poll_route="status",
    cancel_route="cancel",
    base_path="/v1",
    provider_config={"webhook_secret": WEBHOOK_SECRET},
    examples=(
        Example(
            {"duration_seconds": 8, "aspect_ratio": "16:9"}, sent={"seconds": 8, "shape": "16:9"}, usd=0.40
        ),
        Example(
            {"aspect_ratio": "9:16", "n": 2}, sent={"shape": "9:16", "count": 2}, usd=0.06, modality="image"
        ),
    ),
    billed_if_cancelled={"queued": "no", "running": "no", "finished": "yes"},
    errors=(
        ErrorCase("bad request", "bad_request", _error(400, "invalid", "seconds is 5"), ValidationError),
        ErrorCase("wrong key", "authentication", _error(401, "key", "no such key"), AuthenticationError),
        ErrorCase("out of credit", "quota_exceeded", _error(402, "credit", "empty"), QuotaExceededError),
        ErrorCase("refused", "content_moderation", _error(400, "policy", "no"), ContentModerationError),
        ErrorCase("no such model", "model_not_found", _error(404, "model", "unknown"), ModelNotFoundError),
        ErrorCase(
            "too many",
            "rate_limit",
            _error(429, "rate", "slow down", **{"Retry-After": "7"}),
            RateLimitError,
            7.0,
        ),
        ErrorCase("outage", "server_error", _error(503, "down", "maintenance"), HTTPError),
    ),
    failures=(
        FailureCase("policy", ContentModerationError),
        FailureCase("crash", GenerationFailedError),
    ),
    status_words={"waiting": "queued", "running": "processing", "broken": "failed", "stopped": "cancelled"},
)


class AcmeSimulator(ConformingSimulator, Simulator):
    """Acme on loopback. Route names: submit, find, upload, storage, stream, status, cancel."""

    api_key: ClassVar[str] = "acme-key-0123456789"
    failures: ClassVar[Mapping[str, object]] = {"policy": "flagged", "crash": "out of memory"}
    cases: ClassVar[ConformanceCases] = CASES

    def __init__(self) -> None:
        self._shown: list[str] = []
        super().__init__()

    def routes(self) -> list[Route]:
        """Submit, status, cancel."""
        return [
            Route("submit", "POST", "/v1/jobs", self._submit),
            Route("find", "GET", "/v1/jobs", self._find),
            Route("upload", "POST", "/v1/uploads", self._upload),
            Route("storage", "PUT", "/storage/{name}", self._store, public=True),
            Route("storage", "GET", "/storage/{name}", self._stored, public=True),
            Route("stream", "GET", "/v1/jobs/{id}/events", self._events),
            Route("status", "GET", "/v1/jobs/{id}", self._status),
            Route("cancel", "DELETE", "/v1/jobs/{id}", self._cancel),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Check the bearer key."""
        if self.has_header(request, "Authorization", f"Bearer {self.api_key}"):
            return None
        return json_answer({"error": {"code": "key", "message": "no such key"}}, status=401)

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next answers carry this state."""
        self._shown += [word] * times

    def signed_delivery(
        self, request_id: str, *, state: Literal["completed", "failed"] = "completed"
    ) -> Delivery:
        """Return a Standard Webhooks delivery."""
        word = "finished" if state == "completed" else "broken"
        body = json.dumps(
            {"id": request_id, "state": word, "urls": ["https://media.example.com/out.mp4"]}
        ).encode()
        now = datetime.now(UTC)
        stamp = str(int(now.timestamp()))
        signed = f"msg_1.{stamp}.".encode() + body
        digest = hmac.new(
            base64.b64decode(WEBHOOK_SECRET.removeprefix("whsec_")), signed, hashlib.sha256
        ).digest()
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        }
        return Delivery(headers=headers, body=body, received_at=now)

    def _submit(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        wrong = unknown_fields(body, FIELDS)
        if wrong or body.get("seconds", 4) not in (4, 8):
            return json_answer({"error": {"code": "invalid", "message": f"wrong: {wrong}"}}, status=400)
        key = request.headers.get("Idempotency-Key", "")
        job = self._by_key(key) or self.create_job(request, inputs=body)
        job.details["key"] = key
        return json_answer({"id": job.id, "state": "waiting"}, status=201)

    def _find(self, request: RecordedRequest) -> Answer:
        job = self._by_key(request.query.get("key", ""))
        return json_answer({} if job is None else {"id": job.id})

    def _by_key(self, key: str) -> SimulatedJob | None:
        return next((job for job in self.jobs if key and job.details.get("key") == key), None)

    def _upload(self, request: RecordedRequest) -> Answer:
        name = f"in-{len(self.requests)}.png"
        target = f"{self.storage_url}/storage/{name}"
        return json_answer({"put": f"{target}?X-Signature=0123456789abcdef", "url": target})

    def _store(self, request: RecordedRequest) -> Answer:
        self.store_media(request.parameters["name"], request.body, "image/png")
        return Answer()

    def _stored(self, request: RecordedRequest) -> Answer:
        media = self.stored_media(request.parameters["name"])
        return Answer(404) if media is None else Answer(body=media.data, content_type=media.content_type)

    def _status(self, request: RecordedRequest) -> Answer:
        job = self._job(request)
        return json_answer(self._shown_as(job, self._word(self.observe(job))))

    def _word(self, state: str) -> str:
        """Return the word to show: one of `show_status`, or that of the state."""
        return self._shown.pop(0) if self._shown else STATES[state]

    def _events(self, request: RecordedRequest) -> Answer:
        return event_stream_answer(self._stream(self._job(request)))

    async def _stream(self, job: SimulatedJob) -> AsyncIterator[bytes]:
        async for state in self.watch(job):
            yield server_sent_event(self._shown_as(job, self._word(state)))

    def _shown_as(self, job: SimulatedJob, word: str) -> dict[str, object]:
        body: dict[str, object] = {"id": job.id, "state": word, "percent": round(self.progress_of(job) * 100)}
        if word == "finished":
            count = int(str(job.inputs.get("count") or 1))
            is_image = "image" in str(job.inputs["model"])
            body["urls"] = [
                self.image_url(f"{job.id}/{number}.png")
                if is_image
                else self.video_url(f"{job.id}/{number}.mp4")
                for number in range(count)
            ]
        if word == "broken":
            body["error"] = {
                "code": job.failure or "crash",
                "message": str(self.failures.get(job.failure or "crash")),
            }
        return body

    def _cancel(self, request: RecordedRequest) -> Answer:
        stopped = self.cancel_job(self._job(request))
        return json_answer({"stopped": stopped})

    def _job(self, request: RecordedRequest) -> SimulatedJob:
        job = self.find_job(request.parameters["id"])
        if job is None:
            raise Refusal(json_answer({"error": {"code": "job", "message": "no such job"}}, status=404))
        return job
