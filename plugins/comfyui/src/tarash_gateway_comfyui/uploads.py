"""Uploads the images and videos of a request to the input folder of the server; a URL is downloaded first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from pathlib import PurePosixPath

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    Media,
    Part,
    accepted_id,
    fetch_media,
    replace_media,
    send,
    wire,
)

UPLOAD_TIMEOUT_SECONDS = 300.0


def with_uploads(call: Call, graph: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Return the graph with every `Media` in it replaced by the name of its file on the server."""
    return replace_media(graph, partial(_upload, call))


def _upload(call: Call, media: Media) -> Flow[str]:
    """Store a file; the same bytes are stored once, since the name is made of their hash."""
    fetched = yield from fetch_media(call, media)
    content = fetched.content or b""
    name = f"tarash-{hashlib.sha256(content).hexdigest()[:24]}{PurePosixPath(fetched.filename).suffix}"
    reply = yield from send(
        call.request(
            "POST",
            "/upload/image",
            multipart=(
                Part("image", content, filename=name, content_type=fetched.content_type or None),
                Part("type", "input"),
                Part("overwrite", "true"),
            ),
            timeout_seconds=UPLOAD_TIMEOUT_SECONDS,
            repeatable=True,
        )
    )
    # the server may have chosen another name
    stored = accepted_id(reply, "name", submits=False)
    folder = wire.text(reply.json_object(), "subfolder")
    return f"{folder}/{stored}" if folder else stored
