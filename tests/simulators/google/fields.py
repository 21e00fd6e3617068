"""Owns what Google's endpoints accept: member names per message, and the refusals of everything else.

Source: google-genai 3.4.0 (request types of both platforms); Vertex AI reference, "predictLongRunning", read
2026-11-22.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import cast

from tarash.tarash_gateway.testing.simulator import Refusal, unknown_fields

from .failures import refusal

INTERACTION = frozenset({
    "model", "background", "input", "store", "stream", "previous_interaction_id", "generation_config",
    "response_format", "safety_settings", "system_instruction", "labels", "service_tier", "webhook_config",
    "response_modalities", "tools",
})  # fmt: skip
INTERACTION_CONFIG = frozenset({
    "seed", "temperature", "top_p", "max_output_tokens", "thinking_level", "thinking_summaries",
    "video_config",
})  # fmt: skip
VIDEO_FORMAT = frozenset({"type", "aspect_ratio", "resolution", "duration", "delivery", "gcs_uri"})
TASKS = ("text_to_video", "image_to_video", "reference_to_video", "edit", "extend", "upscale")
CONTENT = frozenset({
    "contents", "generationConfig", "safetySettings", "tools", "toolConfig", "systemInstruction", "labels",
    "cachedContent",
})  # fmt: skip
CONTENT_CONFIG = frozenset({
    "responseModalities", "seed", "imageConfig", "thinkingConfig", "temperature", "topP", "topK",
    "candidateCount", "maxOutputTokens", "stopSequences",
})  # fmt: skip
IMAGE_CONFIG = frozenset({"aspectRatio", "imageSize"})
IMAGE_CONFIG_VERTEX = IMAGE_CONFIG | {"personGeneration", "prominentPeople", "imageOutputOptions"}
INSTANCE = frozenset({"prompt", "image", "lastFrame", "referenceImages", "video", "mask"})
PARAMETERS = frozenset({
    "sampleCount", "durationSeconds", "aspectRatio", "resolution", "negativePrompt", "enhancePrompt",
    "personGeneration",
})  # fmt: skip
PARAMETERS_VERTEX = PARAMETERS | {
    "generateAudio", "seed", "storageUri", "compressionQuality", "resizeMode", "fps", "pubsubTopic",
}  # fmt: skip


def invalid(message: str) -> Refusal:
    """What a handler raises for a bad request."""
    return Refusal(refusal(400, "INVALID_ARGUMENT", message))


def check(value: object, allowed: frozenset[str], where: str) -> dict[str, object]:
    """Return an object whose members are all known; absent counts as empty."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(f"Invalid value at '{where}'.")
    if "mimeType" in allowed:
        # protocol buffers read either spelling, and google-genai 3.4.0 sends `mime_type` inside of parts
        value = {_camel(name): member for name, member in value.items()}
    for name in unknown_fields(value, allowed):
        raise invalid(
            f"Invalid JSON payload received. Unknown name \"{name}\" at '{where}': Cannot find field."
        )
    return value


def check_interaction(body: Mapping[str, object], *, vertex: bool) -> None:
    """Refuse what the Interactions API refuses."""
    check(body, INTERACTION, "interaction")
    if body.get("background") and (body.get("stream") or body.get("store") is False):
        raise invalid("background requires store and excludes stream.")
    if vertex and "webhook_config" in body:
        raise invalid("webhook_config is not supported.")
    config = check(body.get("generation_config"), INTERACTION_CONFIG, "generation_config")
    task = cast("dict[str, object]", config.get("video_config", {})).get("task")
    if task is not None and task not in TASKS:
        raise invalid(f"Unknown task {task!r}.")
    shape = check(body.get("response_format"), VIDEO_FORMAT, "response_format")
    if "duration" in shape and not str(shape["duration"]).endswith("s"):
        raise invalid("duration must be a string that ends in 's'.")
    if vertex and shape.get("delivery") == "uri" and "gcs_uri" not in shape:
        raise invalid("gcs_uri is required when delivery is uri.")
    if not vertex and "gcs_uri" in shape:
        raise invalid("gcs_uri is not supported.")
    for part in _input_parts(body.get("input")):
        _check_part(part)


def _input_parts(value: object) -> list[object]:
    """Return the content parts of a text, one part, a list of parts, or a list of steps."""
    if isinstance(value, str) and value:
        return []
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list) or not value:
        raise invalid("input is required.")
    if not all(isinstance(item, dict) and item.get("type") == "user_input" for item in value):
        return value
    steps = [check(item, frozenset({"type", "content"}), "input") for item in value]
    return [part for step in steps for part in cast("list[object]", step.get("content", []))]


def _check_part(part: object) -> None:
    if not isinstance(part, dict) or part.get("type") not in ("text", "image", "video", "audio", "document"):
        raise invalid("input holds a content part without a known type.")
    if part["type"] == "text":
        check(part, frozenset({"type", "text"}), "input")
        return
    check(part, frozenset({"type", "data", "uri", "mime_type", "name"}), "input")
    if ("data" in part) == ("uri" in part):
        raise invalid("a content part needs either data or uri.")
    check_mime(part.get("mime_type"))
    if "data" in part:
        check_base64(part["data"])


def check_content(body: Mapping[str, object], *, vertex: bool) -> None:
    """Refuse what generateContent refuses."""
    check(body, CONTENT, "GenerateContentRequest")
    config = check(body.get("generationConfig"), CONTENT_CONFIG, "generation_config")
    image = IMAGE_CONFIG_VERTEX if vertex else IMAGE_CONFIG
    size = check(config.get("imageConfig"), image, "generation_config.image_config").get("imageSize")
    if size is not None and size not in ("512", "1K", "2K", "4K"):
        raise invalid(f"Invalid image size {size!r}.")
    contents = body.get("contents")
    if not isinstance(contents, list) or not contents:
        raise invalid("contents is not specified")
    for content in contents:
        members = check(content, frozenset({"role", "parts"}), "contents")
        if vertex and members.get("role") not in ("user", "model"):
            raise invalid("Please use a valid role: user, model.")
        for part in cast("list[object]", members.get("parts", [])):
            spelled = {_camel(name): member for name, member in cast("dict[str, object]", part).items()}
            known = check(spelled, frozenset({"text", "inlineData", "fileData"}), "contents.parts")
            blob = check(known.get("inlineData"), frozenset({"mimeType", "data"}), "inline_data")
            file = check(known.get("fileData"), frozenset({"mimeType", "fileUri"}), "file_data")
            if blob:
                check_mime(blob.get("mimeType"))
                check_base64(blob.get("data"))
            if file:
                check_mime(file.get("mimeType"))


def check_prediction(body: Mapping[str, object], *, vertex: bool) -> dict[str, object]:
    """Refuse what Veo refuses; gives the one instance."""
    check(
        body, frozenset({"instances", "parameters", "labels", "webhookConfig"}), "PredictLongRunningRequest"
    )
    instances = body.get("instances")
    if not isinstance(instances, list) or len(instances) != 1:
        raise invalid("exactly one instance is required.")
    instance = check(instances[0], INSTANCE, "instances[0]")
    known = PARAMETERS_VERTEX if vertex else PARAMETERS
    for name in unknown_fields(cast("dict[str, object]", body.get("parameters", {})), known):
        raise invalid(
            f"`{name}` isn't supported by this model. Please remove it or refer to the documentation."
        )
    if not isinstance(cast("dict[str, object]", body.get("parameters", {})).get("durationSeconds", 8), int):
        raise invalid("durationSeconds must be an integer.")
    references = cast("list[dict[str, object]]", instance.get("referenceImages", []))
    for media in (instance.get("image"), instance.get("lastFrame"), *(item["image"] for item in references)):
        _check_media(media, vertex=vertex)
    if "lastFrame" in instance and "image" not in instance:
        raise invalid("lastFrame needs image.")
    if references and "image" in instance:
        raise invalid("referenceImages cannot be combined with image.")
    return instance


def _check_media(value: object, *, vertex: bool) -> None:
    media = check(value, frozenset({"bytesBase64Encoded", "gcsUri", "mimeType"}), "instances[0].image")
    if not media:
        return
    check_mime(media.get("mimeType"))
    if "gcsUri" in media:
        if not vertex or not str(media["gcsUri"]).startswith("gs://"):
            raise invalid("gcsUri must be a Cloud Storage URI.")
    else:
        check_base64(media.get("bytesBase64Encoded"))


def check_mime(value: object) -> None:
    """`image/jpg` is not a media type."""
    if not isinstance(value, str) or "/" not in value or value == "image/jpg":
        raise invalid(f"Unsupported MIME type: {value}")


def check_base64(value: object) -> None:
    """No prefix and no line breaks; protocol buffers read the standard and the URL-safe alphabet."""
    try:
        base64.b64decode(str(value), altchars=b"-_" if re.search("[-_]", str(value)) else None, validate=True)
    except binascii.Error as error:
        raise invalid("Base64 decoding failed.") from error


def _camel(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)
