"""Owns what Kling accepts as a request body: the members of each endpoint, their types and their words.

Source: Kling documentation, create-task pages, 2026-09-20.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping

from tarash.tarash_gateway.plugin import sniff_content_type
from tarash.tarash_gateway.testing.simulator import unknown_fields

from .failures import refuse

Object = dict[str, object]

LATER_MODEL = "kling-5.0"
"""Stands for a model that comes after the tables of whoever talks to this simulator."""
PATH_MODELS: Mapping[str, tuple[str, ...]] = {
    "text-to-video": (
        "kling-3.0",
        "kling-3.0-turbo",
        "kling-2.6",
        "kling-2.5-turbo",
        "kling-4.0",
        "kling-4.0-flash",
        LATER_MODEL,
    ),
    "image-to-video": (
        "kling-3.0",
        "kling-3.0-turbo",
        "kling-2.6",
        "kling-2.5-turbo",
        "kling-4.0",
        "kling-4.0-flash",
        LATER_MODEL,
    ),
    "omni-video": ("kling-3.0-omni", "kling-o1", "kling-4.0", "kling-4.0-flash"),
    "motion-control": ("kling-3.0", "kling-2.6"),
}
CONTENT_TYPES: Mapping[str, frozenset[str]] = {
    "image-to-video": frozenset({"prompt", "first_frame", "last_frame", "element", "voice"}),
    "omni-video": frozenset(
        {"prompt", "first_frame", "last_frame", "refer_image", "feature_video", "base_video", "element"}
    ),
    "motion-control": frozenset({"prompt", "image", "video", "element"}),
}
IMAGE_CONTENTS = frozenset({"first_frame", "last_frame", "refer_image", "image"})
VIDEO_CONTENTS = frozenset({"feature_video", "base_video", "video"})
WORDS: Mapping[str, tuple[object, ...]] = {
    "resolution": ("720p", "1080p", "4k"),
    "aspect_ratio": ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9"),
    "audio": ("native", "off", "original"),
    "character_orientation": ("image", "video"),
    "multi_shot": (True, False),
}

COMMON = frozenset({"callback_url", "external_task_id", "watermark_info"})
GUIDED = "model_name prompt negative_prompt cfg_scale mode duration"
SHOTS = "multi_shot shot_type multi_prompt element_list voice_list sound"
LEGACY_FIELDS: Mapping[str, frozenset[str]] = {
    product: frozenset(names.split())
    for product, names in {
        "videos/text2video": f"{GUIDED} {SHOTS} aspect_ratio camera_control",
        "videos/image2video": f"{GUIDED} {SHOTS} image image_tail static_mask dynamic_masks camera_control",
        "videos/multi-image2video": "model_name prompt negative_prompt mode duration aspect_ratio image_list",
        "videos/omni-video": f"model_name prompt mode duration aspect_ratio image_list video_list {SHOTS}",
        "videos/motion-control": "model_name prompt image_url video_url mode keep_original_sound "
        "character_orientation",
        "videos/avatar/image2video": "image audio_id sound_file prompt mode",
        "videos/effects": "effect_scene input",
        "videos/video-extend": "video_id prompt negative_prompt cfg_scale",
        "videos/advanced-lip-sync": "session_id face_choose",
        "images/generations": "model_name prompt negative_prompt image image_reference image_fidelity "
        "human_fidelity element_list resolution aspect_ratio n",
        "images/omni-image": "model_name prompt image_list element_list resolution result_type n "
        "aspect_ratio series_amount",
        "images/multi-image2image": "model_name prompt subject_image_list scene_image style_image n "
        "aspect_ratio",
        "images/editing/expand": "image prompt n up_expansion_ratio down_expansion_ratio "
        "left_expansion_ratio right_expansion_ratio",
    }.items()
}
LEGACY_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "duration": str,
    "n": int,
    "cfg_scale": (int, float),
    "image_list": list,
    "video_list": list,
    "mode": str,
    "sound": str,
    "subject_image_list": list,
}
LEGACY_WORDS: Mapping[str, tuple[str, ...]] = {
    "mode": ("std", "pro", "4k"),
    "sound": ("on", "off"),
    "keep_original_sound": ("yes", "no"),
    "character_orientation": ("image", "video"),
    "resolution": ("1k", "2k", "4k"),
}


def check_path_body(operation: str, model: str, body: Object) -> None:
    """Refuse what the new design refuses."""
    if model not in PATH_MODELS[operation]:
        raise refuse(1203, f"model '{model}' does not exist")
    text_only = operation == "text-to-video"
    _check_members("body", body, {"prompt" if text_only else "contents", "settings", "options"})
    if text_only:
        _require_text("prompt", body.get("prompt"))
    else:
        _check_contents(operation, body.get("contents"))
    settings = _object("settings", body.get("settings", {}))
    _check_members("settings", settings, _settings(operation, model))
    for name, words in WORDS.items():
        if name in settings and settings[name] not in words:
            raise refuse(1201, f"settings.{name} value '{settings[name]}' is invalid")
    duration = settings.get("duration", 5)
    if type(duration) is not int or not 3 <= duration <= 30:
        raise refuse(1201, f"settings.duration value {duration!r} is invalid")
    _check_members("options", _object("options", body.get("options", {})), COMMON)


def _settings(operation: str, model: str) -> set[str]:
    if operation == "motion-control":
        return {"resolution", "audio", "character_orientation"}
    names = {"resolution", "duration"}
    names |= {"aspect_ratio"} if operation != "image-to-video" else set()
    names |= {"audio"} if model not in ("kling-3.0-turbo", "kling-2.5-turbo") else set()
    names |= {"multi_shot"} if model in ("kling-3.0", "kling-3.0-omni") else set()
    return names


def _check_contents(operation: str, contents: object) -> None:
    if not isinstance(contents, list) or not contents:
        raise refuse(1201, "contents is required")
    ids: list[object] = []
    for item in contents:
        entry = _object("contents[]", item)
        kind = entry.get("type")
        if kind not in CONTENT_TYPES[operation]:
            raise refuse(1201, f"contents[].type value '{kind}' is invalid")
        if kind == "prompt":
            _require_text("contents[].text", entry.get("text"))
        elif kind in IMAGE_CONTENTS:
            check_image("contents[].url", entry.get("url"))
        elif kind in VIDEO_CONTENTS:
            check_video_url("contents[].url", entry.get("url"))
        if "id" in entry:
            ids.append(entry["id"])
    if len(ids) != len(set(ids)):
        raise refuse(1201, "contents[].id must not be duplicated")
    kinds = {_object("contents[]", item)["type"] for item in contents}
    if "last_frame" in kinds and "first_frame" not in kinds:
        raise refuse(1201, "last-frame-only video generation is not supported")


def check_legacy_body(product: str, body: Object) -> None:
    """Refuse what the legacy design refuses, and a forgotten model name, which would mean the oldest one."""
    allowed = LEGACY_FIELDS[product]
    _check_members("body", body, allowed | COMMON)
    if "model_name" in allowed:
        _require_text("model_name", body.get("model_name"))
    for name, kind in LEGACY_TYPES.items():
        if name in body and (not isinstance(body[name], kind) or isinstance(body[name], bool)):
            raise refuse(1201, f"{name} has a wrong type")
    for name, words in LEGACY_WORDS.items():
        if name in body and body[name] not in words:
            raise refuse(1201, f"{name} value '{body[name]}' is invalid")
    _check_legacy_media(body)


def _check_legacy_media(body: Object) -> None:
    for name in ("image", "image_tail", "image_url", "scene_image", "style_image"):
        if name in body:
            check_image(name, body[name])
    for name, members in (("image_list", ("image", "image_url")), ("subject_image_list", ("subject_image",))):
        for item in _list(body.get(name)):
            entry = _object(f"{name}[]", item)
            check_image(name, next((entry[key] for key in members if key in entry), None))
    for item in _list(body.get("video_list")):
        check_video_url("video_list[].video_url", _object("video_list[]", item).get("video_url"))


def check_image(name: str, value: object) -> None:
    """Refuse anything but an http(s) URL or raw base64 of a PNG or JPEG; a `data:` prefix is refused."""
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return
    try:
        content = base64.b64decode(value if isinstance(value, str) else "", validate=True)
    except binascii.Error:
        content = b""
    if sniff_content_type(content) not in ("image/png", "image/jpeg"):
        raise refuse(1201, f"{name} is neither a URL nor base64 of a jpg or png without prefix")


def check_video_url(name: str, value: object) -> None:
    """Refuse anything but an http(s) URL."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise refuse(1201, f"{name} must be a URL")


def _check_members(name: str, value: Object, allowed: Collection[str]) -> None:
    unknown = unknown_fields(value, allowed)
    if unknown:
        raise refuse(1201, f"{name} has an incorrect key: {', '.join(unknown)}")


def _require_text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise refuse(1201, f"{name} is required")


def _object(name: str, value: object) -> Object:
    if not isinstance(value, dict):
        raise refuse(1200, f"{name} must be an object")
    return value


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
