"""The body of a generation on the Dream Machine API: which of its seven kinds it is, and where it is posted.

Source: lumaai 1.21.0 (parameter types); Luma Dream Machine documentation (errors), read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from tarash.tarash_gateway.mapping import Adjustments
from tarash.tarash_gateway.plugin import Phrase, ValidationError, wire, wrong_field

from .models import EDIT_STRENGTHS

PATHS: Mapping[str, str] = {
    "video": "/generations/video",
    "image": "/generations/image",
    "modify_video": "/generations/video/modify",
    "reframe_video": "/generations/video/reframe",
    "reframe_image": "/generations/image/reframe",
    "upscale_video": "/generations/{id}/upscale",
    "add_audio": "/generations/{id}/audio",
}
KINDS: Mapping[str, tuple[str, ...]] = {
    "video": ("video", "modify_video", "reframe_video", "upscale_video", "add_audio"),
    "image": ("image", "reframe_image"),
}
_CROP = frozenset({
    "grid_position_x", "grid_position_y", "x_start", "x_end", "y_start", "y_end", "resized_width", "resized_height",
})  # fmt: skip
FIELDS: Mapping[str, frozenset[str]] = {
    "video": frozenset({
        "model", "prompt", "duration", "resolution", "aspect_ratio", "keyframes", "loop", "concepts",
    }),
    "image": frozenset({
        "model", "prompt", "aspect_ratio", "format", "image_ref", "style_ref", "character_ref", "modify_image_ref", "sync",
        "sync_timeout",
    }),
    "modify_video": frozenset({"model", "prompt", "media", "mode", "first_frame"}),
    "reframe_video": frozenset({"model", "prompt", "media", "aspect_ratio", "first_frame"}) | _CROP,
    "reframe_image": frozenset({"model", "prompt", "media", "aspect_ratio", "format"}) | _CROP,
    "upscale_video": frozenset({"resolution", "generation_id"}),
    "add_audio": frozenset({"prompt", "negative_prompt", "generation_id"}),
}  # fmt: skip
"""What each kind takes in addition to `generation_type` and `callback_url`."""
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "modify_video": ("media", "mode"),
    "reframe_video": ("media", "aspect_ratio"),
    "reframe_image": ("media", "aspect_ratio"),
    "upscale_video": ("generation_id",),
    "add_audio": ("generation_id",),
}
INPUTS = frozenset({
    "media", "keyframes", "first_frame", "image_ref", "style_ref", "character_ref", "modify_image_ref",
})  # fmt: skip
"""Members that hold input images and videos."""
HOW_TO_GIVE = {
    "media": Phrase(
        "the input itself (",
        wrong_field("video"),
        ", or ",
        wrong_field("first_frame", code="an image of type 'first_frame'"),
        ")",
    ),
    "mode": wrong_field("extra_params", key="mode")
    + ": 'adhere_1' … 'adhere_3', 'flex_1' … 'flex_3' or 'reimagine_1' … 'reimagine_3'",
    "generation_id": wrong_field("extra_params", key="generation_id") + ": the id of a finished clip",
    "aspect_ratio": wrong_field("aspect_ratio"),
}
MIDDLE_MODE = "flex_1"
"""The default of `unsupported="adjust"`: halfway between keeping the video and reimagining it."""
FORMATS = ("jpg", "png")
MIN_PROMPT = 3
FOLLOW_UPS = frozenset({"upscale_video", "add_audio"})
"""Work on a finished generation, which the path names and whose model Luma knows."""


def dream_body(
    modality: str,
    payload: Mapping[str, object],
    adjustments: Adjustments,
) -> dict[str, object]:
    """Return the body to send; that of a follow-up also has the id that goes into the path (see `dream_path`).

    `adjustments` refuses what must be left out or chosen, or lists it; it never leaves out an input.

    Raises:
        ValidationError: members that Luma does not take together, or one is missing.
    """
    kind = _kind(modality, payload)
    body: dict[str, object] = {} if kind in FOLLOW_UPS else {"model": adjustments.model}
    body |= {**payload, "generation_type": kind}
    if kind in ("modify_video", "reframe_video"):
        _first_frame_apart(body, adjustments)
    if kind == "reframe_image" and "modify_image_ref" in body:
        body["media"] = body.pop("modify_image_ref")
    _fit_members(body, kind, adjustments)
    if kind == "video":
        _check_clip(body)
    return body


def dream_path(body: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """Return the path that a body is posted to, and the members to send.

    Raises:
        ValidationError: the body, which may come from a saved job, is for none of them.
    """
    path = PATHS.get(str(body.get("generation_type")))
    if path is None:
        raise ValidationError("the saved payload has no known generation_type; submit the request again")
    sent = {name: value for name, value in body.items() if name != "generation_id"}
    return path.replace("{id}", quote(str(body.get("generation_id", "")), safe="")), sent


def _kind(modality: str, payload: Mapping[str, object]) -> str:
    asked = payload.get("generation_type")
    if asked is None:
        return "modify_video" if modality == "video" and "media" in payload else modality
    if asked not in KINDS[modality]:
        raise ValidationError(
            f"generation_type={asked!r} is not offered here; use {', '.join(KINDS[modality])}"
        )
    return str(asked)


def _first_frame_apart(body: dict[str, object], adjustments: Adjustments) -> None:
    """Move the first frame to the member it has when there is an input video."""
    frames = wire.mapping(body.pop("keyframes", None))
    if "frame1" in frames:
        reason = "is given, but a last frame is not offered with an input video; leave it out"
        raise adjustments.lose("last_frame", frames["frame1"], reason)
    if url := wire.text(frames, "frame0", "url"):
        body["first_frame"] = {"url": url}


def _fit_members(body: dict[str, object], kind: str, adjustments: Adjustments) -> None:
    known = frozenset().union(*FIELDS.values())
    takes = ", ".join(sorted(FIELDS[kind]))
    for name in sorted(set(body) & known - FIELDS[kind]):
        reason = f"cannot be chosen for {kind!r}; that takes {takes}"
        if name in INPUTS:
            raise adjustments.lose(name, body[name], reason)
        adjustments.change(name, body[name], None, reason)
        del body[name]
    if kind == "modify_video" and adjustments.mode == "adjust" and body.get("mode") is None:
        adjustments.note("mode", None, MIDDLE_MODE, "is needed to modify a video")
        body["mode"] = MIDDLE_MODE
    missing = [name for name in REQUIRED.get(kind, ()) if body.get(name) in (None, "")]
    if missing:
        ways = Phrase("; ").join(HOW_TO_GIVE[name] for name in missing)
        raise ValidationError(f"generation_type {kind!r} needs {' and '.join(missing)}; give " + ways)
    for name, offered in (("mode", EDIT_STRENGTHS), ("format", FORMATS)):
        if body.get(name) is not None and body[name] not in offered:
            raise ValidationError(f"{name}={body[name]!r} is not offered; use {', '.join(offered)}")


def _check_clip(body: Mapping[str, object]) -> None:
    frames = wire.mapping(body, "keyframes")
    prompt = wire.text(body, "prompt") or ""
    if not prompt and not any(wire.text(frame, "type") == "image" for frame in frames.values()):
        raise ValidationError(wrong_field("prompt") + " is required without a first or last frame")
    if prompt and len(prompt) < MIN_PROMPT:
        raise ValidationError(
            wrong_field("prompt") + f" has {len(prompt)} characters; at least {MIN_PROMPT} are needed"
        )
    if body.get("loop") and "frame1" in frames:
        raise ValidationError("loop is not offered with a last frame; leave one of them out")
