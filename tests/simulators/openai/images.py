"""Owns the simulator's image side: generations, edits, and images as background jobs of the Responses API.

Source: openai 3.54.0; OpenAI's image and background guides, read 2026-11-22.
"""

from __future__ import annotations

import base64
import io
import ssl
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import ClassVar

from PIL import Image, UnidentifiedImageError

from tarash.tarash_gateway.testing.simulator import (
    Answer,
    FormPart,
    RecordedRequest,
    Route,
    SimulatedJob,
    SimulatedState,
    Simulator,
    event_stream_answer,
    json_answer,
    server_sent_event,
    unknown_fields,
)

from .failures import FAILURES, OpenAIFailure, invalid, unknown_model
from .fields import (
    EDIT_FORM_FIELDS,
    EDIT_JSON_FIELDS,
    GENERATION_FIELDS,
    RESPONSE_FIELDS,
    TOOL_FIELDS,
    check_image_inputs,
    read_inputs,
    refuse,
    text_of,
)
from .pictures import USAGE, picture_base64

RESPONSE_WORDS: Mapping[SimulatedState, str] = {
    "queued": "queued",
    "running": "in_progress",
    "succeeded": "completed",
    "failed": "completed",  # the response completes; its image call is what failed
    "cancelled": "cancelled",
}


class OpenAIImages(Simulator):
    """The handlers of images and responses; `OpenAISimulator` has the routes."""

    failures: ClassVar = FAILURES
    request_id_header: ClassVar[str] = "x-request-id"

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self.unknown_models: set[str] = set()
        """Models that are answered with 404."""
        self.without_partials = False
        """Whether streams send no partial image."""
        super().__init__(ssl_context=ssl_context)

    def image_routes(self, root: str) -> list[Route]:
        """The two endpoints that render images, under a path."""
        return [
            Route("submit", "POST", f"{root}/images/generations", self.generate_image),
            Route("submit", "POST", f"{root}/images/edits", self.edit_image),
        ]

    async def generate_image(self, request: RecordedRequest) -> Answer:
        """POST /images/generations: holds the connection until done."""
        inputs = read_inputs(request, GENERATION_FIELDS)
        return await self._render(request, inputs)

    async def edit_image(self, request: RecordedRequest) -> Answer:
        """POST /images/edits: multipart with files, or JSON with URLs and file ids."""
        if request.json is None:
            inputs = read_inputs(request, EDIT_FORM_FIELDS)
            files = inputs.get("image")
            images = files if isinstance(files, list) else [files]
            contents = [part.data if isinstance(part, FormPart) else b"" for part in images]
            mask = inputs.get("mask")
            mask_content = mask.data if isinstance(mask, FormPart) else None
        else:
            inputs = read_inputs(request, EDIT_JSON_FIELDS)
            listed = inputs.get("images")
            references = listed if isinstance(listed, list) else []
            contents = [self._referenced(item, "images") for item in references]
            mask_content = self._referenced(inputs["mask"], "mask") if "mask" in inputs else None
        if not 1 <= len(contents) <= 16:
            raise refuse(invalid("Between 1 and 16 images are required.", "image"))
        for content in contents:
            _open_image(content, "image")
        if mask_content is not None:
            _check_mask(mask_content, contents[0])
        return await self._render(request, inputs)

    async def _render(self, request: RecordedRequest, inputs: Mapping[str, object]) -> Answer:
        check_image_inputs(inputs)
        model = self.image_model_of(request, inputs)
        self.check_model(model)
        is_stream = inputs.get("stream") in (True, "true")
        if is_stream and inputs.get("n", 1) != 1:
            raise refuse(invalid("Streaming is only supported with n=1.", None, None))
        job = self.create_job(request, model=model, inputs=inputs)
        if is_stream:
            kind = "image_edit" if request.path.endswith("edits") else "image_generation"
            answer = event_stream_answer(self._image_events(job, kind))
            return replace(answer, headers={self.request_id_header: f"req_{job.id}"})
        await self.wait_until_done(job)
        if job.outcome == "failed" and job.failure is not None:
            return FAILURES[job.failure].answer()
        count = inputs.get("n", 1)
        assert isinstance(count, int)
        shape = _shape(inputs)
        body = {
            "created": int(time.time()),
            **shape,
            "data": [{"b64_json": picture_base64(shape["output_format"], number)} for number in range(count)],
            "usage": dict(USAGE),
        }
        return json_answer(body, headers={self.request_id_header: f"req_{job.id}"})

    async def _image_events(self, job: SimulatedJob, kind: str) -> AsyncIterator[bytes]:
        shape = _shape(job.inputs)
        picture = {
            **shape,
            "b64_json": picture_base64(shape["output_format"]),
            "created_at": int(time.time()),
        }

        def event(name: str, **members: object) -> bytes:
            return server_sent_event({"type": f"{kind}.{name}", **picture, **members}, event=f"{kind}.{name}")

        partial = job.inputs.get("partial_images", 0)
        if isinstance(partial, int) and partial and not self.without_partials:
            yield event("partial_image", partial_image_index=0)
        await self.wait_until_done(job)
        if job.outcome == "failed" and job.failure is not None:
            yield server_sent_event({"type": "error", "error": FAILURES[job.failure].error()}, event="error")
            return
        usage = {name: value for name, value in USAGE.items() if name != "output_tokens_details"}
        yield event("completed", usage=usage)
        yield server_sent_event("[DONE]")

    def image_model_of(self, request: RecordedRequest, inputs: Mapping[str, object]) -> str:
        """The model that a request for images names."""
        return text_of(inputs, "model", "")

    def check_model(self, model: str) -> None:
        """Refuse a model name that nothing knows."""
        if not model:
            raise refuse(invalid("Missing required parameter: 'model'.", "model"))
        if model in self.unknown_models:
            raise refuse(unknown_model(model))

    # The Responses API with the image generation tool.

    def create_response(self, request: RecordedRequest) -> Answer:
        """POST /responses with `background` and one image generation tool."""
        inputs = read_inputs(request, RESPONSE_FIELDS)
        tool = _image_tool(inputs)
        check_image_inputs(tool)
        self.check_model(text_of(inputs, "model", ""))
        self.check_model(text_of(tool, "model", "gpt-image-2.6-sunburst"))
        if inputs.get("background") is not True:
            raise refuse(invalid("This simulator only runs background responses.", "background"))
        mask = tool.get("input_image_mask")
        if mask is not None:
            _check_mask(self._referenced(mask, "input_image_mask"))
        job = self.create_job(request, model="response", inputs=inputs, job_id=f"resp_{uuid.uuid4().hex}")
        return json_answer(self._response(job, "queued"))

    def read_response(self, request: RecordedRequest) -> Answer:
        """GET /responses/{id}."""
        job = self._response_job(request)
        return json_answer(self._response(job, self.observe(job)), headers=self.poll_headers())

    def cancel_response(self, request: RecordedRequest) -> Answer:
        """POST /responses/{id}/cancel: the state after it, cancelled or final."""
        job = self._response_job(request)
        self.cancel_job(job)
        return json_answer(self._response(job, self.state_of(job)))

    def poll_headers(self) -> dict[str, str]:
        """Headers of a status answer."""
        return {}

    def next_word(self) -> str | None:
        """The wire word that a status answer carries whatever the job's state, if a test asked for one."""
        return None

    def _response_job(self, request: RecordedRequest) -> SimulatedJob:
        job = self.find_job(request.parameters["id"])
        if job is None or job.model != "response":
            message = f"Response with id '{request.parameters['id']}' not found."
            raise refuse(OpenAIFailure(404, None, "invalid_request_error", message, "response_id"))
        return job

    def _response(self, job: SimulatedJob, state: SimulatedState) -> dict[str, object]:
        tool = _image_tool(job.inputs)
        call: dict[str, object] = {
            "id": f"ig_{job.id}",
            "type": "image_generation_call",
            "status": "generating",
        }
        if state == "succeeded":
            output_format = text_of(tool, "output_format", "png")
            call |= {
                "status": "completed",
                "result": picture_base64(output_format),
                "output_format": output_format,
            }
            call |= {
                "size": text_of(tool, "size", "1024x1024"),
                "quality": text_of(tool, "quality", "medium"),
            }
        if state == "failed" and job.failure is not None:
            call |= {"status": "failed", "result": None, "error": FAILURES[job.failure].error()}
        return {
            "id": job.id,
            "object": "response",
            "created_at": int(time.time()),
            "status": self.next_word() or RESPONSE_WORDS[state],
            "background": True,
            "model": job.inputs["model"],
            "output": [call] if state in ("succeeded", "failed") else [],
            "error": None,
            "incomplete_details": None,
            "parallel_tool_calls": True,
            "tool_choice": job.inputs.get("tool_choice", "auto"),
            "tools": job.inputs["tools"],
        }

    def _referenced(self, reference: object, param: str) -> bytes:
        """The bytes behind `{"image_url"}` or `{"file_id"}`; inline, or of this server."""
        if not isinstance(reference, dict) or len(reference) != 1:
            raise refuse(invalid("Exactly one of 'image_url' and 'file_id' is required.", param))
        url = reference.get("image_url")
        if isinstance(url, str) and url.startswith("data:"):
            return base64.b64decode(url.partition(",")[2])
        name = str(url).partition("/media/")[2] if url is not None else str(reference.get("file_id"))
        media = self.stored_media(name)
        if media is None:
            raise refuse(invalid("Error while downloading the image.", param, "invalid_image_url"))
        return media.data


def _image_tool(inputs: Mapping[str, object]) -> dict[str, object]:
    tools = inputs.get("tools")
    tool = tools[0] if isinstance(tools, list) and len(tools) == 1 else None
    if not isinstance(tool, dict) or tool.get("type") != "image_generation":
        raise refuse(invalid("Exactly one image_generation tool is expected.", "tools"))
    unknown = unknown_fields(tool, TOOL_FIELDS)
    if unknown:
        raise refuse(invalid(f"Unknown parameter: 'tools[0].{unknown[0]}'.", "tools", "unknown_parameter"))
    return tool


def _shape(inputs: Mapping[str, object]) -> dict[str, str]:
    """What an answer says of the picture."""
    quality, size = text_of(inputs, "quality", "auto"), text_of(inputs, "size", "auto")
    return {
        "background": text_of(inputs, "background", "opaque"),
        "output_format": text_of(inputs, "output_format", "png"),
        "quality": "medium" if quality == "auto" else quality,
        "size": "1024x1024" if size == "auto" else size,
    }


def _open_image(content: bytes, param: str) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content))
    except UnidentifiedImageError:
        raise refuse(invalid("Invalid image file or mode.", param, "invalid_image_file")) from None


def _check_mask(content: bytes, image: bytes | None = None) -> None:
    mask = _open_image(content, "mask")
    if mask.format != "PNG" or "A" not in mask.convert("RGBA").getbands() or not mask.has_transparency_data:
        raise refuse(invalid("Invalid mask image format - mask image missing alpha channel.", "mask"))
    if image is not None and mask.size != _open_image(image, "image").size:
        raise refuse(invalid("Invalid mask image format - mask size does not match image size.", "mask"))
