"""Local media on their way into fal's storage."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Call, Flow, Media, UnexpectedResponseError, send, wire

STORAGE_URL = "https://rest.fal.ai"
# fal's documentation advises data URIs for small files only and names no limit
MAX_INLINE_BYTES = 256 * 1024


def with_uploads(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Return the payload with every `Media` replaced by a URL; large ones are uploaded."""
    body: dict[str, object] = {}
    for name, value in payload.items():
        body[name] = yield from _resolve(call, value)
    return body


def _resolve(call: Call, value: object) -> Flow[object]:
    if isinstance(value, Media):
        return (yield from _place(call, value))
    if isinstance(value, list):
        resolved: list[object] = []
        for item in value:
            resolved.append((yield from _resolve(call, item)))
        return resolved
    return value


def _place(call: Call, media: Media) -> Flow[str]:
    if media.url is not None:
        return media.url
    if media.content is not None and len(media.content) <= MAX_INLINE_BYTES:
        return media.as_data_uri()
    storage = STORAGE_URL if call.is_default_server else call.base_url
    ticket = yield from send(
        call.request(
            "POST",
            f"{storage}/storage/upload/initiate?storage_type=fal-cdn-v3",
            json={"file_name": media.filename, "content_type": media.content_type},
            # fal's storage is another host of fal's own: the key belongs there
            headers=call.auth_headers(),
            repeatable=True,
        )
    )
    body = ticket.json_object()
    upload_url, file_url = wire.text(body, "upload_url"), wire.text(body, "file_url")
    if upload_url is None or file_url is None:
        raise UnexpectedResponseError("the storage answered without upload_url and file_url", raw_response=body)
    # the upload address is signed; it gets no key
    yield from send(
        call.request(
            "PUT",
            upload_url,
            content=media.content,
            headers={"Content-Type": media.content_type},
            auth=False,
            timeout_seconds=300.0,
        )
    )
    return file_url
