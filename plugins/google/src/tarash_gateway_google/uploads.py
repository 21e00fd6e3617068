"""Puts inputs into a body: inline, as a link, or through the File API of the Gemini API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from tarash.tarash_gateway.plugin import (
    Flow,
    GenerationFailedError,
    Media,
    UnexpectedResponseError,
    ValidationError,
    fetch_media,
    send,
    send_to_storage,
    sleep,
    wire,
)

from .connection import Connection
from .models import Route

MAX_INLINE_BYTES = 4 * 1024 * 1024
"""Larger inputs go through the File API: a whole request may have 20 MB, and base64 adds a third."""
UPLOAD_TIMEOUT_SECONDS = 600.0
RETRY_PAUSES_SECONDS = (1.0, 3.0)
PROCESSING_POLLS = 60
PROCESSING_PAUSE_SECONDS = 2.0


def with_uploads(connection: Connection, body: Mapping[str, object], route: Route) -> Flow[dict[str, object]]:
    """Return the body with every `Media` in the form its protocol takes."""
    return cast("dict[str, object]", (yield from _encoded(connection, body, route)))


def _encoded(connection: Connection, value: object, route: Route) -> Flow[object]:
    if isinstance(value, Media):
        if route == "generate_content":
            return (yield from _content_part(connection, value))
        return (yield from _prediction_form(connection, value))
    if isinstance(value, Mapping):
        if isinstance(media := value.get("data"), Media):
            return (yield from _interaction_part(connection, value, media))
        members: dict[str, object] = {}
        for name, member in value.items():
            members[name] = yield from _encoded(connection, member, route)
        return members
    if isinstance(value, list):
        items: list[object] = []
        for item in value:
            encoded_item = yield from _encoded(connection, item, route)
            items.append(encoded_item)
        return items
    return value


def _interaction_part(
    connection: Connection, part: Mapping[str, object], media: Media
) -> Flow[dict[str, object]]:
    link = yield from _link(connection, media)
    content_type = _content_type(media)
    source: dict[str, object] = {"uri": link} if link else {"data": media.as_base64()}
    return {"type": part.get("type"), **source, **({"mime_type": content_type} if content_type else {})}


def _content_part(connection: Connection, media: Media) -> Flow[dict[str, object]]:
    if media.is_url and not media.content_type:
        # this protocol wants the media type of a link, and the link does not show it
        media = yield from fetch_media(connection.call, media)
    link = yield from _link(connection, media)
    if link:
        return {"fileData": {"fileUri": link, "mimeType": _content_type(media)}}
    return {"inlineData": {"mimeType": _content_type(media), "data": media.as_base64()}}


def _link(connection: Connection, media: Media) -> Flow[str | None]:
    """Return the input's own link, or that of its upload; None puts it inline."""
    if media.url is not None:
        return media.url
    if connection.vertex or len(media.content or b"") <= MAX_INLINE_BYTES:
        return None
    return (yield from upload(connection, media))


def _prediction_form(connection: Connection, media: Media) -> Flow[dict[str, object]]:
    """Return Veo's form: Cloud Storage or bytes; on the Gemini API, a video is a file of the File API."""
    if media.url is not None and media.url.startswith("gs://"):
        if not media.content_type:
            raise ValidationError(
                f"input {media.url!r} does not show its media type; give the object a file name extension"
            )
        return {"gcsUri": media.url, "mimeType": _content_type(media)}
    if media.url is not None and not connection.vertex and connection.call.is_own_origin(media.url):
        return {"uri": media.url}
    if media.url is not None:
        media = yield from fetch_media(connection.call, media)
    content_type = _content_type(media)
    if content_type.startswith("video/") and not connection.vertex:
        return {"uri": (yield from upload(connection, media))}
    return {"bytesBase64Encoded": media.as_base64(), "mimeType": content_type}


def _content_type(media: Media) -> str:
    # Google refuses "image/jpg", which some servers say
    return "image/jpeg" if media.content_type == "image/jpg" else media.content_type


def upload(connection: Connection, media: Media) -> Flow[str]:
    """Upload bytes to the File API, which keeps them for 48 hours, and return their URI once they can be used.

    An upload costs nothing, so one whose answers cannot be read is made again.

    Raises:
        HTTPError: the upload address refused the bytes.
        GenerationFailedError: the file could not be processed, or not within two minutes.
    """
    for pause in RETRY_PAUSES_SECONDS:
        try:
            return (yield from _uploaded(connection, media))
        except UnexpectedResponseError:
            yield from sleep(pause)
    return (yield from _uploaded(connection, media))


def _uploaded(connection: Connection, media: Media) -> Flow[str]:
    content = media.content or b""
    content_type = _content_type(media)
    start = yield from send(
        connection.request(
            "POST",
            f"/upload{connection.version_path}/files",
            json={"file": {"display_name": media.filename}},
            headers={
                "X-Goog-Upload-Protocol": "resumable",
                "X-Goog-Upload-Command": "start",
                "X-Goog-Upload-Header-Content-Length": str(len(content)),
                "X-Goog-Upload-Header-Content-Type": content_type,
            },
            repeatable=True,
        )
    )
    address = start.header("x-goog-upload-url")
    if address is None:
        raise UnexpectedResponseError(
            "the File API answered without x-goog-upload-url", status_code=start.status
        )
    # a server in between passes on Google's address; google-genai 3.4.0 sends the bytes through that server, too
    address = address.replace(connection.google_url, f"{connection.base_url}/", 1)
    # the address is the credential of this one upload, and needs no key
    finished = yield from send_to_storage(
        connection.call,
        "POST",
        address,
        content=content,
        headers={
            "X-Goog-Upload-Offset": "0",
            "X-Goog-Upload-Command": "upload, finalize",
            "Content-Type": content_type,
        },
        timeout_seconds=UPLOAD_TIMEOUT_SECONDS,
        # google-genai 3.6.1 sends the same bytes again, too, if the answer does not say that they arrived
        repeatable=True,
    )
    return (yield from _when_active(connection, wire.mapping(finished.json_object(), "file")))


def _when_active(connection: Connection, file: Mapping[str, object]) -> Flow[str]:
    name, uri = wire.identifier(file, "name"), wire.text(file, "uri")
    if name is None or uri is None:
        raise UnexpectedResponseError("the File API answered without name and uri", raw_response=file)
    state = _state(file)
    for _ in range(PROCESSING_POLLS):
        if state != "PROCESSING":
            break
        # a video takes some seconds before a model may use it
        yield from sleep(PROCESSING_PAUSE_SECONDS)
        reply = yield from send(connection.request("GET", f"{connection.version_path}/{name}"))
        state = _state(reply.json_object())
    if state in ("FAILED", "PROCESSING"):
        raise GenerationFailedError(
            f"the uploaded file {name} is {state}; check its format, or try again", raw_response=file
        )
    return uri


def _state(file: Mapping[str, object]) -> str:
    return (wire.text(file, "state") or "").upper()
