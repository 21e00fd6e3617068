"""Writes bodies of the path-based design: `contents` lists the prompt and the inputs, `settings` has the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from tarash.tarash_gateway.plugin import Phrase, ValidationError, mention, wire, wrong_field

DEFAULT_ASPECT_RATIO = "16:9"
_OMNI_TYPES = frozenset({"refer_image", "base_video", "feature_video"})


def path_body(route: str, mapped: Mapping[str, object]) -> dict[str, object]:
    """Return the body for a row's mapped members.

    Args:
        route: "generate", "omni-video", "motion-control" or "any", as in the tables.
        mapped: members by the tables' names; `contents` of `extra_params` go to the end of the list.
    """
    _check_shapes(mapped)
    body = dict(mapped)
    video_role = _video_role(body.pop("video_role", None))
    frames = [_frame(name, body.pop(name)) for name in ("first_frame", "last_frame") if name in body]
    images = wire.items(body.pop("references", None))
    video = body.pop("video", None)
    added = wire.items(body.pop("contents", None))
    inputs: list[object] = [*frames, *added]
    if route == "motion-control":
        inputs = [{"type": "image", "url": body.pop("image", None)}, {"type": "video", "url": video}, *added]
    else:
        inputs += [{"type": "refer_image", "url": url, "id": f"image_{n}"} for n, url in enumerate(images, 1)]
        inputs += [] if video is None else [{"type": video_role, "url": video, "id": "video_1"}]
    if route == "omni-video":
        _complete_omni(body, {str(wire.text(item, "type")) for item in inputs})
    if inputs or route in ("omni-video", "motion-control"):
        # text to video alone has `prompt` as a member; elsewhere it is one of the contents
        prompt = body.pop("prompt", None)
        body["contents"] = ([] if prompt is None else [{"type": "prompt", "text": prompt}]) + inputs
    return body


def operation(route: str, body: Mapping[str, object]) -> str:
    """Return the first segment of the endpoint for a finished body."""
    if route in ("omni-video", "motion-control"):
        return route
    kinds = {wire.text(item, "type") for item in wire.items(body, "contents")}
    if route == "any" and kinds & _OMNI_TYPES:
        return "omni-video"
    return "image-to-video" if kinds else "text-to-video"


def _check_shapes(mapped: Mapping[str, object]) -> None:
    for name, kind, told in (
        ("settings", Mapping, "a mapping"),
        ("options", Mapping, "a mapping"),
        ("contents", list, "a list"),
    ):
        if name in mapped and not isinstance(mapped[name], kind):
            wrong = wrong_field("extra_params", key=name)
            raise ValidationError(wrong + f" must be {told}, as in Kling's own API")


def _complete_omni(body: dict[str, object], kinds: set[str]) -> None:
    settings = cast("dict[str, object]", body.setdefault("settings", {}))
    if "base_video" in kinds and kinds & {"first_frame", "last_frame"}:
        raise ValidationError(
            Phrase(
                "a video to edit excludes ",
                Phrase(" and ").join(map(wrong_field, ("first_frame", "last_frame"))),
                "; leave the frames out, or give ",
                mention("extra_params", {"video_role": "feature"}),
                " to use the video as a reference",
            )
        )
    if "feature_video" in kinds:
        if settings.get("audio") not in (None, "off"):
            raise ValidationError(
                wrong_field("generate_audio", value=True)
                + " is not offered with a reference video; leave it out",
                allows_fallback=True,
            )
        # the only value that Kling takes with a reference video (omni video page, 2026-09-20)
        settings["multi_shot"] = True
    if not kinds & {"first_frame", "base_video", "feature_video"}:
        # required here, although the page's table calls it optional and names this as its default
        settings.setdefault("aspect_ratio", DEFAULT_ASPECT_RATIO)


def _frame(name: str, url: object) -> dict[str, object]:
    return {"type": name, "url": url}


def _video_role(word: object) -> str:
    if word not in (None, "base", "feature"):
        raise ValidationError(
            wrong_field("extra_params", word, key="video_role")
            + " is not offered; use 'base' (edit) or 'feature' (refer to)"
        )
    return f"{word or 'base'}_video"
