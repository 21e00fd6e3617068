"""How local media reach Replicate: small ones inline, larger ones through the files API.

Source: Replicate documentation (input files) and replicate 1.0.7, read 2026-11-22.
"""

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
    with_grey_masks,
)

# recommended for data URLs; they are not stored
MAX_INLINE_BYTES = 256 * 1000
UPLOAD_TIMEOUT_SECONDS = 300.0


def with_uploads(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Return the payload with every `Media` in it, however deep, replaced by a URL; the mask is white where to repaint."""
    masked = yield from with_grey_masks(payload, ("mask",))
    return (yield from replace_media(masked, partial(_place, call)))


def _place(call: Call, media: Media) -> Flow[object]:
    if media.url is not None:
        return media.url
    content = media.content or b""
    if len(content) <= MAX_INLINE_BYTES:
        return media.as_data_uri()
    part = Part("content", content, filename=media.filename, content_type=media.content_type)
    reply = yield from send(
        call.request(
            "POST", "/files", multipart=(part,), timeout_seconds=UPLOAD_TIMEOUT_SECONDS, repeatable=True
        )
    )
    # readable with the owner's key only; a model of the same account may read it when it is given as an input
    return accepted_id(reply, "urls", "get", submits=False)
