"""An image as an event stream, which keeps a connection busy that would be closed for its silence.

Source: openai 3.57.0 (image events, and how its client reads errors); the refusal of several images: theopenco/llmgateway issue 3963.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    HttpReply,
    ServerEvent,
    UnexpectedResponseError,
    error_in_body,
    wire,
)

from .errors import stage_of

# without one, nothing is sent before the end
PARTIAL_IMAGES = 1
WHOLE_FORMATS = ("gif", "svg")
"""Output formats that are not streamed."""


def with_stream(payload: Mapping[str, object]) -> dict[str, object]:
    """Return the payload of an image request as a stream; unchanged where OpenAI streams none: several images, GIF and SVG."""
    if payload.get("n", 1) != 1 or payload.get("output_format") in WHOLE_FORMATS:
        return dict(payload)
    return {"partial_images": PARTIAL_IMAGES, **payload, "stream": True}


def is_stream(reply: HttpReply) -> bool:
    """Return whether an answer is an event stream; a server may ignore the wish."""
    return (reply.header("content-type") or "").startswith("text/event-stream")


def read_stream(reply: HttpReply) -> dict[str, object]:
    """Return the result in a stream that has been read to its end, as a request without a stream is answered.

    Raises:
        TarashException: the stream says that the request was refused or failed.
        UnexpectedResponseError: it ended without the image, which may have been made and billed.
    """
    has_begun = False
    for event in _events(reply.text()):
        try:
            body = event.json_object()
        except UnexpectedResponseError:
            # a cut event, or "[DONE]"
            continue
        kind = wire.text(body, "type") or event.event
        if kind.endswith(".completed"):
            picture = body.pop("b64_json", None)
            return {**body, "data": [{"b64_json": picture}]}
        has_begun = has_begun or kind.endswith(".partial_image")
        told = wire.mapping(body, "error") or (body if "error" in (kind, event.event) else None)
        if told:
            _raise_error(told, reply, has_begun=has_begun)
    raise UnexpectedResponseError("the stream ended without the image", raw_response=reply.text()[:500])


def _raise_error(told: Mapping[str, object], reply: HttpReply, *, has_begun: bool) -> None:
    """Raise the error of an event as if it were the body of the answer; after a partial image, a job exists."""
    error = error_in_body(
        HttpReply(reply.status, reply.headers, json.dumps({"error": told}, default=str).encode())
    )
    if error is None:
        return
    if isinstance(error, ContentModerationError):
        error.stage = stage_of(told)
    if has_begun:
        error.submitted = "unknown"
    raise error


def _events(text: str) -> Iterator[ServerEvent]:
    """Split a stream (WHATWG HTML, "Server-sent events"); the last event may lack its blank line."""
    # not `splitlines`: a prompt may hold a line separator of Unicode, which ends no line here
    for block in re.sub("\r\n?", "\n", text).split("\n\n"):
        fields = [line.partition(":") for line in block.split("\n")]
        data = [value.removeprefix(" ") for name, _, value in fields if name == "data"]
        names = [value.strip() for name, _, value in fields if name == "event"]
        if data:
            yield ServerEvent(names[-1] if names else "message", "\n".join(data))
