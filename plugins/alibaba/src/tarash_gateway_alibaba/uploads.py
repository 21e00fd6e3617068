"""Sends local media to Model Studio: images inline as `data:` URIs, everything else and large images through its temporary storage.

Source: dashscope 2.0.2 (utils/oss_utils.py); Model Studio documentation (temporary URLs), read 2026-11-27: files are kept for 48 hours
and belong to one model; the storage is documented for Beijing only. @ai-sdk/alibaba 1.0.61: `data:` URIs for images, URLs for videos.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import cast

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HTTPError,
    Media,
    Part,
    UnexpectedResponseError,
    ValidationError,
    new_token,
    replace_media,
    send,
    send_to_storage,
    wire,
)

from .errors import error_stated_in
from .servers import STORAGE_REGION, region_of

LONGEST_DATA_URI = 10_000_000
"""Characters of a `data:` URI (Model Studio documentation, visual understanding: base64 up to 10 MB; read 2026-11-27)."""
BASE64_GROWTH = 4 / 3
UPLOAD_TIMEOUT_SECONDS = 600.0
OWN_SCHEME = "oss://"
MEGABYTE = 1024 * 1024
# the file is there: an earlier try got through, and only its answer was lost
ALREADY_THERE = 409


def inlined(value: object) -> object:
    """Return a payload with media as text: URLs unchanged, images as `data:` URIs.

    Videos, sounds and images that are too large stay `Media`; `with_uploads` uploads them.
    """
    if isinstance(value, Media):
        return _inline(value)
    if isinstance(value, Mapping):
        return {name: inlined(member) for name, member in cast("Mapping[str, object]", value).items()}
    if isinstance(value, list | tuple):
        return [inlined(item) for item in cast("list[object]", value)]
    return value


def _inline(media: Media) -> object:
    if media.url is not None:
        return media.url
    is_small = len(media.content or b"") * BASE64_GROWTH < LONGEST_DATA_URI
    return media.as_data_uri() if is_small and media.content_type.startswith("image/") else media


def names_upload(value: object) -> bool:
    """Return whether a payload refers to the temporary storage, by an upload of ours or by the user's own."""
    if isinstance(value, Mapping):
        return any(names_upload(member) for member in cast("Mapping[str, object]", value).values())
    if isinstance(value, list):
        return any(names_upload(item) for item in cast("list[object]", value))
    return isinstance(value, str) and value.startswith(OWN_SCHEME)


def with_uploads(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Upload every remaining `Media`, and return the payload with its `oss://` address in its place.

    Args:
        call: the call, at its region.
        payload: a mapped payload.
    """
    policy: dict[str, object] = {}

    def upload(media: Media) -> Flow[object]:
        if not policy:
            policy.update((yield from _policy(call)))
        return (yield from _upload(call, policy, media))

    return (yield from replace_media(payload, upload))


def _policy(call: Call) -> Flow[dict[str, object]]:
    """Ask for permission to upload; it serves every file of the submission."""
    query = {"action": "getPolicy", "model": call.model}
    try:
        reply = yield from send(call.request("GET", "/uploads", query=query))
    except HTTPError as error:
        if region_of(call) != STORAGE_REGION and error.status_code in (400, 403, 404):
            error.message = (
                f"{error.message}; Model Studio documents its storage for inputs for {STORAGE_REGION} only: "
                "pass the input as a URL"
            )
        raise
    policy = wire.mapping(reply.json(), "data")
    if not policy:
        raise error_stated_in(reply) or UnexpectedResponseError(
            "the answer has no upload policy", status_code=reply.status, raw_response=reply.json()
        )
    return policy


def _upload(call: Call, policy: Mapping[str, object], media: Media) -> Flow[object]:
    """Post a form to the bucket that the policy names. Its fields are signed, so it does not get the key."""
    content = media.content or b""
    largest = wire.number(policy, "max_file_size_mb")
    if largest is not None and len(content) > largest * MEGABYTE:
        raise ValidationError(
            f"an input file has {len(content)} bytes; {call.model} takes uploads of at most {largest:g} MB; shorten it"
        )
    host, folder = wire.text(policy, "upload_host"), wire.text(policy, "upload_dir")
    if host is None or folder is None:
        raise UnexpectedResponseError("the upload policy names no https address and folder")
    token = yield from new_token()
    key = f"{folder}/{token}{PurePosixPath(media.filename).suffix}"
    fields = {
        "OSSAccessKeyId": policy.get("oss_access_key_id"),
        "Signature": policy.get("signature"),
        "policy": policy.get("policy"),
        "key": key,
        "x-oss-object-acl": policy.get("x_oss_object_acl"),
        "x-oss-forbid-overwrite": policy.get("x_oss_forbid_overwrite"),
        "success_action_status": "200",
        "x-oss-content-type": media.content_type,
    }
    parts = tuple(Part(name, str(value)) for name, value in fields.items())
    # the storage ignores everything after the file
    file = Part("file", content, filename=PurePosixPath(key).name, content_type=media.content_type)
    yield from send_to_storage(
        call,
        "POST",
        host,
        multipart=(*parts, file),
        timeout_seconds=UPLOAD_TIMEOUT_SECONDS,
        repeatable=True,
        accept_statuses=frozenset({ALREADY_THERE}),
    )
    return f"{OWN_SCHEME}{key}"
