"""Owns a simulator of Google: the Interactions API, credentials, webhooks, and the conformance cases.

Source: google-genai 3.4.0; Gemini API documentation (Omni, Interactions, webhooks, Files) and Vertex AI
reference, read 2026-11-22. The Gemini API, Vertex AI, OAuth and Cloud Storage share the simulator's origin.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from typing import ClassVar, Literal, cast

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    Delivery,
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
    Media,
    RecordedRequest,
    Refusal,
    Route,
    SimulatedJob,
    SimulatedState,
    event_stream_answer,
    json_answer,
    server_sent_event,
    tiny_mp4,
)

from .failures import (
    API_KEY_INVALID,
    BAD_FIELD,
    FAILURES,
    INTERNAL,
    NO_MODEL,
    NO_RIGHT,
    OUT_OF_CREDIT,
    OVERLOADED,
    REGION,
    RETIRED,
    TOO_MANY,
    TOO_MANY_TODAY,
    WRONG_KEY,
    refusal,
)
from .fields import check_interaction
from .predict import GooglePredict, is_vertex

SECRET_BYTES = b"simulated signing secret"
STATES: Mapping[SimulatedState, str] = {
    "queued": "queued",
    "running": "in_progress",
    "succeeded": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}
VERTEX_INTERACTIONS = "/{version}/projects/{project}/locations/{location}/interactions"


class GoogleSimulator(ConformingSimulator, GooglePredict):
    """Google on loopback.

    Route names: submit, status, stream, cancel, upload, file, download, object, token. Methods that create something
    are all "submit", requests that ask how a job stands all "status".
    """

    api_key: ClassVar[str] = "AIza-simulated-key"
    webhook_secret: ClassVar[str] = f"whsec_{base64.b64encode(SECRET_BYTES).decode()}"
    failures: ClassVar = FAILURES
    cases: ClassVar = ConformanceCases(
        video_model="gemini-omni-1.2-flash",
        image_model="gemini-3-pro-image",
        frame_model="gemini-omni-1.2-flash",
        cancel_route="cancel",
        provider_config={"webhook_secret": webhook_secret},
        examples=(
            Example(
                {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "720p"},
                sent={
                    "response_format.duration": "8s",
                    "response_format.aspect_ratio": "16:9",
                    "response_format.resolution": "720p",
                },
                # 5,792 tokens a second at 720p, at 12.00 per million tokens, litellm 1.110.2
                usd=8 * 5792 * 12.00 / 1e6,
            ),
            Example(
                {"aspect_ratio": "16:9", "size": "4k"},
                sent={
                    "generationConfig.imageConfig.aspectRatio": "16:9",
                    "generationConfig.imageConfig.imageSize": "4K",
                },
                usd=0.24,  # a picture at 4K; unverified, since no list states it
                modality="image",
            ),
        ),
        errors=(
            ErrorCase("unknown field", "bad_request", BAD_FIELD, ValidationError),
            ErrorCase("wrong key", "authentication", WRONG_KEY, AuthenticationError),
            ErrorCase("region without service", "authentication", REGION, AuthenticationError),
            ErrorCase("no right", "authentication", NO_RIGHT, AuthenticationError),
            ErrorCase("unknown model", "model_not_found", NO_MODEL, ModelNotFoundError),
            ErrorCase("retired model", "model_not_found", RETIRED, ModelNotFoundError),
            ErrorCase("too many requests", "rate_limit", TOO_MANY, RateLimitError, retry_after=37.0),
            ErrorCase("too many requests today", "quota_exceeded", TOO_MANY_TODAY, QuotaExceededError),
            ErrorCase("out of credit", "quota_exceeded", OUT_OF_CREDIT, QuotaExceededError),
            ErrorCase("overloaded", "rate_limit", OVERLOADED, RateLimitError),
            ErrorCase("internal", "server_error", INTERNAL, HTTPError),
        ),
        failures=(
            FailureCase("filtered", ContentModerationError),
            FailureCase("blocked_prompt", ContentModerationError),
            FailureCase("internal", GenerationFailedError),
            FailureCase("out_of_budget", QuotaExceededError),
            FailureCase("nothing", GenerationFailedError),
        ),
        status_words={
            "queued": "queued",
            "in_progress": "processing",
            "dreaming": "processing",
            "failed": "failed",
            "incomplete": "failed",
            "requires_action": "failed",
            "budget_exceeded": "failed",
            "cancelled": "cancelled",
        },
    )

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self._start_tokens()
        self._start_files()
        self._shown_words: list[str] = []
        super().__init__(ssl_context=ssl_context)

    def routes(self) -> list[Route]:
        """Interactions on both platforms, after the methods of models, files and tokens."""
        found = [*self.token_routes(), *self.file_routes(), *self.predict_routes()]
        for root in (VERTEX_INTERACTIONS, "/{version}/interactions"):
            found += [
                Route("submit", "POST", root, self._create),
                Route("stream", "GET", f"{root}/{{id}}", self._stream, query={"stream": "true"}),
                Route("status", "GET", f"{root}/{{id}}", self._get),
                Route("cancel", "POST", f"{root}/{{id}}/cancel", self._cancel),
            ]
        return found

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Vertex AI and Cloud Storage want a token, the rest a key; an upload address is a credential."""
        if "upload_id" in request.query:
            return None
        if "/projects/" in request.path or request.route == "object":
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme == "Bearer" and token in self.tokens:
                return None
            message = "Request had invalid authentication credentials. Expected OAuth 2 access token."
            return refusal(401, "UNAUTHENTICATED", message)
        key = request.headers.get("x-goog-api-key") or request.query.get("key")
        if not key:
            message = "Method doesn't allow unregistered callers. Please use API Key."
            return refusal(403, "PERMISSION_DENIED", message)
        if key != self.api_key:
            message = "API key not valid. Please pass a valid API key."
            return refusal(400, "INVALID_ARGUMENT", message, API_KEY_INVALID)
        return None

    def not_found(self, request: RecordedRequest) -> Answer:
        """The front end answers unknown paths with a page."""
        page = "<!DOCTYPE html><html><title>Error 404 (Not Found)!!1</title></html>"
        return Answer(404, page.encode(), {}, "text/html; charset=UTF-8")

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next interactions read show this status word."""
        self._shown_words += [word] * times

    def signed_delivery(
        self, request_id: str, *, state: Literal["completed", "failed"] = "completed"
    ) -> Delivery:
        """A delivery of a registered webhook about the end of an interaction."""
        return self.signed_event(f"interaction.{state}", request_id)

    def signed_event(self, kind: str, request_id: str) -> Delivery:
        """A delivery of a registered webhook: thin, and signed as Standard Webhooks are."""
        now = datetime.now(UTC)
        event = {
            "type": kind,
            "version": "v1",
            "timestamp": now.isoformat(),
            "data": {"id": request_id},
        }
        body = json.dumps(event).encode()
        identifier, timestamp = f"msg_{uuid.uuid4().hex}", str(int(now.timestamp()))
        signed = f"{identifier}.{timestamp}.".encode() + body
        signature = base64.b64encode(hmac.new(SECRET_BYTES, signed, hashlib.sha256).digest()).decode()
        headers = {
            "content-type": "application/json",
            "webhook-id": identifier,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{signature}",
        }
        return Delivery(headers=headers, body=body, received_at=now)

    async def _create(self, request: RecordedRequest) -> Answer:
        body = request.json_object()
        model = str(body.get("model", ""))
        self.require_model(request, model)
        check_interaction(body, vertex=is_vertex(request))
        job = self.create_job(request, model=model, inputs=body, job_id=f"v1_{uuid.uuid4().hex}")
        if not body.get("background"):
            await self.wait_until_done(job)
            return json_answer(self._resource(job, self.state_of(job)))
        return json_answer(self._resource(job, "running"))

    def _get(self, request: RecordedRequest) -> Answer:
        job = self._job(request)
        answer = self._resource(job, self.observe(job))
        if self._shown_words:
            answer["status"] = self._shown_words.pop(0)
            answer.pop("steps", None)
            answer.pop("errors", None)
        return json_answer(answer)

    def _stream(self, request: RecordedRequest) -> Answer:
        return event_stream_answer(self._events(self._job(request), request.query.get("last_event_id")))

    async def _events(self, job: SimulatedJob, last_event_id: str | None) -> AsyncIterator[bytes]:
        """Repeat the events of the job so far, from the one after `last_event_id`, then send new ones as they happen."""
        told = cast("list[dict[str, object]]", job.details.setdefault("events", []))
        sent = 1 + next((at for at, event in enumerate(told) if event["event_id"] == last_event_id), -1)
        async for state in self.watch(job):
            for event in self._new_events(job, state, told):
                told.append({**event, "event_id": f"event-{len(told)}"})
            for event in told[sent:]:
                yield server_sent_event(event, event=str(event["event_type"]))
            sent = len(told)
        if told and told[-1]["event_type"] == "interaction.completed":
            yield server_sent_event("[DONE]", event="done")

    def _new_events(
        self, job: SimulatedJob, state: SimulatedState, told: list[dict[str, object]]
    ) -> Iterator[dict[str, object]]:
        resource = self._resource(job, state)
        # the interaction in an event is partial: it has neither steps nor errors
        brief = {name: resource[name] for name in ("id", "status", "object", "model")}
        if not told:
            yield {"event_type": "interaction.created", "interaction": {**brief, "status": "in_progress"}}
        if state in ("queued", "running"):
            update = {"interaction_id": job.id, "status": resource["status"]}
            if not told or told[-1].get("status") != update["status"]:
                yield {"event_type": "interaction.status_update", **update}
        elif not told or told[-1]["event_type"] != "interaction.completed":
            for index, step in enumerate(cast("list[dict[str, object]]", resource.get("steps", []))):
                yield {"event_type": "step.start", "index": index, "step": {"type": step["type"]}}
                for content in cast("list[dict[str, object]]", step.get("content", [])):
                    yield {"event_type": "step.delta", "index": index, "delta": content}
                yield {"event_type": "step.stop", "index": index}
            yield {"event_type": "interaction.completed", "interaction": brief}

    def _cancel(self, request: RecordedRequest) -> Answer:
        job = self._job(request)
        if not self.cancel_job(job):
            return refusal(400, "FAILED_PRECONDITION", "The interaction has already ended.")
        return json_answer(self._resource(job, self.state_of(job)))

    def _job(self, request: RecordedRequest) -> SimulatedJob:
        job = self.find_job(request.parameters["id"])
        if job is None:
            raise Refusal(refusal(404, "NOT_FOUND", "The interaction was not found."))
        return job

    def _resource(self, job: SimulatedJob, state: SimulatedState) -> dict[str, object]:
        answer: dict[str, object] = {
            "id": job.id,
            "status": STATES[state],
            "model": job.model,
            "created": "2026-11-22T08:00:00Z",
            "updated": "2026-11-22T08:00:24Z",
            "object": "interaction",
        }
        failure = FAILURES.get(job.failure or "")
        if failure is not None and state == "failed":
            return {**answer, **failure.interaction}
        if state != "succeeded":
            return answer
        tokens = [{"modality": "video", "tokens": 34752}]
        content = job.details.setdefault("content", self._content(job))
        answer["steps"] = [
            {"type": "thought", "signature": "c2ln"},
            {"type": "model_output", "content": [content]},
        ]
        answer["usage"] = {
            "total_input_tokens": 31,
            "total_output_tokens": 34752,
            "output_tokens_by_modality": tokens,
        }
        return answer

    def _content(self, job: SimulatedJob) -> dict[str, object]:
        shape = cast("Mapping[str, object]", job.inputs.get("response_format", {}))
        content: dict[str, object] = {"type": "video", "mime_type": "video/mp4"}
        if shape.get("delivery") != "uri":
            return {**content, "data": base64.b64encode(tiny_mp4()).decode()}
        if is_vertex(job.request):
            uri = f"{str(shape['gcs_uri']).rstrip('/')}/{job.id}.mp4"
            self.objects[uri] = Media(tiny_mp4(), "video/mp4")
            return {**content, "uri": uri}
        return {**content, "uri": self.add_file(tiny_mp4(), "video/mp4", downloadable=True)}
