"""How the answers of the synchronous image protocols are read: generateContent, and Imagen's predict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tarash.tarash_gateway.plugin import (
    Asset,
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    TarashException,
    UnexpectedResponseError,
    wire,
)

MODERATION: Final = frozenset({
    "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION", "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR", "ESCALATION",
})  # fmt: skip
"""Values of `finishReason` that mean the content was refused (google-genai 3.4.0, FinishReason)."""


def content_images(body: Mapping[str, object]) -> tuple[Asset, ...]:
    """Return the images of a generateContent answer, without the drafts among the model's thoughts.

    Raises:
        ContentModerationError: the prompt or the picture was refused.
        GenerationFailedError: there is no picture for another reason.
    """
    parts = [
        part
        for candidate in wire.items(body, "candidates")
        for part in wire.items(candidate, "content", "parts")
    ]
    final = [part for part in parts if wire.member(part, "thought") is not True]
    assets = tuple(_inline(part) for part in final if wire.text(part, "inlineData", "data"))
    if assets:
        return assets
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
    if reason in MODERATION:
        return ContentModerationError(
            f"the image was withheld ({reason}): {words}", stage="output", raw_response=body
        )
    if reason == "PUP_LIMITED_DISABLED":
        return AuthenticationError(
            f"the account is limited for violations of policy: {words}", raw_response=body
        )
    return GenerationFailedError(f"no image was rendered ({reason}): {words}", raw_response=body)


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
        UnexpectedResponseError: it is none.
    """
    content = wire.base64_bytes(data)
    if content is None:
        raise UnexpectedResponseError("the media in the answer are not valid base64")
    return content
