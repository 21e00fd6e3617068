"""Owns a simulator of a ComfyUI server: its queue, its history, its files and its WebSocket.

Source: ComfyUI `server.py`, `execution.py` and `main.py`, 0.3.64 and main branch (autumn 2026), read 2026-11-22; comfy-api-simplified
1.6.0, which `tests/sdk/test_comfyui.py` runs against it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar, cast

from tarash.tarash_gateway.exceptions import (
    AuthenticationError,
    GenerationFailedError,
    HTTPError,
    ModelNotFoundError,
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
    json_answer,
    text_answer,
    tiny_mp4,
    tiny_png,
    unknown_fields,
    websocket_answer,
)

from .failures import (
    BROKEN,
    BUG,
    FAILURES,
    INVALID,
    MEMORY,
    NO_NODE,
    NO_NODE_OLD,
    TOO_MANY,
    WRONG_KEY,
)
from .nodes import Graph, complaint, error, is_canonical_id, node_errors, runnable_outputs

WORKFLOWS = Path(__file__).parent / "workflows"
PREVIEW = b"\x00\x00\x00\x01\x00\x00\x00\x02" + tiny_png()
"""A picture of the work: the type of the event, the format PNG, the picture."""
UNFINISHED = ("queued", "running")
MEMBERS = (
    "prompt",
    "prompt_id",
    "client_id",
    "extra_data",
    "number",
    "front",
    "partial_execution_targets",
)
"""What a submission may have. The server ignores other members; refusing them shows misspelt ones."""


class ComfyUISimulator(ConformingSimulator, Simulator):
    """ComfyUI on loopback. Route names: submit, history, queue, delete, interrupt, stream, upload, view.

    Attributes:
        asks_for_key: whether a proxy in front of the server wants the key.
        ignores_prompt_ids: whether an interrupt stops whatever runs, as servers before about 0.3.50 do.
        files: content by name of the files in the input folder.
    """

    api_key: ClassVar[str] = "comfyui-simulated-key-0123456789"
    failures: ClassVar = FAILURES
    cases: ClassVar = ConformanceCases(
        video_model=str(WORKFLOWS / "text_to_video.json"),
        image_model=str(WORKFLOWS / "text_to_image.json"),
        frame_model=str(WORKFLOWS / "image_to_video.json"),
        downloads_inputs=True,
        poll_route="history",
        cancel_route="interrupt",
        examples=(
            Example(
                {"duration_seconds": 5, "aspect_ratio": "16:9", "resolution": "720p"},
                sent={
                    "prompt.5.inputs.width": 1280,
                    "prompt.5.inputs.height": 720,
                    "prompt.5.inputs.length": 81,
                },
            ),
            Example(
                {"size": "1024x768"},
                sent={"prompt.5.inputs.width": 1024, "prompt.5.inputs.height": 768},
                modality="image",
            ),
            Example(
                {"aspect_ratio": "16:9"},
                sent={"prompt.5.inputs.width": 1360, "prompt.5.inputs.height": 768},
                modality="image",
            ),
        ),
        billed_if_cancelled={"queued": "no"},
        errors=(
            ErrorCase("invalid workflow", "bad_request", INVALID, ValidationError),
            ErrorCase("missing custom node", "model_not_found", NO_NODE, ModelNotFoundError),
            ErrorCase("missing custom node, old server", "model_not_found", NO_NODE_OLD, ModelNotFoundError),
            ErrorCase("wrong key of a proxy", "authentication", WRONG_KEY, AuthenticationError),
            ErrorCase("too many requests", "rate_limit", TOO_MANY, RateLimitError, retry_after=2.0),
            ErrorCase("an outage", "server_error", BROKEN, HTTPError),
        ),
        failures=(FailureCase(MEMORY, GenerationFailedError), FailureCase(BUG, GenerationFailedError)),
        status_words={"success": "completed", "error": "failed"},
    )

    def __init__(self) -> None:
        self.asks_for_key = False
        self.ignores_prompt_ids = False
        self.files: dict[str, bytes] = {"example.png": tiny_png()}
        self._shown_words: list[str] = []
        super().__init__()

    def routes(self) -> list[Route]:
        return [
            Route("submit", "POST", "/prompt", self._submit),
            Route("history", "GET", "/history/{id}", self._history),
            Route("queue", "GET", "/queue", self._queue),
            Route("delete", "POST", "/queue", self._delete),
            Route("interrupt", "POST", "/interrupt", self._interrupt),
            Route("stream", "GET", "/ws", self._socket),
            Route("upload", "POST", "/upload/image", self._upload),
            Route("view", "GET", "/view", self._view),
        ]

    def authorize(self, request: RecordedRequest) -> Answer | None:
        """Refuse a wrong key; the server itself asks for none."""
        sent = request.headers.get("Authorization")
        if sent is None and not self.asks_for_key:
            return None
        ours = self.has_header(request, "Authorization", f"Bearer {self.api_key}")
        return None if ours else text_answer("Unauthorized", status=401)

    def show_status(self, word: str, *, times: int = 1) -> None:
        self._shown_words += [word] * times

    # Submitting.

    def _submit(self, request: RecordedRequest) -> Answer:
        # the server reads JSON whatever the content type says
        body = request.json_object()
        prompt_id = body.get("prompt_id", str(uuid.uuid4()))
        if not is_canonical_id(prompt_id):
            return _refusal(error("invalid_prompt_id", "prompt_id must be a valid UUID"))
        if unknown := unknown_fields(body, MEMBERS):
            return _refusal(error("invalid_prompt", f"unknown members: {unknown}"))
        refused = complaint(body.get("prompt"), list(self.files))
        if refused is not None:
            return _refusal(*refused)
        graph = cast("Graph", body["prompt"])
        job = self.create_job(request, job_id=str(prompt_id), inputs=graph)
        job.details["client_id"] = body.get("client_id")
        job.details["number"] = len(self.jobs)
        job.details["outputs"] = self._outputs(graph)
        return json_answer(
            {
                "prompt_id": job.id,
                "number": job.details["number"],
                "node_errors": node_errors(graph, list(self.files)),
            }
        )

    def _outputs(self, graph: Graph) -> dict[str, object]:
        """Return what the history will say of the files, by output node; the files are there at once."""
        found: dict[str, object] = {}
        number = len(self.jobs)
        batches = (value["inputs"].get("batch_size", 0) for value in graph.values())
        for node in runnable_outputs(graph, list(self.files)):
            kind = graph[node]["class_type"]
            folder, _, prefix = str(graph[node]["inputs"].get("filename_prefix", "temp")).rpartition("/")
            place = "temp" if kind == "PreviewImage" else "output"
            ending, count = ("mp4", 1) if kind == "SaveVideo" else ("png", max(batches, default=1) or 1)
            files = [
                {"filename": f"{prefix}_{number:05}_{index}_.{ending}", "subfolder": folder, "type": place}
                for index in range(count)
            ]
            for index, file in enumerate(files):
                content = tiny_mp4() if ending == "mp4" else tiny_png(index)
                self.store_media(_key(file), content, "video/mp4" if ending == "mp4" else "image/png")
            found[node] = {"images": files} | ({"animated": [True]} if ending == "mp4" else {})
        return found

    def _upload(self, request: RecordedRequest) -> Answer:
        image = request.form_part("image")
        if image is None or not image.filename:
            return Answer(status=400)
        folder, overwrite = request.form_part("subfolder"), request.form_part("overwrite")
        stem, dot, ending = image.filename.rpartition(".")
        prefix = f"{folder.text}/" if folder and folder.text else ""
        name, number = image.filename, 1
        replaces = overwrite is not None and overwrite.text in ("true", "1")
        while not replaces and self.files.get(prefix + name, image.data) != image.data:
            name, number = f"{stem} ({number}){dot}{ending}", number + 1
        self.files[prefix + name] = image.data
        return json_answer({"name": name, "subfolder": prefix.rstrip("/"), "type": "input"})

    # Reading.

    def _history(self, request: RecordedRequest) -> Answer:
        job = self.find_job(request.parameters["id"])
        if job is None or job.details.get("deleted"):
            return json_answer({})
        state = self.observe(job)
        if self._shown_words:
            status = {"status_str": self._shown_words.pop(0), "completed": False, "messages": []}
            return json_answer({job.id: {**self._entry(job, state), "status": status}})
        return json_answer({} if state in UNFINISHED else {job.id: self._entry(job, state)})

    def _entry(self, job: SimulatedJob, state: str) -> dict[str, object]:
        told: dict[str, object] = {"prompt_id": job.id, "timestamp": 1790000000000}
        messages: list[list[object]] = [["execution_start", told]]
        ends: dict[str, tuple[str, dict[str, object]]] = {
            "succeeded": ("execution_success", told),
            "failed": ("execution_error", self._failure(job)),
            "cancelled": ("execution_interrupted", {**told, "node_id": "3", "node_type": "KSampler"}),
        }
        if state in ends:
            messages.append(list(ends[state]))
        outputs = job.details["outputs"] if state == "succeeded" else {}
        return {
            "prompt": [
                job.details["number"],
                job.id,
                job.inputs,
                {},
                list(cast("dict[str, object]", outputs)),
            ],
            "outputs": outputs,
            "status": {
                "status_str": "success" if state == "succeeded" else "error",
                "completed": state == "succeeded",
                "messages": messages,
            },
            "meta": {},
        }

    def _failure(self, job: SimulatedJob) -> dict[str, object]:
        why = self.failures.get(job.failure or "", {})
        return {
            "prompt_id": job.id,
            "node_id": "3",
            "node_type": "KSampler",
            "executed": [],
            "traceback": [],
            **why,
        }

    def _queue(self, request: RecordedRequest) -> Answer:
        def items(state: str) -> list[object]:
            return [
                [job.details["number"], job.id, job.inputs, {}, []]
                for job in self.jobs
                if self.state_of(job) == state
            ]

        # the list is a heap in the server: not in order
        return json_answer({"queue_running": items("running"), "queue_pending": items("queued")[::-1]})

    def _view(self, request: RecordedRequest) -> Answer:
        media = self.stored_media(_key(request.query))
        if media is None:
            return Answer(status=404)
        return Answer(200, media.data, {}, media.content_type)

    # Cancelling.

    def _delete(self, request: RecordedRequest) -> Answer:
        for job_id in cast("list[str]", request.json_object().get("delete", [])):
            job = self.find_job(job_id)
            if job is not None and self.state_of(job) == "queued":
                job.details["deleted"] = self.cancel_job(job)
        return Answer(status=200)

    def _interrupt(self, request: RecordedRequest) -> Answer:
        wanted = None if self.ignores_prompt_ids else request.json_object().get("prompt_id")
        running = [job for job in self.jobs if self.state_of(job) == "running"]
        for job in running:
            if wanted in (None, job.id):
                self.cancel_job(job)
        return Answer(status=200)

    # The WebSocket.

    def _socket(self, request: RecordedRequest) -> Answer:
        client = request.query.get("clientId") or uuid.uuid4().hex

        async def talk(received: AsyncIterator[str | bytes]) -> AsyncIterator[str | bytes]:
            yield self._status_message(client)
            told: set[str] = set()
            while not self._server.stopping:
                mine = [
                    job for job in self.jobs if job.details.get("client_id") == client and job.id not in told
                ]
                for job in mine:
                    told.add(job.id)
                    async for message in self._messages(job):
                        yield message
                    yield self._status_message()
                await self.pause(0.01)

        return websocket_answer(talk)

    def _status_message(self, client: str | None = None) -> str:
        left = sum(self.state_of(job) in UNFINISHED for job in self.jobs)
        data: dict[str, object] = {"status": {"exec_info": {"queue_remaining": left}}}
        return json.dumps({"type": "status", "data": data | ({"sid": client} if client else {})})

    async def _messages(self, job: SimulatedJob) -> AsyncIterator[str | bytes]:
        """Yield what the client of a job is told; only "executing" without a node says that the history has the job."""
        begun = False
        async for state in self.watch(job):
            if state == "queued":
                continue
            if not begun:
                begun = True
                yield _message("execution_start", job)
                yield _message("execution_cached", job, nodes=[])
                yield _message("executing", job, node="3", display_node="3")
                yield PREVIEW
            if state == "running":
                yield _message("progress_state", job, nodes=self._progress(job))
            elif state == "failed":
                yield _message("execution_error", job, **self._failure(job))
            elif state == "cancelled":
                yield _message("execution_interrupted", job, node_id="3", node_type="KSampler", executed=[])
            else:
                for node, output in cast("dict[str, object]", job.details["outputs"]).items():
                    yield _message("executed", job, node=node, display_node=node, output=output)
                yield _message("execution_success", job)
        if self.state_of(job) not in UNFINISHED:
            yield _message("executing", job, node=None)

    def _progress(self, job: SimulatedJob) -> dict[str, object]:
        """Return the nodes so far: all that come before the sampler are done, and it works."""
        nodes: dict[str, object] = {
            node: {"value": 1, "max": 1, "state": "finished", "node_id": node}
            for node, value in cast("dict[str, Any]", job.inputs).items()
            if value["class_type"] in ("CheckpointLoaderSimple", "CLIPTextEncode")
        }
        steps = round(self.progress_of(job) * 20)
        return nodes | {"3": {"value": steps, "max": 20, "state": "running", "node_id": "3"}}


def _message(kind: str, job: SimulatedJob, **data: object) -> str:
    return json.dumps({"type": kind, "data": {"prompt_id": job.id, **data}})


def _refusal(problem: dict[str, object], nodes: object = None) -> Answer:
    return json_answer({"error": problem, "node_errors": nodes or {}}, status=400)


def _key(file: Any) -> str:
    return f"{file.get('type', 'output')}/{file.get('subfolder', '')}/{file.get('filename', '')}"
