"""How local media reach fal: small ones inline, larger ones through fal's storage."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    Media,
    accepted_id,
    replace_media,
    send,
    send_to_storage,
    with_grey_masks,
)

from .settings import lifetime

# takes the key of the queue (REST_URL of fal-client 1.0.3)
STORAGE_URL = "https://rest.fal.ai"
# fal's documentation advises data URIs for small files only and names no limit
MAX_INLINE_BYTES = 256 * 1024
# an input is read when the job starts; a day covers the longest queue
INPUT_LIFETIME_SECONDS = 24 * 3600
UPLOAD_TIMEOUT_SECONDS = 300.0
MASK_MEMBERS = ("mask_url", "mask_image_url")
OPENAI_NAME = "gpt-image"


def with_uploads(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Return the payload with every `Media` in it, however deep, replaced by a URL; masks are white where to repaint.

    OpenAI's models read the transparency of a mask, and fal does not say that its endpoints for them do, so theirs keep it.
    """
    of_openai = OPENAI_NAME in call.model
    masked = yield from with_grey_masks(payload, MASK_MEMBERS, keep_transparency=of_openai)
    return (yield from replace_media(masked, partial(_place, call)))


def _place(call: Call, media: Media) -> Flow[object]:
    if media.url is not None:
        return media.url
    if media.content is not None and len(media.content) <= MAX_INLINE_BYTES:
        return media.as_data_uri()
    return (yield from _upload(call, media))


def _upload(call: Call, media: Media) -> Flow[str]:
    """Ask the storage for a signed address and put the file there (fal-client 1.0.3; fal documentation, file uploads)."""
    # a server that serves the queue at another base URL serves the storage, too
    storage = STORAGE_URL if call.is_default_server else call.base_url
    reply = yield from send(
        call.request(
            "POST",
            f"{storage}/storage/upload/initiate",
            query={"storage_type": "fal-cdn-v3"},
            json={"file_name": media.filename, "content_type": media.content_type},
            headers={
                **call.auth_headers(),
                "X-Fal-Object-Lifecycle-Preference": lifetime(INPUT_LIFETIME_SECONDS),
            },
            repeatable=True,
        )
    )
    upload_url = accepted_id(reply, "upload_url", submits=False)
    file_url = accepted_id(reply, "file_url", submits=False)
    yield from send_to_storage(
        call,
        "PUT",
        upload_url,
        content=media.content,
        headers={"Content-Type": media.content_type},
        timeout_seconds=UPLOAD_TIMEOUT_SECONDS,
    )
    return file_url
