"""Images as background jobs of the Responses API: the one way to poll and cancel images at OpenAI.

Source: openai 3.54.0, types/responses (tool_param, response_output_item, response_error).
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Flow,
    GenerationFailedError,
    JobStatus,
    Submission,
    TarashException,
    UnexpectedResponseError,
    send,
    wire,
)

from .errors import job_failure
from .forms import image_reference
from .server import Server
from .states import read_state

CALL_TYPE = "image_generation_call"


def submit_response(server: Server, body: Mapping[str, object], text_model: str) -> Flow[Submission]:
    """Start a background response whose only tool renders the image."""
    reply = yield from send(server.request("POST", "/responses", json=response_body(body, text_model)))
    answer = reply.json_object()
    response_id = wire.text(answer, "id")
    if response_id is None:
        raise UnexpectedResponseError(
            "the answer to the submission has no id", status_code=reply.status, raw_response=answer
        )
    return Submission(job={"kind": "response", "id": response_id}, request_id=response_id, raw=answer)


def response_body(body: Mapping[str, object], text_model: str) -> dict[str, object]:
    """Return the body of POST /responses for the fields of an image request."""
    options = {name: value for name, value in body.items() if name not in ("prompt", "images", "mask")}
    images = [image_reference(image) for image in wire.items(body, "images")]
    tool = {"type": "image_generation", "action": "edit" if images else "generate", **options}
    if "mask" in body:
        tool["input_image_mask"] = image_reference(body["mask"])
    return {
        "model": text_model,
        "input": _input(body["prompt"], images),
        "background": True,
        "tools": [tool],
        "tool_choice": {"type": "image_generation"},
    }


def _input(prompt: object, images: list[object]) -> object:
    if not images:
        return prompt
    pictures = [{"type": "input_image", **wire.mapping(image)} for image in images]
    return [{"role": "user", "content": [{"type": "input_text", "text": prompt}, *pictures]}]


def image_calls(body: object) -> list[object]:
    """Return the image generation calls of a response."""
    return [item for item in wire.items(body, "output") if wire.text(item, "type") == CALL_TYPE]


def read_response(body: object) -> JobStatus:
    """Read a response. One that is completed without an image has failed: its image call tells why."""
    state = read_state(wire.text(body, "status"))
    if state == "completed" and not any(wire.text(call, "result") for call in image_calls(body)):
        state = "failed"
    return JobStatus(state=state, raw=body, error=_failure(body) if state == "failed" else None)


def _failure(body: object) -> TarashException:
    found = [wire.mapping(call, "error") for call in image_calls(body)]
    error = next((item for item in [wire.mapping(body, "error"), *found] if item), None)
    if error is not None:
        return job_failure(error, body)
    reason = wire.text(body, "incomplete_details", "reason")
    if reason is not None:
        return job_failure({"code": reason, "message": f"the response is incomplete: {reason}"}, body)
    return GenerationFailedError("the text model answered without rendering an image", raw_response=body)
