"""How a body is written, as a form with files or as JSON; and how a file is read that cannot be sent by URL.

Source: openai 3.54.0, resources/images.py and resources/videos.py (part names, brackets).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from tarash.tarash_gateway.plugin import (
    Flow,
    HttpCall,
    Media,
    Part,
    TarashException,
    ValidationError,
    send,
    to_media,
)

FETCH_SECONDS = 120.0


def form_parts(fields: Mapping[str, object]) -> tuple[Part, ...]:
    """Return the parts of a form: numbers as text, objects as `name[key]`, lists as repeated `name[]`."""
    return tuple(part for name, value in fields.items() for part in _parts(name, value))


def _parts(name: str, value: object) -> tuple[Part, ...]:
    if value is None:
        return ()
    if isinstance(value, Media):
        return (Part(name, value.content or b"", value.filename, value.content_type),)
    if isinstance(value, Mapping):
        return tuple(part for key, item in value.items() for part in _parts(f"{name}[{key}]", item))
    if isinstance(value, list | tuple):
        return tuple(part for item in value for part in _parts(f"{name}[]", item))
    if isinstance(value, bool):
        return (Part(name, "true" if value else "false"),)
    return (Part(name, str(value)),)


def image_reference(item: object) -> object:
    """Return an input image for JSON: `{"image_url"}`, or what `extra_params` gave (`{"file_id"}`)."""
    if isinstance(item, Media):
        return {"image_url": item.as_text()}
    return item


def is_upload(item: object) -> bool:
    """Return whether it is bytes, which only a form carries."""
    return isinstance(item, Media) and item.content is not None


def fetched(media: Media) -> Flow[Media]:
    """Return the media with its bytes, read from its URL where it has one; the key is not sent along.

    Raises:
        ValidationError: the URL is none that can be read, or its host refuses.
    """
    if media.url is None:
        return media
    address = urlsplit(media.url)
    if address.scheme not in ("http", "https"):
        raise ValidationError(f"{media.url!r} cannot be read; give an http(s) URL, a path or the bytes")
    try:
        reply = yield from send(HttpCall(method="GET", url=media.url, timeout_seconds=FETCH_SECONDS))
    except TarashException as error:
        if error.is_retryable:
            raise
        # not OpenAI refused it but the media's host
        raise ValidationError(f"{media.url} cannot be read: {error.message}") from error
    kind = (reply.header("content-type") or media.content_type).partition(";")[0].strip()
    name = PurePosixPath(address.path).name or "media"
    read = to_media(reply.content)
    return Media(content=reply.content, content_type=read.content_type or kind, filename=name)
