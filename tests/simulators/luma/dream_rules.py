"""Owns what Luma's Dream Machine API accepts: the bodies of its seven kinds of generation.

Source: lumaai 1.21.0; Dream Machine documentation (errors), read 2026-11-22. Findings have the list form that
the API's framework gives; what the documentation has a sentence for is refused with that sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from .failures import refused

RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "21:9", "9:21")
VIDEO_MODELS, IMAGE_MODELS = ("ray-2", "ray-flash-2"), ("photon-1", "photon-flash-1")
RESOLUTIONS = ("540p", "720p", "1080p", "4k")
MODES = tuple(f"{kind}_{step}" for kind in ("adhere", "flex", "reimagine") for step in (1, 2, 3))
CROP = [
    "grid_position_x",
    "grid_position_y",
    "x_start",
    "x_end",
    "y_start",
    "y_end",
    "resized_width",
    "resized_height",
]

FIELDS: Mapping[str, frozenset[str]] = {
    "video": frozenset(
        [
            "model",
            "prompt",
            "duration",
            "resolution",
            "aspect_ratio",
            "keyframes",
            "loop",
            "concepts",
        ]
    ),
    "image": frozenset(
        [
            "model",
            "prompt",
            "aspect_ratio",
            "format",
            "image_ref",
            "style_ref",
            "character_ref",
            "modify_image_ref",
            "sync",
            "sync_timeout",
        ]
    ),
    "modify_video": frozenset(["model", "media", "mode", "first_frame", "prompt"]),
    "reframe_video": frozenset(["model", "media", "aspect_ratio", "first_frame", "prompt", *CROP]),
    "reframe_image": frozenset(["model", "media", "aspect_ratio", "format", "prompt", *CROP]),
    "upscale_video": frozenset({"resolution"}),
    "add_audio": frozenset({"prompt", "negative_prompt"}),
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "video": ("model",),
    "image": ("model",),
    "modify_video": ("generation_type", "media", "mode", "model"),
    "reframe_video": ("generation_type", "media", "model", "aspect_ratio"),
    "reframe_image": ("generation_type", "media", "model", "aspect_ratio"),
    "upscale_video": (),
    "add_audio": (),
}


def check_dream(body: Mapping[str, object], kind: str) -> None:
    """Refuse a body that Dream Machine would not queue."""
    for name in sorted(set(body) - FIELDS[kind] - {"generation_type", "callback_url"}):
        raise _finding(name, "extra_forbidden", "Extra inputs are not permitted", body[name])
    for name in REQUIRED[kind]:
        if body.get(name) is None:
            raise _finding(name, "missing", "Field required", None)
    _check_choice(body, "generation_type", (kind,))
    _check_choice(body, "model", VIDEO_MODELS if "video" in kind else IMAGE_MODELS)
    _check_choice(body, "aspect_ratio", RATIOS)
    _check_choice(body, "resolution", RESOLUTIONS)
    _check_choice(body, "mode", MODES)
    _check_choice(body, "format", ("jpg", "png"))
    _check_choice(body, "duration", ("5s", "9s"))
    for field, url in _urls(body):
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise _finding(field, "url_parsing", "Input should be a valid URL", url)
    if kind == "video":
        _check_clip(body)
    if kind == "image" and not body.get("prompt"):
        raise refused(400, "Prompt is required")


def _check_clip(body: Mapping[str, object]) -> None:
    frames = body.get("keyframes")
    if frames is not None and (
        not isinstance(frames, dict) or not set(frames) <= {"frame0", "frame1"} or not frames
    ):
        raise refused(400, "No keyframes provided")
    prompt = str(body.get("prompt") or "")
    has_picture = any(frame.get("type") == "image" for frame in (frames or {}).values())
    if not prompt and not has_picture:
        raise refused(400, "Prompt is required")
    if prompt and len(prompt) < 3:
        raise refused(400, "Prompt is too short, minimum length is 3 characters")
    if len(prompt) > 5000:
        raise refused(400, "Prompt is too long, maximum length is 5000 characters")
    if body.get("loop") and "frame1" in (frames or {}):
        raise refused(400, "Loop is not supported for end frame")


def _urls(body: Mapping[str, object]) -> list[tuple[str, object]]:
    """Every member that must be a URL, with the name of its field."""
    single = ("media", "first_frame", "modify_image_ref")
    found = [(name, holder.get("url")) for name in single if isinstance(holder := body.get(name), dict)]
    for name in ("image_ref", "style_ref"):
        entries = cast("list[dict[str, object]]", body.get(name) or [])
        found += [(name, entry.get("url")) for entry in entries]
    frames = cast("dict[str, dict[str, object]]", body.get("keyframes") or {})
    found += [("keyframes", frame.get("url")) for frame in frames.values() if frame.get("type") == "image"]
    identities = cast("dict[str, dict[str, list[object]]]", body.get("character_ref") or {})
    found += [
        ("character_ref", url) for identity in identities.values() for url in identity.get("images", [])
    ]
    return found


def _check_choice(body: Mapping[str, object], name: str, allowed: tuple[str, ...]) -> None:
    value = body.get(name)
    if value is not None and value not in allowed:
        expected = " or ".join(f"'{item}'" for item in allowed)
        raise _finding(name, "literal_error", f"Input should be {expected}", value, expected=expected)


def _finding(name: str, kind: str, message: str, value: object, *, expected: str = "") -> Exception:
    finding: dict[str, object] = {"type": kind, "loc": ["body", name], "msg": message, "input": value}
    if expected:
        finding["ctx"] = {"expected": expected}
    return refused(422, [finding])
