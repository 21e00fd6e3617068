"""Uploads large local media through the Files API, a part of the Agents API.

Source: luma-agents 0.5.0 (files).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Literal, TypeAlias
from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Call,
    ContentModerationError,
    Flow,
    GenerationState,
    Media,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
    accepted_id,
    mentions_moderation,
    read_clock,
    replace_media,
    send,
    send_to_storage,
    sleep,
    state_of_word,
    wire,
)

Purpose: TypeAlias = Literal["input", "reference"]

UPLOAD_TIMEOUT_SECONDS = 600.0
# Luma reads an input when the job starts; a day covers the longest queue
FILE_LIFETIME = timedelta(days=1)
READINESS_CHECKS = 60
# a file that is "uploaded" has not been checked yet
FILE_STATES: Mapping[str, GenerationState] = {"deleted": "failed", "uploaded": "processing"}
PAUSE_SECONDS = 2.0


def with_uploads(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Return the payload with every `Media` in it, however deep, uploaded and replaced by its reference."""
    own = {name: value for name, value in payload.items() if name != "image_ref"}
    references = {name: value for name, value in payload.items() if name == "image_ref"}
    body = yield from replace_media(own, partial(_upload, call, purpose="input"))
    body |= yield from replace_media(references, partial(_upload, call, purpose="reference"))
    return body


def _upload(call: Call, media: Media, *, purpose: Purpose) -> Flow[object]:
    content = media.content or b""
    now = yield from read_clock()
    description: dict[str, object] = {
        "mime_type": media.content_type,
        "size_bytes": len(content),
        "filename": media.filename,
        "purpose": purpose,
        "expires_at": (now.wall + FILE_LIFETIME).isoformat(),
    }
    # a repetition leaves an unused file behind, which costs nothing
    reply = yield from send(call.request("POST", "/files", json=description, repeatable=True))
    file_id = accepted_id(reply, "id", submits=False)
    address = accepted_id(reply, "upload", "url", submits=False)
    path = f"/files/{quote(file_id, safe='')}"
    headers = {name: str(value) for name, value in wire.mapping(reply.json(), "upload", "headers").items()}
    yield from send_to_storage(
        call, "PUT", address, content=content, headers=headers, timeout_seconds=UPLOAD_TIMEOUT_SECONDS
    )
    reply = yield from send(call.request("POST", f"{path}/complete", repeatable=True))
    yield from _wait_until_ready(call, path, reply.json_object())
    return {"file_id": file_id}


def _wait_until_ready(call: Call, path: str, file: Mapping[str, object]) -> Flow[None]:
    """Wait until Luma has checked the file; a generation may refer to it only then."""
    for check in range(READINESS_CHECKS):
        state = state_of_word(wire.text(file, "state"), FILE_STATES)
        if state == "completed":
            return
        if state in ("failed", "cancelled"):
            raise _rejected(file)
        if check:
            yield from sleep(PAUSE_SECONDS)
        reply = yield from send(call.request("GET", path))
        file = reply.json_object()
    raise UnexpectedResponseError("an uploaded file was not ready in time; try again", raw_response=file)


def _rejected(file: Mapping[str, object]) -> TarashException:
    reason = wire.text(file, "failure_reason") or "no reason given"
    if mentions_moderation(reason):
        return ContentModerationError(
            f"an input file was refused: {reason}", stage="input", billed="no", raw_response=file
        )
    return ValidationError(f"an input file was refused: {reason}; check its format", raw_response=file)
