"""Owns a simulator of fal: the queue, status streams, cancellation, the synchronous host, storage and CDN.

Source: fal documentation (queue, errors, storage), read 2026-11-22; fal-client 1.0.3. All hosts of fal are
the simulator's single origin, and URLs in answers carry the host that the client asked for. Only the Host
header `fal.run` tells the synchronous host from the queue.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from typing import ClassVar, Literal

from simulators.media_kind import makes_images
from tarash.tarash_gateway.plugin import Delivery
from tarash.tarash_gateway.testing import ConformingSimulator
from tarash.tarash_gateway.testing.simulator import (
    Answer,
    RecordedRequest,
    Refusal,
    Route,
    SimulatedJob,
    SimulatedState,
    event_stream_answer,
    json_answer,
    server_sent_event,
    tiny_mp4,
    tiny_png,
)

from .cases import CASES
from .failures import CANCELLED, FAILURES, FalFailure
from .storage import FalStorage
from .webhooks import signed

SYNCHRONOUS_HOST = "fal.run"
NAMESPACES = ("workflows", "comfy")
APP = r"{app:(?:(?:workflows|comfy)/)?[^/]+/[^/]+}"
"""Owner and alias: what the URLs of a request keep of the endpoint id."""


class FalSimulator(ConformingSimulator, FalStorage):
    """fal on loopback.

    Route names: submit, status, stream, result, cancel, upload, upload_bytes, token, cdn_upload, multipart,
    multipart_part, multipart_end, file.
    """

    api_key: ClassVar[str] = "11111111-2222:simulated-secret"
    failures: ClassVar = FAILURES
    cases: ClassVar = CASES

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self.outputs: dict[str, dict[str, object]] = {}
        """Results per endpoint id, instead of the generated video or images."""
        self.unknown_endpoints: set[str] = set()
        """Endpoint ids that are answered with 404."""
        self.ticket_origin: str | None = None
        """Where the URLs of a queue ticket point, if not to the origin asked."""
        self._shown_words: list[str] = []
        super().__init__(ssl_context=ssl_context)

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next status bodies, polled or streamed, carry this word and nothing of a failure."""
        self._shown_words += [word] * times

    def signed_delivery(
        self, request_id: str, *, state: Literal["completed", "failed"] = "completed"
    ) -> Delivery:
        """A delivery as fal makes it: the output comes along, or the error body of the result."""
        job = next(job for job in self.jobs if job.id == request_id)
        body: dict[str, object] = {"request_id": request_id, "gateway_request_id": request_id}
        if state == "completed":
            body |= {"status": "OK", "payload": self._output(job)}
        else:
            failure = FAILURES["no_media"]
            body |= {
                "status": "ERROR",
                "error": f"Invalid status code: {failure.status}",
                "payload": {"detail": failure.detail},
            }
        return signed(request_id, body)

    def routes(self) -> list[Route]:
        """The queue's endpoints after those of the storage."""
        request_path = f"/{APP}/requests/{{id}}"
        return [
            *self.storage_routes(),
            Route("status", "GET", f"{request_path}/status", self._status),
            Route("stream", "GET", f"{request_path}/status/stream", self._status_stream),
            Route("cancel", "PUT", f"{request_path}/cancel", self._cancel),
            Route("result", "GET", request_path, self._result),
            Route("result", "GET", f"{request_path}/response", self._result),
            Route("submit", "POST", "/{endpoint:[^/]+/.+}", self._submit),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Only the scheme word `Key` is accepted."""
        if self.has_header(request, "Authorization", f"Key {self.api_key}"):
            return None
        return json_answer({"detail": "Authentication is required to access this application"}, status=401)

    def not_found(self, request: RecordedRequest) -> Answer:
        """A platform error: the detail is a text."""
        return json_answer({"detail": f"Path {request.path} not found"}, status=404)

    async def _submit(self, request: RecordedRequest) -> Answer:
        endpoint = request.parameters["endpoint"]
        if endpoint in self.unknown_endpoints:
            return json_answer({"detail": f"Application '{endpoint}' not found"}, status=404)
        _check_submit(request)
        inputs = request.json_object()
        job = self.create_job(request, model=endpoint, inputs=inputs)
        if set(inputs) == {"input"}:  # the SDKs' argument name; on the wire the body is the input itself
            job.failure = "missing_input"
        if request.headers["Host"].partition(":")[0] == SYNCHRONOUS_HOST:
            return await self._run(job)
        ticket = {"status": "IN_QUEUE", "queue_position": 0, **self._ticket(request, job)}
        return json_answer(ticket, headers={"x-fal-request-id": job.id})

    async def _run(self, job: SimulatedJob) -> Answer:
        """Answer as the synchronous host does; an endpoint id ending in `/stream` streams partial results."""
        if job.model.endswith("/stream"):
            return event_stream_answer(self._partial_results(job))
        await self.wait_until_done(job)
        return self._outcome(job)

    async def _partial_results(self, job: SimulatedJob) -> AsyncIterator[bytes]:
        async for _ in self.watch(job):
            yield server_sent_event({"progress": self.progress_of(job)})
        yield server_sent_event(self._output(job))

    def _status(self, request: RecordedRequest) -> Answer:
        job = self._job(request)
        body = self._status_body(request, job, self.observe(job))
        return json_answer(body, headers={"x-fal-request-id": job.id})

    def _status_stream(self, request: RecordedRequest) -> Answer:
        return event_stream_answer(self._status_events(request, self._job(request)))

    async def _status_events(self, request: RecordedRequest, job: SimulatedJob) -> AsyncIterator[bytes]:
        async for state in self.watch(job):
            yield server_sent_event(self._status_body(request, job, state))

    def _result(self, request: RecordedRequest) -> Answer:
        job = self._job(request)
        if self.observe(job) in ("queued", "running"):
            detail = {"detail": "Request is still in progress"}
            return json_answer(detail, status=400, headers={"x-fal-request-id": job.id})
        return self._outcome(job)

    def _cancel(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is None or _app(job.model) != request.parameters["app"]:
            return json_answer({"status": "NOT_FOUND"}, status=404)
        if not self.cancel_job(job):
            return json_answer({"status": "ALREADY_COMPLETED"}, status=400)
        return json_answer({"status": "CANCELLATION_REQUESTED"}, status=202)

    def _job(self, request: RecordedRequest) -> SimulatedJob:
        job = self.find_job(request.parameters["id"])
        if job is None or _app(job.model) != request.parameters["app"]:
            raise Refusal(json_answer({"detail": "Request not found"}, status=404))
        return job

    def _ticket(self, request: RecordedRequest, job: SimulatedJob) -> dict[str, object]:
        url = f"{self.ticket_origin or self.origin(request)}/{_app(job.model)}/requests/{job.id}"
        return {
            "request_id": job.id,
            "response_url": url,
            "status_url": f"{url}/status",
            "cancel_url": f"{url}/cancel",
        }

    def _status_body(
        self, request: RecordedRequest, job: SimulatedJob, state: SimulatedState
    ) -> dict[str, object]:
        ticket = self._ticket(request, job)
        if self._shown_words:
            return {"status": self._shown_words.pop(0), "logs": [], **ticket}
        if state == "queued":
            return {"status": "IN_QUEUE", "queue_position": 0, **ticket}
        # fal-client 1.0.3 reads `logs` of every later status, asked for or not: without the query it is null.
        wants_logs = request.query.get("logs", "").lower() in ("1", "true")
        logs = [_log_line(f"progress {self.progress_of(job):.0%}")] if wants_logs else None
        if state == "running":
            return {"status": "IN_PROGRESS", "logs": logs, **ticket}
        failure = self._failure(job)
        return {
            "status": "COMPLETED",
            "logs": logs,
            "metrics": {"inference_time": (job.finished_at or job.created_at) - job.created_at},
            **(failure.status_fields() if failure is not None else {}),
            **ticket,
        }

    def _outcome(self, job: SimulatedJob) -> Answer:
        failure = self._failure(job)
        if failure is not None:
            return failure.answer(job.id)
        headers = {"x-fal-request-id": job.id, "x-fal-billable-units": "1"}
        return json_answer(self._output(job), headers=headers)

    def _failure(self, job: SimulatedJob) -> FalFailure | None:
        if job.outcome == "cancelled":
            return CANCELLED
        return FAILURES[job.failure] if job.outcome == "failed" and job.failure is not None else None

    def _output(self, job: SimulatedJob) -> dict[str, object]:
        if job.model in self.outputs:
            return self.outputs[job.model]
        seed = job.inputs.get("seed", 42)
        if makes_images(job.model):
            count = job.inputs.get("num_images", 1)
            images = [self._image(job, number) for number in range(count if isinstance(count, int) else 1)]
            flags = [False] * len(images)
            prompt = job.inputs.get("prompt")
            return {"images": images, "seed": seed, "has_nsfw_concepts": flags, "prompt": prompt}
        data = tiny_mp4()
        url = self.put_file(job.request, f"{job.id}/output.mp4", data, "video/mp4")
        video = {"url": url, "content_type": "video/mp4", "file_name": "output.mp4", "file_size": len(data)}
        return {"video": video, "seed": seed}

    def _image(self, job: SimulatedJob, number: int) -> dict[str, object]:
        url = self.put_file(job.request, f"{job.id}/{number}.png", tiny_png(), "image/png")
        return {"url": url, "content_type": "image/png", "width": 64, "height": 36}


def _app(endpoint: str) -> str:
    segments = endpoint.split("/")
    return "/".join(segments[: 3 if segments[0] in NAMESPACES else 2])


def _check_submit(request: RecordedRequest) -> None:
    """Refuse what fal's gateway refuses before a request is queued."""
    if not isinstance(request.json, dict):
        raise Refusal(json_answer({"detail": "Body must be a JSON object"}, status=422))
    if not request.headers.get("Content-Type", "").startswith("application/json"):
        raise Refusal(json_answer({"detail": "Content type must be application/json"}, status=415))
    priority = request.headers.get("X-Fal-Queue-Priority", "normal")
    if priority not in ("normal", "low"):
        raise Refusal(
            json_answer({"detail": "Unknown queue priority", "error_type": "bad_request"}, status=400)
        )
    timeout = request.headers.get("X-Fal-Request-Timeout", "2")
    if not timeout.replace(".", "", 1).isdigit() or float(timeout) <= 1:
        raise Refusal(json_answer({"detail": "Bad request timeout", "error_type": "bad_request"}, status=400))


def _log_line(message: str) -> dict[str, str]:
    return {"timestamp": "2026-11-22T10:00:01Z", "level": "INFO", "source": "USER", "message": message}
