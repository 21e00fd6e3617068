"""Owns the ordinary half of a provider: what the plugins beside this module, and their servers, have in common.

Wire: POST /jobs → {"id"}; GET /jobs/<id> → {"state", "url"}; DELETE /jobs/<id>.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from tarash.tarash_gateway import VideoGenerationConfig
from tarash.tarash_gateway.mapping import Catalogue, Model, passthrough_field_mapper
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Cancellation,
    Flow,
    Generated,
    JobReference,
    JobStatus,
    ProviderInfo,
    Submission,
    hookimpl,
    send,
    state_of_word,
    wire,
)
from tarash.tarash_gateway.testing import Simulator
from tarash.tarash_gateway.testing.simulator import Answer, RecordedRequest, Route, json_answer

INFO = ProviderInfo(
    id="plain",
    title="Plain",
    home_page="https://plain.example/docs",
    base_url="https://plain.example",
    api_key_env=("PLAIN_KEY",),
    modalities=frozenset({"video"}),
    hook_api=1,
)


class Plain:
    """The plugin.

    Args:
        changes: other values of its `ProviderInfo`.
    """

    def __init__(self, **changes: Any) -> None:
        self._info = replace(INFO, **changes)

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return self._info

    @hookimpl
    def tarash_models(self) -> Catalogue:
        fields = {"prompt": passthrough_field_mapper("prompt", required=True)}
        return Catalogue(
            (Model(id="any", modality="video", fields=fields, source="this module", generic=True),)
        )

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        reply = yield from send(call.request("POST", "/jobs", json=dict(payload)))
        job_id = reply.require_text("id")
        return Submission(job={"id": job_id}, request_id=job_id)

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        body = (yield from send(call.request("GET", f"/jobs/{job['id']}"))).json_object()
        return JobStatus(state=state_of_word(wire.text(body, "state")), raw=body)

    @hookimpl
    def tarash_normalize(self, raw: object) -> Flow[Generated]:
        yield from ()
        return Generated(assets=(Asset(kind="video", url=wire.text(raw, "url")),))

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        yield from send(call.request("DELETE", f"/jobs/{job['id']}"))
        return Cancellation(outcome="accepted")


class PlainSimulator(Simulator):
    """The server. Route names: submit, status, cancel."""

    api_key: ClassVar[str] = "plain-key-0123456789"

    def routes(self) -> list[Route]:
        return [
            Route("submit", "POST", "/jobs", self.submit),
            Route("status", "GET", "/jobs/{id}", self.status),
            Route("cancel", "DELETE", "/jobs/{id}", self.cancel),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        if self.has_header(request, "Authorization", f"Bearer {self.api_key}"):
            return None
        return json_answer({"error": "wrong key"}, status=401)

    def config(self, **changes: object) -> VideoGenerationConfig:
        """A configuration for this server."""
        settings = {"provider": "plain", "model": "any", "api_key": self.api_key, "base_url": self.url}
        return VideoGenerationConfig.model_validate({**settings, "poll_interval": 0.02, **changes})

    def submit(self, request: RecordedRequest) -> Answer:
        """Accept a job."""
        return json_answer({"id": self.create_job(request).id})

    def status(self, request: RecordedRequest) -> Answer:
        """Tell the state of a job, and its result."""
        job = self.find_job(request.parameters["id"])
        if job is None:
            return self.not_found(request)
        return json_answer({"state": self.observe(job), "url": self.video_url(f"{job.id}.mp4")})

    def cancel(self, request: RecordedRequest) -> Answer:
        """Cancel a job."""
        job = self.find_job(request.parameters["id"])
        if job is not None:
            self.cancel_job(job)
        return json_answer({})
