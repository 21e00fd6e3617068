"""Local media on their way to fal: small ones inline, larger ones into fal's storage."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tarash.tarash_gateway.plugin import Call, Flow, Media, UnexpectedResponseError, replace_media, send, wire

from .settings import lifetime

STORAGE_URL = "https://rest.fal.ai"
# fal's documentation advises data URIs for small files only and names no limit
MAX_INLINE_BYTES = 256 * 1024
# an input is read when the job starts; a day covers the longest queue
INPUT_LIFETIME_SECONDS = 24 * 3600
UPLOAD_TIMEOUT_SECONDS = 300.0


def with_uploads(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Return the payload with every `Media` in it, however deep, replaced by a URL."""
    return replace_media(payload, partial(_place, call))


def _place(call: Call, media: Media) -> Flow[object]:
    if media.url is not None:
        return media.url
    if media.content is not None and len(media.content) <= MAX_INLINE_BYTES:
        return media.as_data_uri()
    return (yield from _upload(call, media))


def _upload(call: Call, media: Media) -> Flow[str]:
    """Upload by signed address, in two calls (fal-client 1.0.3; fal documentation, file uploads)."""
    storage = STORAGE_URL if call.is_default_server else call.base_url
    reply = yield from send(
        call.request(
            "POST",
            f"{storage}/storage/upload/initiate?storage_type=fal-cdn-v3",
            json={"file_name": media.filename, "content_type": media.content_type},
            # the storage is another host, but fal's own: the key belongs there
            headers={
                **call.auth_headers(),
                "X-Fal-Object-Lifecycle-Preference": lifetime(INPUT_LIFETIME_SECONDS),
            },
            repeatable=True,
        )
    )
    ticket = reply.json_object()
    upload_url, file_url = wire.text(ticket, "upload_url"), wire.text(ticket, "file_url")
    if upload_url is None or file_url is None:
        raise UnexpectedResponseError(
            "the storage answered without upload_url and file_url", raw_response=ticket
        )
    if not call.may_receive_media(upload_url):
        raise UnexpectedResponseError("the storage named an upload address that is not https")
    yield from send(
        call.request(
            "PUT",
            upload_url,
            content=media.content,
            headers={"Content-Type": media.content_type},
            # the address is signed
            auth=False,
            timeout_seconds=UPLOAD_TIMEOUT_SECONDS,
        )
    )
    return file_url
