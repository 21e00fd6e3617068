"""Large local media on their way to Luma: through the Files API of the Agents API.

Source: luma-agents 0.5.0 (files).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from time import sleep
from typing import Literal, TypeAlias, cast

from tarash.tarash_gateway.plugin import (
    Call,
    ContentModerationError,
    Flow,
    Media,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
    read_clock,
    run_blocking,
    send,
    wire,
)

Purpose: TypeAlias = Literal["input", "reference"]

UPLOAD_TIMEOUT_SECONDS = 600.0
# an input is read when the job starts; a day covers the longest queue
FILE_LIFETIME = timedelta(days=1)
READINESS_CHECKS = 60
PAUSE_SECONDS = 2.0


def with_uploads(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Return the payload with every `Media` in it, however deep, uploaded and replaced by its reference."""
    body: dict[str, object] = {}
    for name, value in payload.items():
        body[name] = yield from _resolve(call, value, "reference" if name == "image_ref" else "input")
    return body


def _resolve(call: Call, value: object, purpose: Purpose) -> Flow[object]:
    if isinstance(value, Media):
        return {"file_id": (yield from _upload(call, value, purpose))}
    if isinstance(value, Mapping):
        members: dict[str, object] = {}
        for name, member in cast("Mapping[str, object]", value).items():
            members[name] = yield from _resolve(call, member, purpose)
        return members
    if isinstance(value, list):
        items = list(value)
        for position, item in enumerate(items):
            items[position] = yield from _resolve(call, item, purpose)
        return items
    return value


def _upload(call: Call, media: Media, purpose: Purpose) -> Flow[str]:
    content = media.content or b""
    now = yield from read_clock()
    description: dict[str, object] = {
        "mime_type": media.content_type,
        "size_bytes": len(content),
        "filename": media.filename,
        "purpose": purpose,
        "expires_at": (now.wall + FILE_LIFETIME).isoformat(),
    }
    # a file that is created twice is left unused once and costs nothing
    reply = yield from send(call.request("POST", "/files", json=description, repeatable=True))
    ticket = reply.json_object()
    file_id, address = wire.text(ticket, "id"), wire.text(ticket, "upload", "url")
    if file_id is None or address is None:
        raise UnexpectedResponseError(
            "the Files API answered without id and upload address",
            status_code=reply.status,
            raw_response=ticket,
        )
    if not address.startswith("https://") and not call.is_own_origin(address):
        raise UnexpectedResponseError(
            "the Files API named an upload address that is not https; nothing was sent"
        )
    headers = {name: str(value) for name, value in wire.mapping(ticket, "upload", "headers").items()}
    # the address is signed, and the storage refuses a second credential
    put = call.request(
        "PUT", address, content=content, headers=headers, auth=False, timeout_seconds=UPLOAD_TIMEOUT_SECONDS
    )
    yield from send(put)
    reply = yield from send(call.request("POST", f"/files/{file_id}/complete", repeatable=True))
    yield from _wait_until_ready(call, file_id, reply.json_object())
    return file_id


def _wait_until_ready(call: Call, file_id: str, file: Mapping[str, object]) -> Flow[None]:
    """Wait until the file has been checked: only then a generation may refer to it."""
    for check in range(READINESS_CHECKS):
        state = wire.text(file, "state")
        if state == "ready":
            return
        if state in ("failed", "deleted"):
            raise _rejected(file)
        if check:
            yield from run_blocking(partial(sleep, PAUSE_SECONDS))
        reply = yield from send(call.request("GET", f"/files/{file_id}"))
        file = reply.json_object()
    raise UnexpectedResponseError("an uploaded file was not ready in time; try again", raw_response=file)


def _rejected(file: Mapping[str, object]) -> TarashException:
    reason = wire.text(file, "failure_reason") or "no reason given"
    if "moderat" in reason.lower():
        return ContentModerationError(
            f"an input file was refused: {reason}", stage="input", billed="no", raw_response=file
        )
    return ValidationError(f"an input file was refused: {reason}; check its format", raw_response=file)
