"""Owns a simulator of OpenAI: videos, images, background responses, files.

Source: openai 3.54.0; OpenAI's API reference, read 2026-11-22. Use `url + "/v1"` as OPENAI_BASE_URL.
"""

from __future__ import annotations

import ssl
import time
import uuid
from collections.abc import Mapping
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
    FormPart,
    RecordedRequest,
    Route,
    SimulatedJob,
    SimulatedState,
    json_answer,
    tiny_mp4,
)

from .failures import (
    FAILURES,
    MODERATED_PROMPT,
    OUT_OF_CREDIT,
    OVERLOADED,
    RATE_LIMITED,
    SERVER_ERROR,
    UNAUTHORIZED,
    OpenAIFailure,
    invalid,
    unknown_model,
)
from .fields import (
    CREATE_FIELDS,
    EXTENSION_SECONDS,
    SECONDS,
    VIDEO_SIZES,
    one_of,
    read_inputs,
    refuse,
    text_of,
)
from .images import OpenAIImages
from .pictures import picture
from .webhooks import WEBHOOK_SECRET, signed_event

STATUS_WORDS: Mapping[SimulatedState, str] = {
    "queued": "queued",
    "running": "in_progress",
    "succeeded": "completed",
    "failed": "failed",
    "cancelled": "failed",
}
LIVES_SECONDS = 3600


class OpenAISimulator(ConformingSimulator, OpenAIImages):
    """OpenAI on loopback.

    Route names: submit (every POST that renders), status (videos and responses), list, content, delete,
    cancel (responses), upload.
    """

    api_key: ClassVar[str] = "sk-simulated-key-of-openai"
    webhook_secret: ClassVar[str] = WEBHOOK_SECRET
    cases = ConformanceCases(
        video_model="sora-2",
        image_model="gpt-image-2",
        frame_model="sora-2",
        base_path="/v1",
        provider_config={"webhook_secret": WEBHOOK_SECRET},
        examples=(
            Example(
                {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "720p"},
                sent={"seconds": "8", "size": "1280x720"},
                usd=8 * 0.10,  # a second at 720p, LiteLLM's price map
                modality="video",
            ),
            Example(
                {"size": "1024x1536", "quality": "high"},
                sent={"size": "1024x1536", "quality": "high"},
                usd=0.165,  # fal's price of the same picture in LiteLLM's price map, at the same price of a token
                modality="image",
            ),
            Example({"aspect_ratio": "16:9", "size": "1k"}, sent={"size": "1536x864"}, modality="image"),
        ),
        errors=(
            ErrorCase(
                "invalid value",
                "bad_request",
                invalid("Invalid value: '7'.", "size").fault(),
                ValidationError,
            ),
            ErrorCase("wrong key", "authentication", UNAUTHORIZED.fault(), AuthenticationError),
            ErrorCase("out of credit", "quota_exceeded", OUT_OF_CREDIT.fault(), QuotaExceededError),
            ErrorCase(
                "moderated prompt", "content_moderation", MODERATED_PROMPT.fault(), ContentModerationError
            ),
            ErrorCase("rate limit", "rate_limit", RATE_LIMITED.fault(), RateLimitError, retry_after=7.0),
            ErrorCase(
                "unknown model", "model_not_found", unknown_model("gpt-image-9").fault(), ModelNotFoundError
            ),
            ErrorCase("server error", "server_error", SERVER_ERROR.fault(), HTTPError),
            ErrorCase("overloaded", "rate_limit", OVERLOADED.fault(), RateLimitError),
        ),
        failures=(
            FailureCase("moderation_blocked", ContentModerationError),
            FailureCase("server_error", GenerationFailedError),
        ),
        status_words={
            "queued": "queued",
            "in_progress": "processing",
            "processing": "processing",
            "warming_up": "processing",
        },
    )

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self.poll_after_milliseconds: int | None = 5
        """What the header `openai-poll-after-ms` of status answers says; None leaves it out."""
        self._words: list[str] = []
        super().__init__(ssl_context=ssl_context)

    def routes(self) -> list[Route]:
        """The endpoints under /v1."""
        return [*self.image_routes("/v1"), *self.other_routes("/v1")]

    def other_routes(self, root: str) -> list[Route]:
        """The endpoints of videos, responses and files, under a path."""
        return [
            Route("submit", "POST", f"{root}/videos", self._create),
            Route("submit", "POST", f"{root}/videos/edits", self._edit),
            Route("submit", "POST", f"{root}/videos/extensions", self._extend),
            Route("submit", "POST", f"{root}/videos/{{id}}/remix", self._remix),
            Route("list", "GET", f"{root}/videos", self._list),
            Route("status", "GET", f"{root}/videos/{{id}}", self._status),
            Route("content", "GET", f"{root}/videos/{{id}}/content", self._content),
            Route("delete", "DELETE", f"{root}/videos/{{id}}", self._delete),
            Route("submit", "POST", f"{root}/responses", self.create_response),
            Route("status", "GET", f"{root}/responses/{{id}}", self.read_response),
            Route("cancel", "POST", f"{root}/responses/{{id}}/cancel", self.cancel_response),
            Route("upload", "POST", f"{root}/files", self._upload),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Want the key as a bearer token."""
        bearer = self.has_header(request, "Authorization", f"Bearer {self.api_key}")
        return None if bearer else UNAUTHORIZED.answer()

    def not_found(self, request: RecordedRequest) -> Answer:
        """The error object of a path that does not exist."""
        message = f"Invalid URL ({request.method} {request.path})"
        return OpenAIFailure(404, None, "invalid_request_error", message).answer()

    # Videos.

    def _create(self, request: RecordedRequest) -> Answer:
        inputs = read_inputs(request, CREATE_FIELDS)
        one_of(inputs, "seconds", SECONDS)
        one_of(inputs, "size", VIDEO_SIZES)
        model = text_of(inputs, "model", "sora-2")
        self.check_model(model)
        reference = inputs.get("input_reference")
        if isinstance(reference, dict) and not set(reference) & {"image_url", "file_id"}:
            raise refuse(invalid("Expected 'image_url' or 'file_id'.", "input_reference"))
        if isinstance(reference, str):
            raise refuse(invalid("Expected a file or an object.", "input_reference", "invalid_type"))
        return self._start(request, inputs, model=model)

    def _edit(self, request: RecordedRequest) -> Answer:
        inputs = read_inputs(request, {"prompt", "video"})
        return self._start(request, inputs, model=self._source(inputs))

    def _extend(self, request: RecordedRequest) -> Answer:
        inputs = read_inputs(request, {"prompt", "video", "seconds"})
        if "seconds" not in inputs:
            raise refuse(invalid("Missing required parameter: 'seconds'.", "seconds"))
        one_of(inputs, "seconds", EXTENSION_SECONDS)
        return self._start(request, inputs, model=self._source(inputs))

    def _remix(self, request: RecordedRequest) -> Answer:
        inputs = read_inputs(request, {"prompt"})
        source = self._video_job(request)
        return self._start(request, inputs, model=source.model, remixed_from=source.id)

    def _source(self, inputs: Mapping[str, object]) -> str:
        """The model of an edit or extension: that of the source video."""
        video = inputs.get("video")
        if isinstance(video, FormPart):
            return "sora-2"
        job = self.find_job(str(video.get("id"))) if isinstance(video, dict) else None
        if job is None or self.state_of(job) != "succeeded":
            raise refuse(invalid("The video must be a completed video.", "video"))
        return job.model

    def _start(
        self,
        request: RecordedRequest,
        inputs: Mapping[str, object],
        *,
        model: str,
        remixed_from: str | None = None,
    ) -> Answer:
        job = self.create_job(request, model=model, inputs=inputs, job_id=f"video_{uuid.uuid4().hex}")
        job.details.update(created_at=int(time.time()), remixed_from=remixed_from)
        return json_answer(self._video(job, "queued"), headers={self.request_id_header: f"req_{job.id}"})

    def _status(self, request: RecordedRequest) -> Answer:
        job = self._video_job(request)
        return json_answer(self._video(job, self.observe(job), self.next_word()), headers=self.poll_headers())

    def _list(self, request: RecordedRequest) -> Answer:
        videos = [job for job in self.jobs if "created_at" in job.details and "deleted" not in job.details]
        if request.query.get("order", "desc") == "desc":
            videos.reverse()
        limit = int(request.query.get("limit", "20"))
        data = [self._video(job, self.state_of(job)) for job in videos[:limit]]
        return json_answer({"object": "list", "data": data, "has_more": len(videos) > limit})

    def _content(self, request: RecordedRequest) -> Answer:
        job = self._video_job(request)
        if self.state_of(job) != "succeeded":
            raise refuse(invalid("Video is not ready yet.", "video_id", "video_not_ready"))
        match request.query.get("variant", "video"):
            case "video":
                return Answer(200, tiny_mp4(), {}, "video/mp4")
            case "thumbnail":
                return Answer(200, picture("webp"), {}, "image/webp")
            case "spritesheet":
                return Answer(200, picture("jpeg"), {}, "image/jpeg")
            case other:
                raise refuse(invalid(f"Invalid value: '{other}'.", "variant"))

    def _delete(self, request: RecordedRequest) -> Answer:
        job = self._video_job(request)
        if self.state_of(job) in ("queued", "running"):
            raise refuse(invalid("Only completed or failed videos can be deleted.", "video_id"))
        job.details["deleted"] = True
        return json_answer({"id": job.id, "object": "video.deleted", "deleted": True})

    def _video_job(self, request: RecordedRequest) -> SimulatedJob:
        job = self.find_job(request.parameters["id"])
        if job is None or "created_at" not in job.details or "deleted" in job.details:
            message = f"Video with id '{request.parameters['id']}' not found."
            raise refuse(OpenAIFailure(404, None, "invalid_request_error", message, "video_id"))
        return job

    def _video(self, job: SimulatedJob, state: SimulatedState, word: str | None = None) -> dict[str, object]:
        created_at = job.details["created_at"]
        assert isinstance(created_at, int)
        done = state == "succeeded"
        failure = FAILURES[job.failure] if state == "failed" and job.failure is not None else None
        return {
            "id": job.id,
            "object": "video",
            "status": word or STATUS_WORDS[state],
            "progress": 100 if done else int(self.progress_of(job) * 100) if state == "running" else 0,
            "model": job.model,
            "seconds": text_of(job.inputs, "seconds", "4"),
            "size": text_of(job.inputs, "size", "720x1280"),
            "prompt": job.inputs.get("prompt"),
            "created_at": created_at,
            "completed_at": int(time.time()) if done else None,
            "expires_at": created_at + LIVES_SECONDS if done else None,
            "error": None if failure is None else {"code": failure.code, "message": failure.message},
            "remixed_from_video_id": job.details["remixed_from"],
        }

    # Files and status answers.

    def _upload(self, request: RecordedRequest) -> Answer:
        file = request.form_part("file")
        if file is None or request.form_part("purpose") is None:
            raise refuse(invalid("Missing required parameter: 'file'.", "file", "missing_required_parameter"))
        file_id = f"file-{uuid.uuid4().hex}"
        self.store_media(file_id, file.data, file.content_type or "application/octet-stream")
        body = {"id": file_id, "object": "file", "bytes": len(file.data), "created_at": int(time.time())}
        purpose = request.form_part("purpose")
        assert purpose is not None
        return json_answer(
            {**body, "filename": file.filename, "purpose": purpose.text, "status": "processed"}
        )

    def poll_headers(self) -> dict[str, str]:
        """The wish when to be asked again."""
        wish = self.poll_after_milliseconds
        return {} if wish is None else {"openai-poll-after-ms": str(wish)}

    def next_word(self) -> str | None:
        """The wire word that a test asked for."""
        return self._words.pop(0) if self._words else None

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next status answers carry this word."""
        self._words += [word] * times

    def signed_delivery(
        self, request_id: str, *, state: Literal["completed", "failed"] = "completed"
    ) -> Delivery:
        """A delivery signed as Standard Webhooks say: it names the job, not its result."""
        kind = "response" if request_id.startswith("resp_") else "video"
        return signed_event(f"{kind}.{state}", request_id)
