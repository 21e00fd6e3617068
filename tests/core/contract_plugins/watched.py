"""Owns a provider whose jobs are watched over a WebSocket, at an address that it gives on request.

Wire: POST /jobs → {"id"}; POST /jobs/<id>/watch → {"socket"}; GET /watch/<id>, a WebSocket: the client sends
{"type": "subscribe", "token"}, the server sends {"state", "percent"} after every change, and pictures of the work as bytes;
GET /jobs/<id> → {"state", "url"}; DELETE /jobs/<id>.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import ClassVar

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
    ServerEvent,
    StatusStream,
    Submission,
    hookimpl,
    send,
    state_of_word,
    wire,
)
from tarash.tarash_gateway.testing import Simulator
from tarash.tarash_gateway.testing.simulator import (
    Answer,
    RecordedRequest,
    Route,
    SimulatedJob,
    json_answer,
    tiny_png,
    websocket_answer,
)

TOKEN = "watch-token-5f2c91"


class Watched:
    """The plugin.

    Args:
        silence_seconds: longest silence of the stream.
        tells_the_key: whether the plugin makes the mistake of sending the key in the first message.
    """

    def __init__(self, *, silence_seconds: float = 60.0, tells_the_key: bool = False) -> None:
        self._silence_seconds = silence_seconds
        self._tells_the_key = tells_the_key

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return ProviderInfo(
            id="watched",
            title="Watched",
            home_page="https://watched.example/docs",
            base_url="https://watched.example",
            api_key_env=("WATCHED_KEY",),
            modalities=frozenset({"video"}),
            hook_api=1,
        )

    @hookimpl
    def tarash_models(self) -> Catalogue:
        fields = {"prompt": passthrough_field_mapper("prompt", required=True)}
        return Catalogue(
            (Model(id="plain", modality="video", fields=fields, source="this module", generic=True),)
        )

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        reply = yield from send(call.request("POST", "/jobs", json=dict(payload)))
        job_id = reply.require_text("id")
        return Submission(job={"id": job_id}, request_id=job_id)

    @hookimpl
    def tarash_stream(self, call: Call, job: JobReference) -> Flow[StatusStream]:
        reply = yield from send(call.request("POST", f"/jobs/{job['id']}/watch", timeout_seconds=1.0))
        token = call.api_key.reveal() if self._tells_the_key else TOKEN
        return StatusStream(
            call=call.request("GET", reply.require_text("socket"), timeout_seconds=1.0),
            read=_read,
            silence_seconds=self._silence_seconds,
            protocol="websocket",
            messages=(json.dumps({"type": "subscribe", "token": token}),),
            begins_with_status=False,
        )

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        reply = yield from send(call.request("GET", f"/jobs/{job['id']}"))
        return _status(reply.json_object())

    @hookimpl
    def tarash_normalize(self, call: Call, job: JobReference, raw: object) -> Flow[Generated]:
        reply = yield from send(call.request("GET", f"/jobs/{job['id']}"))
        return Generated(assets=(Asset(kind="video", url=reply.require_text("url")),))

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        yield from send(call.request("DELETE", f"/jobs/{job['id']}"))
        return Cancellation(outcome="accepted")


def _read(event: ServerEvent) -> JobStatus | None:
    if event.event == "binary":
        return None
    return _status(event.json_object())


def _status(body: Mapping[str, object]) -> JobStatus:
    return JobStatus(
        state=state_of_word(wire.text(body, "state")),
        progress_percent=wire.number(body, "percent"),
        raw=body,
    )


class WatchedSimulator(Simulator):
    """The provider on loopback. Route names: submit, watch, socket, status, cancel.

    Attributes:
        socket_server: origin of the WebSocket, as the provider names it; "" is this server.
        heard: what clients said over their WebSockets.
        left: how many WebSockets have ended.
        preview: binary message sent before the first status.
    """

    api_key: ClassVar[str] = "watched-key-0123456789"

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self.socket_server = ""
        self.heard: list[object] = []
        self.left = 0
        self.preview = tiny_png()
        super().__init__(ssl_context=ssl_context)

    def routes(self) -> list[Route]:
        return [
            Route("submit", "POST", "/jobs", self._submit),
            Route("watch", "POST", "/jobs/{id}/watch", self._watch),
            Route("socket", "GET", "/watch/{id}", self._socket),
            Route("status", "GET", "/jobs/{id}", self._status),
            Route("cancel", "DELETE", "/jobs/{id}", self._cancel),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        if self.has_header(request, "Authorization", f"Bearer {self.api_key}"):
            return None
        return json_answer({"error": "wrong key"}, status=401)

    def config(self, **changes: object) -> VideoGenerationConfig:
        """A configuration for this server."""
        settings = {"provider": "watched", "model": "plain", "api_key": self.api_key, "base_url": self.url}
        return VideoGenerationConfig.model_validate({**settings, **changes})

    def _submit(self, request: RecordedRequest) -> Answer:
        return json_answer({"id": self.create_job(request).id})

    def _watch(self, request: RecordedRequest) -> Answer:
        origin = self.socket_server or self.url.replace("http", "ws", 1)
        return json_answer({"socket": f"{origin}/watch/{request.parameters['id']}"})

    def _socket(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is None:
            return self.not_found(request)

        async def talk(received: AsyncIterator[str | bytes]) -> AsyncIterator[str | bytes]:
            try:
                self.heard.append(json.loads(await anext(received)))
                yield self.preview
                async for state in self.watch(job):
                    if state != "queued":
                        yield json.dumps({"state": state, "percent": self.progress_of(job) * 100})
            finally:
                self.left += 1

        return websocket_answer(talk)

    def _status(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is None:
            return self.not_found(request)
        return json_answer({"state": self.observe(job), **self._result(job)})

    def _result(self, job: SimulatedJob) -> dict[str, object]:
        return {"url": self.video_url(f"{job.id}.mp4")} if self.state_of(job) == "succeeded" else {}

    def _cancel(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is not None:
            self.cancel_job(job)
        return json_answer({})
