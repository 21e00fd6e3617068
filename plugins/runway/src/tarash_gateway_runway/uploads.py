"""Sends local media to Runway: inline as a `data:` URI, or uploaded where that is too long."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    Media,
    Part,
    accepted_id,
    replace_media,
    send,
    send_to_storage,
    wire,
)

from .api_version import versioned

LONGEST_DATA_URI = 5 * 1024 * 1024
"""Characters of a `data:` URI, prefix included (runwayml 5.24.0, descriptions of every `uri`)."""
BASE64_GROWTH = 4 / 3
UPLOAD_TIMEOUT_SECONDS = 300.0


def inlined(value: object) -> object:
    """Return a payload with media as text: URLs unchanged, bytes as `data:` URIs.

    What is too large for that stays `Media`; `with_uploads` uploads it.
    """
    if isinstance(value, Media):
        return _inline(value)
    if isinstance(value, Mapping):
        return {name: inlined(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [inlined(item) for item in value]
    return value


def _inline(media: Media) -> object:
    if media.url is not None:
        return media.url
    if len(media.content or b"") * BASE64_GROWTH > LONGEST_DATA_URI:
        return media
    text = media.as_data_uri()
    return text if len(text) <= LONGEST_DATA_URI else media


def with_uploads(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Upload every remaining `Media`, and return the payload with its `runway://` address in its place."""
    return replace_media(payload, partial(_upload, call))


def _upload(call: Call, media: Media) -> Flow[object]:
    """Upload for 24 hours: ask for a ticket, then post a form to the bucket that the ticket names.

    The bucket is not Runway's. The form's own fields are signed, so it gets neither the key nor the version header.
    """
    reply = yield from send(
        versioned(call).request(
            "POST",
            "/v1/uploads",
            json={"filename": media.filename, "type": "ephemeral"},
            repeatable=True,
        )
    )
    url = accepted_id(reply, "uploadUrl", submits=False)
    address = accepted_id(reply, "runwayUri", submits=False)
    fields = tuple(Part(name, str(value)) for name, value in wire.mapping(reply.json(), "fields").items())
    file = Part("file", media.content or b"", filename=media.filename, content_type=media.content_type)
    yield from send_to_storage(
        call,
        "POST",
        url,
        multipart=(*fields, file),
        timeout_seconds=UPLOAD_TIMEOUT_SECONDS,
        repeatable=True,
    )
    return address
