"""Reads the picture of an answer; every endpoint makes exactly one."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Asset,
    Flow,
    Generated,
    GenerationFailedError,
    hookimpl,
    sniff_content_type,
    wire,
)

from .errors import filtered


@hookimpl
def tarash_normalize(raw: object) -> Flow[Generated]:
    """Return the picture. The answer carries it, so nothing more is fetched.

    Raises:
        ContentModerationError: the content filter blurred the picture.
        GenerationFailedError: the answer holds no picture.
    """
    yield from ()
    return read_result(wire.mapping(raw))


def read_result(body: Mapping[str, object]) -> Generated:
    """Read the picture, the seed that made it, and whether it was filtered."""
    answer = wire.without_base64(body)
    if is_filtered(body):
        raise filtered(answer)
    content = wire.base64_bytes(body, "image") or b""
    content_type = sniff_content_type(content)
    if content_type is None:
        raise GenerationFailedError("the answer holds no readable image", raw_response=answer)
    asset = Asset(kind="image", content=content, content_type=content_type, size_bytes=len(content))
    return Generated(assets=(asset,), seed=wire.integer(body, "seed"), raw=answer)


def is_filtered(body: Mapping[str, object]) -> bool:
    """Return whether the picture was blurred: HTTP 200 alone does not mean that it is usable."""
    return (wire.text(body, "finish_reason") or "").upper() == "CONTENT_FILTERED"
