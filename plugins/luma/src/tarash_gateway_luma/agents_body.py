"""The body of a generation on the Agents API: its type, and the rules between its members.

Source: luma-agents 0.5.0 (parameter types); Luma Agents API documentation, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Adjustments
from tarash.tarash_gateway.plugin import Phrase, ValidationError, wire, wrong_field

from .anchors import check_anchors, with_anchors
from .models import EDIT_STRENGTHS

VIDEO_TYPES = ("video", "video_edit", "video_reframe")
IMAGE_TYPES = ("image", "image_edit", "layering")
MAX_LAYERING_PROMPT = 500
# the source is one of the nine images
MAX_EDIT_REFERENCES = 8
CONTROL_SHARES = (("depth", "blur"), ("normals", "augmentation"), ("trajectory", "sparsity"))


def agents_body(modality: str, payload: Mapping[str, object], adjustments: Adjustments) -> dict[str, object]:
    """Return the body to send; `adjustments` refuses surplus images.

    Raises:
        ValidationError: members that Luma does not take together.
    """
    body: dict[str, object] = {"model": adjustments.model, **payload}
    if modality == "image":
        return _image_body(body, adjustments)
    kind = _kind(body, VIDEO_TYPES)
    if kind != "video" and "source" not in body:
        raise ValidationError(f"type={kind!r} works on a video; give one as " + wrong_field("video"))
    if kind == "video" and "source" in body:
        reason = "is given, but type='video' takes no input video; use type 'video_edit' or 'video_reframe'"
        raise adjustments.lose("video", body["source"], reason)
    settings = wire.mapping(body, "video")
    if kind == "video":
        settings = with_anchors(settings)
    _check_settings(settings, kind)
    if settings:
        body["video"] = settings
    return {**body, "type": kind}


def _image_body(body: dict[str, object], adjustments: Adjustments) -> dict[str, object]:
    kind = _kind(body, IMAGE_TYPES)
    references = wire.items(body, "image_ref")
    if kind == "image" and "source" in body:
        reason = "is given, but type='image' takes no image to edit"
        raise adjustments.lose("first_frame", body["source"], reason)
    if kind != "image" and "source" not in body:
        if not references:
            wrong = wrong_field("first_frame", code="an image of type 'first_frame'")
            raise ValidationError(f"type={kind!r} works on an image; give " + wrong)
        body["source"], references = references[0], references[1:]
    if kind == "image_edit" and len(references) > MAX_EDIT_REFERENCES:
        reason = f"are too many; at most {MAX_EDIT_REFERENCES} are allowed in addition to the image to edit"
        raise adjustments.lose("reference images", len(references), reason)
    body.pop("image_ref", None)
    if references:
        body["image_ref"] = references
    _check_word(body, "output_format", ("png", "jpeg"))
    if kind == "layering":
        _check_layering(body)
    return {**body, "type": kind}


def _kind(body: Mapping[str, object], offered: tuple[str, ...]) -> str:
    """Return the type asked for; by default creation without an input, and editing with one."""
    asked = body.get("type")
    if asked is None:
        return offered[1] if "source" in body else offered[0]
    if asked not in offered:
        raise ValidationError(f"type={asked!r} is not offered here; use {', '.join(offered)}")
    return str(asked)


def _check_layering(body: Mapping[str, object]) -> None:
    if str(body["model"]).startswith("uni-1-max"):
        raise ValidationError("type='layering' is not offered by uni-1-max; use uni-1")
    if len(wire.text(body, "prompt") or "") > MAX_LAYERING_PROMPT:
        raise ValidationError(
            f"a prompt for layering has at most {MAX_LAYERING_PROMPT} characters; shorten it"
        )
    _check_word(wire.mapping(body, "layering"), "resolution", ("1k", "2k"))


def _check_settings(settings: Mapping[str, object], kind: str) -> None:
    """Check the members of `video` that only some types take."""
    hdr, loop = settings.get("hdr"), settings.get("loop")
    if hdr and kind == "video_reframe":
        raise ValidationError("video.hdr is not offered for type 'video_reframe'; leave it out")
    if hdr and settings.get("resolution", "720p") not in ("720p", "1080p"):
        raise ValidationError(
            Phrase(
                "video.hdr is not offered with ",
                wrong_field("resolution", settings["resolution"]),
                "; use 720p or 1080p",
            )
        )
    if settings.get("exr_export") and not hdr:
        raise ValidationError("video.exr_export is only offered with video.hdr; set both, or neither")
    if loop and (kind != "video" or hdr or settings.get("duration") == "10s"):
        raise ValidationError("video.loop is only offered for new clips of 5 seconds without video.hdr")
    check_anchors("video", settings, excluded=("start_frame", "end_frame", "loop"), on_grid=True)
    if settings.get("source_position") is not None:
        _check_position(settings, kind)
    if settings.get("edit") is not None:
        _check_edit(settings, kind)


def _check_position(settings: Mapping[str, object], kind: str) -> None:
    if kind != "video_reframe":
        raise ValidationError("video.source_position is only offered for type 'video_reframe'")
    position = wire.mapping(settings, "source_position")
    missing = [
        name for name in ("x_norm", "y_norm", "w_norm", "h_norm") if wire.number(position, name) is None
    ]
    if missing:
        raise ValidationError(
            f"video.source_position lacks {', '.join(missing)}; give all four as shares of the canvas"
        )
    for name in ("w_norm", "h_norm"):
        if not 0 < (wire.number(position, name) or 0) <= 2:
            raise ValidationError(f"video.source_position.{name} is out of range; use more than 0, at most 2")


def _check_edit(settings: Mapping[str, object], kind: str) -> None:
    if kind != "video_edit":
        raise ValidationError("video.edit is only offered for type 'video_edit', which takes an input video")
    edit = wire.mapping(settings, "edit")
    _check_word(edit, "strength", EDIT_STRENGTHS)
    check_anchors("video.edit", edit, excluded=(), on_grid=False)
    if edit.get("keyframes") and settings.get("start_frame"):
        raise ValidationError(
            "video.edit.keyframes excludes a first frame; give it as the keyframe of index 0"
        )
    controls = wire.mapping(edit, "controls")
    _check_word(wire.mapping(controls, "pose"), "strength", ("precise", "coarse"))
    for control, member in CONTROL_SHARES:
        share = wire.number(controls, control, member)
        if share is not None and not 0 <= share <= 1:
            raise ValidationError(
                f"video.edit.controls.{control}.{member}={share:g} is out of range; use 0 to 1"
            )


def _check_word(holder: Mapping[str, object], name: str, offered: tuple[str, ...]) -> None:
    value = holder.get(name)
    if value is not None and value not in offered:
        raise ValidationError(f"{name}={value!r} is not offered; use {', '.join(offered)}")
