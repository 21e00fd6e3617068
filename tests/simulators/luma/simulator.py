"""Owns a simulator of Luma: the Agents API under /v1 and the Dream Machine API under /dream-machine/v1.

Source: luma-agents 0.5.0, lumaai 1.21.0; documentation of both APIs, read 2026-11-22. The two share nothing
but the host here: keys, field names, state words and result shapes differ.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
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
    RecordedRequest,
    Route,
    SimulatedJob,
    SimulatedState,
    json_answer,
    tiny_mp4,
    tiny_png,
)

from . import failures as failures_of
from .agents_rules import check_generation
from .dream_machine import LumaDreamMachine
from .failures import FAILURES, answer, refused
from .media_references import MediaReferences

WORDS: dict[SimulatedState, str] = {
    "queued": "queued",
    "running": "processing",
    "succeeded": "completed",
    "failed": "failed",
    "cancelled": "failed",
}


class LumaSimulator(ConformingSimulator, LumaDreamMachine):
    """Luma on loopback.

    Route names: submit, status; those of the Files API; and, with `dream_` in front, those of Dream Machine.
    """

    failures: ClassVar = FAILURES
    cases: ClassVar = ConformanceCases(
        video_model="ray-3.2",
        image_model="uni-1",
        frame_model="ray-3.2",
        base_path="/v1",
        examples=(
            Example(
                {"duration_seconds": 10, "aspect_ratio": "16:9", "resolution": "720p"},
                sent={"video.duration": "10s", "video.resolution": "720p", "aspect_ratio": "16:9"},
                usd=0.90,  # a clip of 10 s at 720p, Replicate's page of the same model
            ),
            # a picture without references, Luma's pricing guide
            Example({"aspect_ratio": "16:9"}, sent={"aspect_ratio": "16:9"}, usd=0.0404, modality="image"),
        ),
        errors=(
            ErrorCase("invalid aspect ratio", "bad_request", failures_of.BAD_RATIO, ValidationError),
            ErrorCase("image too large", "bad_request", failures_of.TOO_LARGE, ValidationError),
            ErrorCase("unknown key", "authentication", failures_of.WRONG_KEY, AuthenticationError),
            ErrorCase("revoked key", "authentication", failures_of.REVOKED_KEY, AuthenticationError),
            ErrorCase("suspended account", "authentication", failures_of.SUSPENDED, AuthenticationError),
            ErrorCase("out of credit", "quota_exceeded", failures_of.OUT_OF_CREDIT, QuotaExceededError),
            ErrorCase(
                "window full", "rate_limit", failures_of.TOO_MANY_REQUESTS, RateLimitError, retry_after=3.0
            ),
            ErrorCase(
                "too many jobs", "rate_limit", failures_of.TOO_MANY_JOBS, RateLimitError, retry_after=60.0
            ),
            ErrorCase("unknown model", "model_not_found", failures_of.UNKNOWN_MODEL, ModelNotFoundError),
            ErrorCase("ingestion down", "rate_limit", failures_of.INGESTION_DOWN, RateLimitError),
            ErrorCase("upstream down", "server_error", failures_of.UPSTREAM_DOWN, HTTPError),
        ),
        failures=(
            FailureCase("content_moderated", ContentModerationError),
            FailureCase("generation_failed", GenerationFailedError),
            FailureCase("output_not_found", GenerationFailedError),
            FailureCase("budget_exhausted", QuotaExceededError),
            FailureCase("rate_limited", RateLimitError),
            FailureCase("image_too_large", ValidationError),
            FailureCase("unsupported_format", ValidationError),
            FailureCase("corrupt_input", ValidationError),
            FailureCase("invalid_request", ValidationError),
        ),
        status_words={"queued": "queued", "processing": "processing", "sketching": "processing"},
    )

    def __init__(self) -> None:
        self.unfetchable: set[str] = set()
        """Input URLs that answer Luma with 404."""
        self._references = MediaReferences(
            self.unfetchable, lambda job_id: self.find_job(job_id) is not None, self.is_ready
        )
        super().__init__()

    def routes(self) -> list[Route]:
        """The endpoints of both APIs."""
        return [
            *self.file_routes(),
            *self.dream_routes(),
            Route("submit", "POST", "/v1/generations", self._submit),
            Route("status", "GET", "/v1/generations/{id}", self._status),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Each API accepts its own key; the Agents API looks at the key's form before it looks the key up."""
        dream = request.path.startswith("/dream-machine/")
        own = self.dream_machine_key if dream else self.agents_key
        if self.has_header(request, "Authorization", f"Bearer {own}"):
            return None
        well_formed = request.headers.get("Authorization", "").startswith("Bearer luma-api-")
        return answer(failures_of.WRONG_KEY if well_formed or dream else failures_of.MISSING_KEY)

    def not_found(self, request: RecordedRequest) -> Answer:
        """A text as detail, as in every other error."""
        return json_answer({"detail": "Not Found"}, status=404)

    def show_status(self, word: str, *, times: int = 1) -> None:
        """Let the next status answers, of either API, carry this word."""
        self.shown_words += [word] * times

    def signed_delivery(
        self, request_id: str, *, state: Literal["completed", "failed"] = "completed"
    ) -> Delivery:
        """A callback of Dream Machine: the generation itself, which nothing signs."""
        job = next(job for job in self.jobs if job.id == request_id)
        body = self.dream_view(job, "succeeded" if state == "completed" else "failed")
        headers = {"content-type": "application/json"}
        return Delivery(headers=headers, body=json.dumps(body).encode(), received_at=datetime.now(UTC))

    def _submit(self, request: RecordedRequest) -> Answer:
        if not isinstance(request.json, dict):
            raise refused(422, "Body must be a JSON object")
        body = request.json_object()
        check_generation(body, self._references)
        job = self.create_job(request, model=str(body.get("model", "uni-1")), inputs=body)
        headers = {
            **_trace(request),
            "X-RateLimit-Limit": "30",
            "X-RateLimit-Remaining": "29",
            "X-RateLimit-Reset": "1795341600",
        }
        return json_answer(self._view(job, "queued"), status=201, headers=headers)

    def _status(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is None or "dream" in job.details:
            raise refused(404, "Generation not found", headers=_trace(request))
        view = self._view(job, self.observe(job))
        return json_answer({**view, "state": self.shown_word(str(view["state"]))}, headers=_trace(request))

    def _view(self, job: SimulatedJob, state: SimulatedState) -> dict[str, object]:
        failure = FAILURES[job.failure] if state == "failed" and job.failure is not None else None
        return {
            "id": job.id,
            "type": job.inputs.get("type", "image"),
            "state": WORDS[state],
            "model": job.model,
            "created_at": self.created_at(job),
            "output": self._output(job) if state == "succeeded" else [],
            "failure_reason": failure.reason if failure is not None else None,
            "failure_code": failure.code if failure is not None else None,
        }

    def _output(self, job: SimulatedJob) -> list[dict[str, object]]:
        """Fresh links at every reading: an old one is good for an hour only."""
        kind = str(job.inputs.get("type", "image"))
        if kind == "layering":
            layers = [("boat", "hard"), ("street", "none")]
            return [
                {
                    "type": "image",
                    "url": self.signed_output(f"layer{index}.png", tiny_png(), "image/png"),
                    "layer": {
                        "index": index,
                        "label": label,
                        "description": f"the {label}",
                        "alpha_hint": hint,
                    },
                }
                for index, (label, hint) in enumerate(layers)
            ]
        if not kind.startswith("video"):
            suffix = job.inputs.get("output_format") or "png"
            url = self.signed_output(f"output.{suffix}", tiny_png(), f"image/{suffix}")
            return [{"type": "image", "url": url}]
        clip: dict[str, object] = {
            "type": "video",
            "url": self.signed_output("output.mp4", tiny_mp4(), "video/mp4"),
        }
        video = job.inputs.get("video")
        if isinstance(video, dict) and video.get("exr_export"):
            return [clip, {"type": "exr", "url": self.signed_output("output.exr", b"v/1\x01", "image/x-exr")}]
        return [clip]


class DreamMachineSimulator(LumaSimulator):
    """The same server, shown to the conformance kit from the side of Dream Machine."""

    api_key: ClassVar[str] = LumaDreamMachine.dream_machine_key
    cases: ClassVar = ConformanceCases(
        video_model="ray-2",
        image_model="photon-1",
        frame_model="ray-2",
        submit_route="dream_submit",
        poll_route="dream_status",
        cancel_route="dream_delete",
        base_path="/dream-machine/v1",
        examples=(
            Example(
                {"duration_seconds": 9, "aspect_ratio": "16:9", "resolution": "720p"},
                sent={"duration": "9s", "resolution": "720p", "aspect_ratio": "16:9"},
                usd=1.27,  # a clip of 9 s at 720p, price list of Comfy's partner nodes
            ),
            # a picture, price list of Comfy's partner nodes
            Example({"aspect_ratio": "16:9"}, sent={"aspect_ratio": "16:9"}, usd=0.0073, modality="image"),
        ),
        billed_if_cancelled={"finished": "yes"},
        errors=(
            ErrorCase("short prompt", "bad_request", failures_of.SHORT_PROMPT, ValidationError),
            ErrorCase("unavailable", "server_error", failures_of.UNAVAILABLE, HTTPError),
            ErrorCase("refused words", "content_moderation", failures_of.BLACKLISTED, ContentModerationError),
            ErrorCase("unknown key", "authentication", failures_of.WRONG_KEY, AuthenticationError),
            ErrorCase("out of credit", "quota_exceeded", failures_of.OUT_OF_CREDIT, QuotaExceededError),
            ErrorCase(
                "window full", "rate_limit", failures_of.TOO_MANY_REQUESTS, RateLimitError, retry_after=3.0
            ),
            ErrorCase(
                "unknown model", "model_not_found", failures_of.UNKNOWN_DREAM_MODEL, ModelNotFoundError
            ),
        ),
        failures=(
            FailureCase("blacklisted_words", ContentModerationError),
            FailureCase("frame_moderation", ContentModerationError),
            FailureCase("prompt_moderation", ContentModerationError),
            FailureCase("unreadable_frames", ValidationError),
            FailureCase("prompt_processing", GenerationFailedError),
            FailureCase("job_error", GenerationFailedError),
        ),
        status_words={"queued": "queued", "dreaming": "processing", "sketching": "processing"},
    )


def _trace(request: RecordedRequest) -> dict[str, str]:
    """The headers of every answer of the Agents API; a request id of the caller's is echoed."""
    return {
        "X-API-Version": "2026-04-01",
        "X-Request-Id": request.headers.get("X-Request-Id", str(uuid.uuid4())),
    }
