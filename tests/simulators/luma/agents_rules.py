"""Owns what Luma's Agents API accepts in a generation: models, types, fields and the rules between them.

Source: luma-agents 0.5.0; Agents API documentation, read 2026-11-22. Stricter than documented in one point:
an unknown field is refused, so that a misspelled one does not pass unseen.
"""

from __future__ import annotations

from collections.abc import Mapping

from .failures import refused
from .media_references import MediaReferences

TYPES: Mapping[str, frozenset[str]] = {
    "uni-1": frozenset({"image", "image_edit", "layering"}),
    "uni-1-max": frozenset({"image", "image_edit"}),
    "ray-3.2": frozenset({"video", "video_edit", "video_reframe"}),
}
FIELDS = frozenset(
    [
        "prompt",
        "model",
        "type",
        "aspect_ratio",
        "image_ref",
        "source",
        "style",
        "output_format",
        "web_search",
        "user_id",
        "video",
        "layering",
    ]
)
VIDEO_FIELDS = frozenset(
    [
        "duration",
        "resolution",
        "start_frame",
        "end_frame",
        "keyframes",
        "keyframe_indexes",
        "loop",
        "hdr",
        "exr_export",
        "edit",
        "source_position",
    ]
)
EDIT_FIELDS = frozenset({"strength", "auto_controls", "controls", "keyframes", "keyframe_indexes"})
STRENGTHS = frozenset(f"{kind}_{step}" for kind in ("adhere", "flex", "reimagine") for step in (1, 2, 3))
IMAGE_RATIOS = ("1:1", "1:2", "1:3", "16:9", "2:1", "2:3", "3:1", "3:2", "9:16")
VIDEO_RATIOS = ("1:1", "16:9", "21:9", "3:4", "4:3", "9:16")
NEEDS_SOURCE = frozenset({"image_edit", "video_edit", "video_reframe", "layering"})
GRID = {"5s": 120, "10s": 240}
MAX_PROMPT, MAX_LAYERING_PROMPT, MAX_ANCHORS = 6000, 500, 64


def check_generation(body: Mapping[str, object], references: MediaReferences) -> None:
    """Refuse a body that Luma would not queue."""
    if unknown := sorted(set(body) - FIELDS):
        raise refused(422, f"Unknown fields: {', '.join(unknown)}")
    model, kind = str(body.get("model", "uni-1")), str(body.get("type", "image"))
    if model not in TYPES:
        raise refused(400, f"Unknown model: {model}")
    if kind not in TYPES[model]:
        raise refused(400, f"Type '{kind}' is not supported for model '{model}'")
    _check_prompt(body, kind)
    _check_words(body, kind)
    _check_references(body, kind, references)
    if kind.startswith("video"):
        _check_video(body.get("video") or {}, kind, references)
    elif body.get("video") is not None:
        raise refused(422, f"video is not valid for type '{kind}'")


def _check_prompt(body: Mapping[str, object], kind: str) -> None:
    prompt = body.get("prompt")
    longest = MAX_LAYERING_PROMPT if kind == "layering" else MAX_PROMPT
    if not isinstance(prompt, str) or not 1 <= len(prompt) <= longest:
        raise refused(400, f"Prompt must be between 1 and {longest} characters")


def _check_words(body: Mapping[str, object], kind: str) -> None:
    ratios = VIDEO_RATIOS if kind.startswith("video") else IMAGE_RATIOS
    ratio = body.get("aspect_ratio")
    if ratio is not None and ratio not in ratios:
        raise refused(400, f"Invalid aspect_ratio '{ratio}'. Valid: {', '.join(ratios)}")
    _check_choice(body, "style", ("auto", "manga"))
    _check_choice(body, "output_format", ("png", "jpeg", None))
    layering = body.get("layering")
    if layering is not None and (
        not isinstance(layering, dict) or layering.get("resolution") not in ("1k", "2k")
    ):
        raise refused(422, "layering.resolution must be '1k' or '2k'")


def _check_references(body: Mapping[str, object], kind: str, references: MediaReferences) -> None:
    source = body.get("source")
    if source is not None and kind not in NEEDS_SOURCE:
        raise refused(400, "source is only valid for type 'image_edit'")
    if source is None and kind in NEEDS_SOURCE:
        raise refused(400, f"source is required for type '{kind}'")
    if source is not None:
        references.check("source", source, video=kind.startswith("video"))
    if body.get("image_ref") is not None:
        maximum = {"image": 9, "image_edit": 8}.get(kind)
        references.check_all("image_ref", body["image_ref"], maximum=maximum)


def _check_video(video: object, kind: str, references: MediaReferences) -> None:
    if not isinstance(video, dict) or set(video) - VIDEO_FIELDS:
        raise refused(422, "video: unknown fields")
    _check_choice(video, "duration", ("5s", "10s"))
    _check_choice(video, "resolution", ("360p", "540p", "720p", "1080p"))
    for name in ("start_frame", "end_frame"):
        if video.get(name) is not None:
            references.check(f"video.{name}", video[name])
            if video.get("duration") == "10s":
                raise refused(422, f"video.{name} is not supported with duration 10s; use keyframes")
    _check_look(video, kind)
    grid = GRID[str(video.get("duration", "5s"))]
    _check_anchors("video", video, ("start_frame", "end_frame", "loop"), grid, references)
    edit = video.get("edit")
    if edit is not None:
        _check_edit(edit, video, kind, references)
    if video.get("source_position") is not None and kind != "video_reframe":
        raise refused(422, "video.source_position is only valid for type 'video_reframe'")


def _check_look(video: Mapping[str, object], kind: str) -> None:
    hdr, loop = video.get("hdr"), video.get("loop")
    if hdr and (kind == "video_reframe" or video.get("resolution", "720p") not in ("720p", "1080p")):
        raise refused(422, "video.hdr is not supported for this type and resolution")
    if video.get("exr_export") and not hdr:
        raise refused(422, "video.exr_export requires hdr")
    if loop and (kind != "video" or hdr or video.get("duration") == "10s"):
        raise refused(422, "video.loop is only valid for type 'video', not with 10s or hdr")


def _check_edit(edit: object, video: Mapping[str, object], kind: str, references: MediaReferences) -> None:
    if kind != "video_edit":
        raise refused(422, "video.edit is only valid for type 'video_edit'")
    if not isinstance(edit, dict) or set(edit) - EDIT_FIELDS:
        raise refused(422, "video.edit: unknown fields")
    _check_choice(edit, "strength", tuple(sorted(STRENGTHS)))
    if edit.get("keyframes") is not None and video.get("start_frame") is not None:
        raise refused(422, "video.edit.keyframes excludes video.start_frame")
    _check_anchors("video.edit", edit, (), None, references)


def _check_anchors(
    field: str,
    holder: Mapping[str, object],
    excluded: tuple[str, ...],
    grid: int | None,
    references: MediaReferences,
) -> None:
    """Check keyframes and their positions: as many of each, every position once and on the grid."""
    frames, indexes = holder.get("keyframes"), holder.get("keyframe_indexes")
    if frames is None and indexes is None:
        return
    if not isinstance(frames, list) or not isinstance(indexes, list) or len(frames) != len(indexes):
        raise refused(422, f"{field}.keyframes and {field}.keyframe_indexes must have the same length")
    if not 1 <= len(frames) <= MAX_ANCHORS or len(set(indexes)) != len(indexes):
        raise refused(422, f"{field}.keyframes: 1 to {MAX_ANCHORS} anchors at unique indexes")
    if grid is not None and any(not isinstance(index, int) or not 0 <= index <= grid for index in indexes):
        raise refused(422, f"{field}.keyframe_indexes must be in 0..{grid}")
    if any(holder.get(name) for name in excluded):
        raise refused(422, f"{field}.keyframes excludes {', '.join(excluded)}")
    references.check_all(f"{field}.keyframes", frames)


def _check_choice(holder: Mapping[str, object], name: str, allowed: tuple[object, ...]) -> None:
    if name in holder and holder[name] not in allowed:
        raise refused(422, f"{name}: '{holder[name]}' is not one of {', '.join(map(str, allowed))}")
