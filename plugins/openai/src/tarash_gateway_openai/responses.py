"""Images as background jobs of the Responses API: the only way to poll and cancel images at OpenAI.

Source: openai 3.54.0, types/responses (tool_param, response_output_item, response_error).
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Flow,
    Submission,
    accepted_id,
    send,
    wire,
)

from .forms import image_reference
from .server import Server


def submit_response(server: Server, body: Mapping[str, object], text_model: str) -> Flow[Submission]:
    """Start a background response whose only tool generates the image."""
    reply = yield from send(server.request("POST", "/responses", json=response_body(body, text_model)))
    response_id = accepted_id(reply, "id")
    return Submission(
        job={"kind": "response", "id": response_id}, request_id=response_id, raw=reply.json_object()
    )


def response_body(body: Mapping[str, object], text_model: str) -> dict[str, object]:
    """Return the body of POST /responses for the fields of an image request."""
    options = {name: value for name, value in body.items() if name not in ("prompt", "images", "mask")}
    images = [image_reference(image) for image in wire.items(body, "images")]
    tool = {"type": "image_generation", "action": "edit" if images else "generate", **options}
    if "mask" in body:
        tool["input_image_mask"] = image_reference(body["mask"])
    return {
        "model": text_model,
        "input": _input(body.get("prompt"), images),
        "background": True,
        "tools": [tool],
        "tool_choice": {"type": "image_generation"},
    }


def _input(prompt: object, images: list[object]) -> object:
    if not images:
        return prompt
    pictures = [{"type": "input_image", **wire.mapping(image)} for image in images]
    return [{"role": "user", "content": [{"type": "input_text", "text": prompt}, *pictures]}]
