"""Owns a simulator of Replicate: three submit routes, predictions, streams, cancellation, models and files.

Source: Replicate's HTTP API documentation, read 2026-11-22; replicate 1.0.7. Use `url` as REPLICATE_BASE_URL
of the 1.x client, and `url + "/v1"` where a base URL holds the version.
"""

from __future__ import annotations

import re
import secrets
import ssl
import time
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
    event_stream_answer,
    json_answer,
    server_sent_event,
    unknown_fields,
)

from .cases import CASES, WEBHOOK_SECRET, sign
from .failures import (
    FAILURES,
    INVALID_VERSION,
    NOT_FOUND,
    UNAUTHENTICATED,
    invalid_input,
    problem,
)
from .files import ReplicateFiles
from .view import WireStatus, prediction, progress_bar, read_duration, wire_status

SUBMIT_FIELDS = ("input", "webhook", "webhook_completed", "webhook_events_filter", "stream")
VERSION_ID = re.compile(r"[0-9a-f]{64}")
PREFER = re.compile(r"wait(?:=(\d+))?")
LONGEST_WAIT_SECONDS = 60
PAGE_SIZE = 100
LIST_MODELS = ("flux-schnell", "flux-dev", "seedream", "gpt-image", "sdxl", "klein", "image-01")
"""Parts of the names of models that answer a list of URLs; the others answer one URL."""


class ReplicateSimulator(ConformingSimulator, ReplicateFiles):
    """Replicate on loopback.

    Route names: submit (all three), status, stream, cancel, list, model, version, account, upload, files,
    file, delete_file.
    """

    api_key: ClassVar[str] = "r8_simulated"
    webhook_secret: ClassVar[str] = WEBHOOK_SECRET
    failures: ClassVar = FAILURES
    cases: ClassVar = CASES

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self.outputs: dict[str, object] = {}
        """Outputs per model, instead of the generated clip or picture."""
        self.required_inputs: tuple[str, ...] = ()
        """Inputs without which a submit is refused."""
        self.community_models: dict[str, str] = {"acme/community-video": "c0ffee" + "0" * 58}
        """Models with the id of their latest version that the official-model route does not know."""
        self.unknown_models: set[str] = set()
        """Models that nothing knows."""
        self.streaming_models: set[str] = {"meta/meta-llama-3-8b-instruct"}
        """Models whose predictions have a stream of events."""
        self.logs_progress = True
        """Whether running predictions log a progress bar."""
        self._shown_words: list[str] = []
        super().__init__(ssl_context=ssl_context)

    def routes(self) -> list[Route]:
        """The endpoints under /v1."""
        model = "/v1/models/{owner}/{name}"
        return [
            *self.file_routes(),
            Route("submit", "POST", f"{model}/predictions", self._submit_official),
            Route("submit", "POST", "/v1/deployments/{owner}/{name}/predictions", self._submit_deployment),
            Route("submit", "POST", "/v1/predictions", self._submit_version),
            Route("list", "GET", "/v1/predictions", self._list),
            Route("status", "GET", "/v1/predictions/{id}", self._status),
            Route("stream", "GET", "/v1/predictions/{id}/stream", self._stream),
            Route("cancel", "POST", "/v1/predictions/{id}/cancel", self._cancel),
            Route("model", "GET", model, self._model),
            Route("version", "GET", f"{model}/versions/{{version}}", self._version),
            Route("account", "GET", "/v1/account", self._account),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Only `Bearer` is accepted."""
        ok = self.has_header(request, "Authorization", f"Bearer {self.api_key}")
        return None if ok else UNAUTHENTICATED

    def not_found(self, request: RecordedRequest) -> Answer:
        """Problem details, as everywhere."""
        return NOT_FOUND

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next `times` status answers carry this wire word."""
        self._shown_words += [word] * times

    def signed_delivery(
        self, request_id: str, *, state: Literal["completed", "failed"] = "completed"
    ) -> Delivery:
        """A delivery of the event `completed`, which comes whatever the end was."""
        job = next(job for job in self.jobs if job.id == request_id)
        shown = self._prediction(job, "processing")
        word, output, error = ("succeeded", self._output(job), None)
        if state == "failed":
            word, output, error = ("failed", None, FAILURES["unknown_error"])
        return sign({**shown, "status": word, "output": output, "error": error})

    async def _submit_official(self, request: RecordedRequest) -> Answer:
        model = _model_name(request)
        if model in self.community_models or model in self.unknown_models:
            return NOT_FOUND
        return await self._submit(request, model, SUBMIT_FIELDS)

    async def _submit_deployment(self, request: RecordedRequest) -> Answer:
        return await self._submit(request, _model_name(request), SUBMIT_FIELDS)

    async def _submit_version(self, request: RecordedRequest) -> Answer:
        version = request.json_object().get("version")
        if request.json is not None and not isinstance(version, str):
            _check_fields(request, (*SUBMIT_FIELDS, "version"))
            return invalid_input("version", "required", "version is required")
        model, _, version_id = str(version).rpartition(":")
        if not VERSION_ID.fullmatch(version_id):
            model, version_id = str(version), "hidden"
            if "/" not in model or model in self.community_models or model in self.unknown_models:
                return INVALID_VERSION
        if not model:
            known = {version: name for name, version in self.community_models.items()}
            model = known.get(version_id, "acme/versioned-video")
        answer_fields = (*SUBMIT_FIELDS, "version")
        return await self._submit(request, model, answer_fields, version_id=version_id)

    async def _submit(
        self, request: RecordedRequest, model: str, fields: tuple[str, ...], *, version_id: str = "hidden"
    ) -> Answer:
        inputs = self._check_submit(request, fields)
        wait_seconds, deadline_seconds = _read_headers(request)
        job = self.create_job(request, model=model, inputs=inputs, job_id=secrets.token_hex(13))
        job.details["version"] = version_id
        if deadline_seconds is not None:
            job.details["deadline"] = job.created_at + deadline_seconds
        if wait_seconds is None or not await self.wait_until_done(job, wait_seconds):
            return json_answer(self._prediction(job, "starting"), status=201)
        job.details["started"] = True
        status = wire_status(job, self.state_of(job))
        # A wait that ends in time answers before the bookkeeping is done: `processing`, with the output
        # (replicate 1.0.7, which takes everything but `starting` as finished).
        shown: WireStatus = "processing" if status == "succeeded" else status
        return json_answer(self._prediction(job, shown), status=201)

    def _check_submit(self, request: RecordedRequest, fields: tuple[str, ...]) -> dict[str, object]:
        inputs = _check_fields(request, fields).get("input")
        if not isinstance(inputs, dict):
            raise Refusal(invalid_input("input", "required", "input is required"))
        for name in self.required_inputs:
            if name not in inputs:
                raise Refusal(invalid_input("input", "required", f"{name} is required"))
        return inputs

    def _status(self, request: RecordedRequest) -> Answer:
        job = self._job(request)
        shown = self._prediction(job, self._observe(job))
        return json_answer({**shown, "status": self._shown_words.pop(0)} if self._shown_words else shown)

    def _cancel(self, request: RecordedRequest) -> Answer:
        job = self._job(request)
        self._end(job)
        return json_answer(self._prediction(job, wire_status(job, self.state_of(job))))

    def _list(self, request: RecordedRequest) -> Answer:
        newest_first = self.jobs[::-1]
        start = int(request.query.get("cursor", "0"))
        page, rest = newest_first[start : start + PAGE_SIZE], newest_first[start + PAGE_SIZE :]
        next_page = f"{self.url}/v1/predictions?cursor={start + PAGE_SIZE}" if rest else None
        results = [self._prediction(job, wire_status(job, self.state_of(job))) for job in page]
        return json_answer({"previous": None, "next": next_page, "results": results})

    def _stream(self, request: RecordedRequest) -> Answer:
        job = self._job(request)
        return event_stream_answer(self._events(job)) if job.model in self.streaming_models else NOT_FOUND

    async def _events(self, job: SimulatedJob) -> AsyncIterator[bytes]:
        async for state in self.watch(job):
            if state == "running":
                job.details["started"] = True
                yield server_sent_event("a part ", event="output", event_id=f"{job.polls}:0")
        match job.outcome:
            case "failed":
                error = FAILURES[job.failure or "unknown_error"]
                yield server_sent_event({"detail": error}, event="error", event_id="9:0")
                yield server_sent_event({"reason": "error"}, event="done", event_id="9:1")
            case "cancelled":
                yield server_sent_event({"reason": "canceled"}, event="done", event_id="9:1")
            case _:
                yield server_sent_event({}, event="done", event_id="9:1")

    def _model(self, request: RecordedRequest) -> Answer:
        model = _model_name(request)
        if model in self.unknown_models:
            return NOT_FOUND
        version = self.community_models.get(model, "0" * 64)
        return json_answer(
            {
                "url": f"https://replicate.com/{model}",
                "owner": request.parameters["owner"],
                "name": request.parameters["name"],
                "description": "A simulated model",
                "visibility": "public",
                "run_count": len(self.jobs),
                "default_example": None,
                "latest_version": _version_view(version),
            }
        )

    def _version(self, request: RecordedRequest) -> Answer:
        return json_answer(_version_view(request.parameters["version"]))

    def _account(self, request: RecordedRequest) -> Answer:
        return json_answer({"type": "user", "username": "simulated", "name": "Simulated", "github_url": ""})

    def _job(self, request: RecordedRequest) -> SimulatedJob:
        job = self.find_job(request.parameters["id"])
        if job is None:
            raise Refusal(NOT_FOUND)
        return job

    def _observe(self, job: SimulatedJob) -> WireStatus:
        deadline = job.details.get("deadline")
        if isinstance(deadline, float) and time.monotonic() >= deadline:
            self._end(job)
        state = self.observe(job)
        if state == "running":
            job.details["started"] = True
        return wire_status(job, state)

    def _end(self, job: SimulatedJob) -> None:
        """Cancel; what was running then counts as started."""
        if self.state_of(job) == "running":
            job.details["started"] = True
        self.cancel_job(job)

    def _prediction(self, job: SimulatedJob, status: WireStatus) -> dict[str, object]:
        has_output = job.outcome == "succeeded" and status in ("succeeded", "processing")
        share = self.progress_of(job)
        return prediction(
            job,
            status,
            base_url=self.url,
            output=self._output(job) if has_output else None,
            logs=progress_bar(share) if self.logs_progress and status == "processing" else "",
            streams=job.model in self.streaming_models,
        )

    def _output(self, job: SimulatedJob) -> object:
        if job.model in self.outputs:
            return self.outputs[job.model]
        if not makes_images(job.model):
            return self.video_url(f"{job.id}/output.mp4")
        count = job.inputs.get("num_outputs", job.inputs.get("number_of_images", 1))
        urls = [self.image_url(f"{job.id}/{n}.png") for n in range(count if isinstance(count, int) else 1)]
        return urls if any(part in job.model for part in LIST_MODELS) else urls[0]


def _model_name(request: RecordedRequest) -> str:
    return f"{request.parameters['owner']}/{request.parameters['name']}"


def _version_view(version: str) -> dict[str, object]:
    schema = {"components": {"schemas": {"Input": {"type": "object"}, "Output": {"type": "string"}}}}
    return {
        "id": version,
        "created_at": "2026-11-01T00:00:00Z",
        "cog_version": "0.16.0",
        "openapi_schema": schema,
    }


def _check_fields(request: RecordedRequest, allowed: tuple[str, ...]) -> dict[str, object]:
    if not isinstance(request.json, dict):
        raise Refusal(problem(400, "Bad request", "The request body is not a JSON object"))
    for field in unknown_fields(request.json, allowed):
        description = f"Additional property {field} is not allowed"
        raise Refusal(invalid_input(field, "additional_property_not_allowed", description))
    return request.json


def _read_headers(request: RecordedRequest) -> tuple[float | None, float | None]:
    """The seconds of `Prefer: wait` and of `Cancel-After`, None where absent."""
    wait_seconds: float | None = None
    if "Prefer" in request.headers:
        match = PREFER.fullmatch(request.headers["Prefer"])
        wait_seconds = float(match[1] or LONGEST_WAIT_SECONDS) if match is not None else 0.0
        if not 1 <= wait_seconds <= LONGEST_WAIT_SECONDS:
            raise Refusal(problem(400, "Bad request", "Prefer must be wait or wait=N with N from 1 to 60"))
    if "Cancel-After" not in request.headers:
        return wait_seconds, None
    deadline_seconds = read_duration(request.headers["Cancel-After"])
    if deadline_seconds is None:
        raise Refusal(problem(400, "Bad request", "Cancel-After must be a duration such as 90s or 1m30s"))
    return wait_seconds, deadline_seconds
