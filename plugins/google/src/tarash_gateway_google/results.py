"""What was generated: media inside an answer, or links, with what is needed to read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Asset,
    AuthenticationError,
    Call,
    ContentModerationError,
    Flow,
    Generated,
    GenerationFailedError,
    JobReference,
    TarashException,
    UnexpectedResponseError,
    hookimpl,
    web_url,
    wire,
)

from .connection import Connection, connect
from .models import route_of
from .status import fetch_job, file_name, location_of, output_media, output_videos, read_interaction

MODERATION: Final = frozenset({
    "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION", "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR", "ESCALATION",
})  # fmt: skip
"""Values of `finishReason` that mean that the content was refused (google-genai 3.4.0, FinishReason)."""


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """List the outputs; a webhook event only names the job, so the result is fetched after one."""
    body = wire.mapping(raw)
    if job.get("protocol") == "interactions" and not body.get("steps"):
        _, body = yield from fetch_job(call, job)
        status = read_interaction(body)
        if status.error is not None:
            raise status.error
        if status.state != "completed":
            raise UnexpectedResponseError(
                f"a webhook says that the interaction has ended, but its status is {status.state}",
                raw_response=body,
            )
    assets = yield from _assets(call, job, body)
    return Generated(assets=assets, raw=wire.without_base64(body), revised_prompt=_rewritten(body))


def _rewritten(body: Mapping[str, object]) -> str | None:
    """Return the prompt that Imagen used on Vertex AI if it enhanced the one of the request."""
    prompts = (wire.text(item, "prompt") for item in wire.items(body, "predictions"))
    return next(filter(None, prompts), None)


def _assets(call: Call, job: JobReference, body: Mapping[str, object]) -> Flow[tuple[Asset, ...]]:
    protocol = job.get("protocol") or route_of(call)
    if protocol == "generate_content":
        return content_images(body)
    if protocol == "predict" and (images := predicted_images(body)):
        return images
    connection = yield from connect(call, job_location=location_of(job))
    if protocol == "interactions":
        found = [_interaction_asset(connection, media) for media in output_media(body)]
    elif protocol == "predict":
        found = [_asset(connection, "image", item) for item in wire.items(body, "predictions")]
    else:
        found = [_asset(connection, "video", video) for video in output_videos(body)]
    return tuple(found)


def _interaction_asset(connection: Connection, media: Mapping[str, object]) -> Asset:
    kind: Literal["video", "image"] = "image" if media.get("type") == "image" else "video"
    content_type = wire.text(media, "mime_type")
    if data := wire.text(media, "data"):
        return Asset(kind=kind, content=decoded(data), content_type=content_type)
    return _linked(connection, kind, wire.text(media, "uri") or "", content_type)


def _asset(connection: Connection, kind: Literal["video", "image"], item: object) -> Asset:
    content_type = wire.text(item, "mimeType")
    if data := wire.text(item, "bytesBase64Encoded"):
        return Asset(kind=kind, content=decoded(data), content_type=content_type)
    return _linked(connection, kind, wire.text(item, "gcsUri") or wire.text(item, "uri") or "", content_type)


def _linked(
    connection: Connection, kind: Literal["video", "image"], uri: str, content_type: str | None
) -> Asset:
    """Return an output behind a link; only the platform and Cloud Storage receive the credentials."""
    content_type = content_type or ("video/mp4" if kind == "video" else None)
    uri = web_url(uri) or uri
    if not uri.isprintable():
        # a place in Cloud Storage with a control character in its name: nothing can be asked for there
        raise UnexpectedResponseError("the address of the result is not a URL", raw_response=repr(uri)[:200])
    if uri.startswith("gs://"):
        bucket, _, name = (quote(part, safe="") for part in uri.removeprefix("gs://").partition("/"))
        storage = connection.settings.storage_base_url.rstrip("/")
        download = connection.download(f"{storage}/storage/v1/b/{bucket}/o/{name}?alt=media")
        return Asset(kind=kind, download=download, content_type=content_type)
    own = connection.call.is_own_origin(uri)
    file = file_name(connection, uri)
    if file is not None and not (own and ":download" in uri):
        uri, own = f"{connection.base_url}{connection.version_path}/files/{file}:download?alt=media", True
    if own:
        return Asset(kind=kind, download=connection.download(uri), content_type=content_type)
    if not uri.startswith(("http://", "https://")):
        raise UnexpectedResponseError(
            f"the result is at an address that cannot be read; it begins with {uri.partition(':')[0][:20]!r}, not with https"
        )
    return Asset(kind=kind, url=uri, content_type=content_type)


# The synchronous image protocols: generateContent, and Imagen's predict.


def content_images(body: Mapping[str, object]) -> tuple[Asset, ...]:
    """Return the images of a generateContent answer: those outside the model's thoughts, else the last one among them.

    Raises:
        ContentModerationError: the prompt or the picture was refused.
        GenerationFailedError: there is no image, for another reason.
    """
    parts = [
        part
        for candidate in wire.items(body, "candidates")
        for part in wire.items(candidate, "content", "parts")
    ]
    final = [part for part in parts if wire.member(part, "thought") is not True]
    # an image that is only marked as a thought was paid for all the same
    for group in (final, parts[::-1]):
        assets = tuple(_inline(part) for part in group if wire.text(part, "inlineData", "data"))
        if assets:
            return assets if group is final else assets[:1]
    raise _refusal(body, " ".join(text for part in final if (text := wire.text(part, "text")))[:500])


def _inline(part: object) -> Asset:
    content = decoded(wire.text(part, "inlineData", "data") or "")
    return Asset(kind="image", content=content, content_type=wire.text(part, "inlineData", "mimeType"))


def _refusal(body: Mapping[str, object], said: str) -> TarashException:
    if blocked := wire.text(body, "promptFeedback", "blockReason"):
        words = (
            wire.text(body, "promptFeedback", "blockReasonMessage") or "change the prompt or the input images"
        )
        return ContentModerationError(
            f"the prompt was blocked ({blocked}): {words}", stage="input", billed="no", raw_response=body
        )
    reason = wire.text(body, "candidates", 0, "finishReason") or "no finishReason"
    words = wire.text(body, "candidates", 0, "finishMessage") or said or "no explanation given"
    if reason.upper() in MODERATION:
        return ContentModerationError(
            f"the image was withheld ({reason}): {words}", stage="output", raw_response=body
        )
    if reason == "PUP_LIMITED_DISABLED":
        return AuthenticationError(
            f"the account is limited for violations of policy: {words}", raw_response=body
        )
    return GenerationFailedError(f"no image was generated ({reason}): {words}", raw_response=body)


def predicted_images(body: Mapping[str, object]) -> tuple[Asset, ...]:
    """Return the images of a predict answer that came as bytes.

    Raises:
        ContentModerationError: all of them were filtered.
    """
    predictions = wire.items(body, "predictions")
    assets = tuple(
        Asset(kind="image", content=decoded(data), content_type=wire.text(item, "mimeType"))
        for item in predictions
        if (data := wire.text(item, "bytesBase64Encoded"))
    )
    reasons = "; ".join(reason for item in predictions if (reason := wire.text(item, "raiFilteredReason")))
    if not assets and (reasons or not predictions):
        raise ContentModerationError(
            f"every image was filtered: {reasons or 'no reason given'}", stage="output", raw_response=body
        )
    return assets


def decoded(data: str) -> bytes:
    """Return the bytes of base64.

    Raises:
        UnexpectedResponseError: it is not base64.
    """
    content = wire.base64_bytes(data)
    if content is None:
        raise UnexpectedResponseError("the media in the answer are not valid base64")
    return content
