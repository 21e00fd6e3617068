"""Owns a provider whose models are workflows: files of the user, or made at its server. No table can hold them.

A workflow is JSON: {"seconds": [4, 8], "inputs": {"<unified field>": "<member of the payload>"}}. Wire: GET /workflows/<name> → a
workflow; POST /runs → {"id"}; GET /runs/<id> → {"state", "url"}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from tarash.tarash_gateway import VideoGenerationConfig
from tarash.tarash_gateway.mapping import Catalogue, Model, duration_field_mapper, passthrough_field_mapper
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    HttpReply,
    JobReference,
    JobStatus,
    ProviderInfo,
    Submission,
    hookimpl,
    read_local_file,
    send,
    state_of_word,
    wire,
)
from tarash.tarash_gateway.testing import Simulator
from tarash.tarash_gateway.testing.simulator import Answer, RecordedRequest, Route, json_answer

WORKFLOW: Mapping[str, object] = {"seconds": [4, 8], "inputs": {"prompt": "text", "seed": "noise"}}


class Workflows:
    """The plugin: a model that ends in ".json" is a file, "server:<name>" is one at the server, all else is in the table."""

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return ProviderInfo(
            id="workflows",
            title="Workflows",
            home_page="https://workflows.example/docs",
            base_url="https://workflows.example",
            api_key_env=("WORKFLOWS_KEY",),
            modalities=frozenset({"video"}),
            hook_api=1,
        )

    @hookimpl
    def tarash_models(self) -> Catalogue:
        fields = {"prompt": passthrough_field_mapper("prompt", required=True)}
        return Catalogue((Model(id="built-in", modality="video", fields=fields, source="this module"),))

    @hookimpl
    def tarash_row(self, call: Call) -> Flow[Model | None]:
        if call.model.endswith(".json"):
            content = yield from read_local_file(call, call.model)
            # parsed as an answer is: an invalid one is no bug
            workflow = HttpReply(200, content=content).json_object()
        elif call.model.startswith("server:"):
            reply = yield from send(call.request("GET", f"/workflows/{call.model.removeprefix('server:')}"))
            workflow = reply.json_object()
        else:
            return None
        inputs = wire.mapping(workflow, "inputs")
        fields = {
            str(member): passthrough_field_mapper(name, required=name == "prompt")
            for name, member in inputs.items()
        }
        seconds = [value for value in wire.items(workflow, "seconds") if isinstance(value, int)]
        fields["seconds"] = duration_field_mapper("int", seconds)
        return Model(id=call.model, modality=call.modality, fields=fields, source="the workflow itself")

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        reply = yield from send(call.request("POST", "/runs", json={"workflow": call.model, **payload}))
        run_id = reply.require_text("id")
        return Submission(job={"id": run_id}, request_id=run_id)

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        body = (yield from send(call.request("GET", f"/runs/{job['id']}"))).json_object()
        return JobStatus(state=state_of_word(wire.text(body, "state")), raw=body)

    @hookimpl
    def tarash_normalize(self, raw: object) -> Flow[Generated]:
        yield from ()
        return Generated(assets=(Asset(kind="video", url=wire.text(raw, "url")),))


class WorkflowsSimulator(Simulator):
    """The provider on loopback. Route names: workflow, submit, status."""

    api_key: ClassVar[str] = "workflows-key-0123456789"

    def routes(self) -> list[Route]:
        return [
            Route("workflow", "GET", "/workflows/{name}", self._workflow),
            Route("submit", "POST", "/runs", self._submit),
            Route("status", "GET", "/runs/{id}", self._status),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        if self.has_header(request, "Authorization", f"Bearer {self.api_key}"):
            return None
        return json_answer({"error": "wrong key"}, status=401)

    def config(self, model: str, **changes: object) -> VideoGenerationConfig:
        """A configuration for this server."""
        settings = {"provider": "workflows", "model": model, "api_key": self.api_key, "base_url": self.url}
        return VideoGenerationConfig.model_validate({**settings, "poll_interval": 0.02, **changes})

    def _workflow(self, request: RecordedRequest) -> Answer:
        if request.parameters["name"] != "boats":
            return json_answer({"error": "no such workflow"}, status=404)
        return json_answer(WORKFLOW)

    def _submit(self, request: RecordedRequest) -> Answer:
        return json_answer({"id": self.create_job(request, inputs=request.json_object()).id})

    def _status(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is None:
            return self.not_found(request)
        state = self.observe(job)
        return json_answer({"state": state, "url": self.video_url(f"{job.id}.mp4")})


def as_file(workflow: Mapping[str, object] = WORKFLOW) -> str:
    """A workflow as the content of a file."""
    return json.dumps(workflow)
