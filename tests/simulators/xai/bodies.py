"""Owns which members each endpoint of xAI's media API takes, and what the simulator refuses in them.

Source: @ai-sdk/xai 3.0.138; xai-sdk 1.21.0 (ratios, resolutions, qualities); xAI documentation, read 2026-11-22; xAI's release
notes of August 2026 (what grok-imagine-image-2.0 takes), read 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Mapping

VIDEO_RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3")
IMAGE_RATIOS = (
    "1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "9:19.5", "19.5:9", "9:20", "20:9", "1:2", "2:1", "auto",
)  # fmt: skip
IMAGE_2 = "grok-imagine-image-2.0"
IMAGE_2_RATIOS = (*IMAGE_RATIOS, "21:9", "5:2")
VIDEO_MODELS = ("grok-imagine-video", "grok-imagine-video-1.5", "grok-imagine-video-1.5-lite")
IMAGE_MODELS = (
    "grok-imagine-image", "grok-imagine-image-2.0", "grok-imagine-image-quality", "grok-imagine-image-pro",
)  # fmt: skip
EVERYWHERE = frozenset({"model", "prompt", "storage_options"})
IMAGE_OPTIONS = EVERYWHERE | {"n", "aspect_ratio", "resolution", "quality", "response_format", "user"}
VIDEO_OPTIONS = EVERYWHERE | {"duration", "aspect_ratio", "resolution", "generate_audio", "user"}
VIDEO_INPUTS = frozenset({"image", "last_frame", "keyframes", "reference_images", "reference_audios"})
MEMBERS: Mapping[str, frozenset[str]] = {
    "/v1/videos/generations": VIDEO_OPTIONS | VIDEO_INPUTS,
    "/v1/videos/edits": EVERYWHERE | {"video", "user"},
    "/v1/videos/extensions": EVERYWHERE | {"video", "duration"},
    "/v1/images/generations": IMAGE_OPTIONS,
    "/v1/images/edits": IMAGE_OPTIONS | {"image", "images"},
}


def complaint(path: str, body: Mapping[str, object]) -> tuple[str, str] | None:
    """The first thing wrong with a submit: message and member."""
    unknown = sorted(set(body) - MEMBERS[path])
    if unknown:
        return f"unknown field {unknown[0]}", unknown[0]
    return _media_complaint(path, body) or (
        _image_complaint(path, body) if "/images/" in path else _video_complaint(path, body)
    )


def _media_complaint(path: str, body: Mapping[str, object]) -> tuple[str, str] | None:
    for name in ("image", "last_frame", "video"):
        if name in body and not _is_media(body[name]):
            return f"{name}.url must be an https or data URL", name
    for name in ("reference_images", "images"):
        listed = body.get(name, [])
        if not isinstance(listed, list) or not all(_is_media(item) for item in listed):
            return f"{name}[].url must be an https or data URL", name
    if path.endswith(("/edits", "/extensions")) and not any(
        body.get(name) for name in ("video", "image", "images")
    ):
        return "an input is required", "video" if "/videos/" in path else "image"
    return None


def _is_media(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    url = value.get("url")
    # plain base64 without the prefix of a data URI is refused
    return isinstance(url, str) and url.startswith(("https://", "http://127.0.0.1", "data:"))


def _video_complaint(path: str, body: Mapping[str, object]) -> tuple[str, str] | None:
    duration = body.get("duration", 6)
    low, high = (2, 10) if path.endswith("/extensions") else (1, 15)
    if type(duration) is not int or not low <= duration <= high:
        return f"duration must be an integer between {low} and {high}", "duration"
    if body.get("aspect_ratio", "16:9") not in VIDEO_RATIOS:
        return f"aspect_ratio must be one of {', '.join(VIDEO_RATIOS)}", "aspect_ratio"
    newer = body["model"] != "grok-imagine-video"
    sharp = newer and "reference_images" not in body
    if body.get("resolution", "480p") not in (("480p", "720p", "1080p") if sharp else ("480p", "720p")):
        return "resolution is not supported", "resolution"
    if "last_frame" in body and body["model"] != "grok-imagine-video-1.5":
        return "last_frame is not supported by this model", "last_frame"
    if body["model"] != "grok-imagine-video-1.5" and "image" in body and "reference_images" in body:
        return "image and reference_images exclude each other", "reference_images"
    references = body.get("reference_images", [])
    if isinstance(references, list) and len(references) > 7:
        return "at most 7 reference_images", "reference_images"
    if not body.get("prompt") and not {"image", "last_frame"} & set(body):
        return "prompt is required", "prompt"
    return None


def _image_complaint(path: str, body: Mapping[str, object]) -> tuple[str, str] | None:
    count = body.get("n", 1)
    if type(count) is not int or not 1 <= count <= 10:
        return "n must be between 1 and 10", "n"
    is_second = body["model"] == IMAGE_2
    ratios = IMAGE_2_RATIOS if is_second else IMAGE_RATIOS
    if body.get("aspect_ratio", "1:1") not in ratios:
        return f"aspect_ratio must be one of {', '.join(ratios)}", "aspect_ratio"
    if body.get("resolution", "1k") not in ("1k", "2k"):
        return "resolution must be 1k or 2k", "resolution"
    if "quality" in body and not (is_second and body["quality"] in ("auto", "low", "medium")):
        return f"quality must be auto, low or medium, with {IMAGE_2}", "quality"
    images, most = body.get("images", []), 5 if is_second else 3
    if isinstance(images, list) and len(images) > most:
        return f"at most {most} images", "images"
    return None if body.get("prompt") else ("prompt is required", "prompt")
