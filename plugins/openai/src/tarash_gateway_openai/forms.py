"""Writes bodies as a form with files or as JSON, and fetches the files that cannot be sent by URL.

Source: openai 3.54.0, resources/images.py and resources/videos.py (part names, brackets).
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Flow,
    HttpCall,
    HttpReply,
    Media,
    Part,
    TarashException,
    ValidationError,
    send,
    sniff_content_type,
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
    """Return whether it is bytes, which only a form can carry."""
    return isinstance(item, Media) and item.content is not None


def fetched(media: Media) -> Flow[Media]:
    """Return the media with its bytes, downloaded if it has a URL; the key is not sent along.

    Raises:
        ValidationError: the URL cannot be read, or its host refuses.
    """
    if media.url is None:
        return media
    if not media.url.startswith(("http://", "https://")):
        raise ValidationError(f"{media.url!r} cannot be read; give an http(s) URL, a path or the bytes")
    try:
        reply = yield from send(HttpCall(method="GET", url=media.url, timeout_seconds=FETCH_SECONDS))
    except TarashException as error:
        if error.is_retryable:
            raise
        # the media's host refused, not OpenAI
        raise ValidationError(f"{media.url} cannot be read: {error.message}") from error
    return _downloaded(media, reply)


def _downloaded(media: Media, reply: HttpReply) -> Media:
    """Return downloaded bytes, with the type that they show or that the server states."""
    stated = (reply.header("content-type") or media.content_type).partition(";")[0].strip()
    kind = sniff_content_type(reply.content) or stated
    if not kind.startswith(("image/", "video/")):
        raise ValidationError(
            f"{media.url} is neither an image nor a video ({kind or 'unknown type'}); check the link, or give the bytes"
        )
    return Media(content=reply.content, content_type=kind, filename=media.filename)
