"""Writes bodies of the legacy design under /v1, where the model is in `model_name`, and chooses their endpoints."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import ValidationError, wire, wrong_field

EFFECTS_PATH = "/v1/videos/effects"
NAMELESS = frozenset(
    {
        "/v1/videos/video-extend",
        "/v1/videos/advanced-lip-sync",
        EFFECTS_PATH,
        "/v1/videos/avatar/image2video",
        "/v1/images/editing/expand",
    }
)
"""Endpoints whose body names no model."""
OMNI_VIDEO = "/v1/videos/omni-video"
_KEEP_SOUND = {"on": "yes", "off": "no"}


def legacy_body(route: str, mapped: Mapping[str, object], *, model_name: str) -> dict[str, object]:
    """Return the body for a row's mapped members.

    Args:
        route: "videos", "images" or a whole path, as in the tables.
        mapped: members by the tables' names.
        model_name: as Kling spells it; without it, Kling's oldest model would run.
    """
    body = dict(mapped)
    if route == OMNI_VIDEO:
        _shape_omni_video(body)
    elif route == "/v1/images/omni-image":
        _wrap_images(body)
    elif route == EFFECTS_PATH:
        images = wire.items(body.pop("images", None))
        body["input"] = {
            **({"image": images[0]} if len(images) == 1 else {"images": images}),
            **wire.mapping(body, "input"),
        }
    elif route == "images":
        _shape_image(body)
    elif route == "videos":
        _wrap_images(body)
        if (
            not {"prompt", "multi_prompt"} & body.keys()
            and operation(route, body) != "/v1/videos/image2video"
        ):
            raise ValidationError(
                wrong_field("prompt")
                + " is required without a first frame; describe what the video should show"
            )
    return body if route in NAMELESS else {"model_name": model_name, **body}


def operation(route: str, body: Mapping[str, object]) -> str:
    """Return the endpoint's path for a finished body."""
    if route == "images":
        several = "subject_image_list" in body
        return "/v1/images/multi-image2image" if several else "/v1/images/generations"
    if route != "videos":
        return route
    if "image_list" in body:
        return "/v1/videos/multi-image2video"
    return f"/v1/videos/{'image2video' if 'image' in body or 'image_tail' in body else 'text2video'}"


def _shape_omni_video(body: dict[str, object]) -> None:
    images: list[object] = [{"image_url": url} for url in wire.items(body.pop("references", None))]
    for name, kind in (("first_frame", "first_frame"), ("last_frame", "end_frame")):
        if name in body:
            images.append({"image_url": body.pop(name), "type": kind})
    if images:
        # references first: `<<<image_1>>>` in the prompt is the first of them
        body["image_list"] = [*images, *wire.items(body, "image_list")]
    role = body.pop("video_role", None) or "base"
    if role not in ("base", "feature"):
        raise ValidationError(
            wrong_field("extra_params", role, key="video_role")
            + " is not offered; use 'base' (edit it) or 'feature' (refer to it)"
        )
    if "video" in body:
        video = {"video_url": body.pop("video"), "refer_type": role}
        keep = _KEEP_SOUND.get(str(body.pop("sound", None)))
        body["video_list"] = [{**video, "keep_original_sound": keep} if keep else video]


def _shape_image(body: dict[str, object]) -> None:
    """Write the images for the endpoint that takes one picture, or for the one that takes several subjects and a style."""
    images = wire.items(body.pop("references", None))
    if len(images) > 1 or (images and "style_image" in body):
        body["subject_image_list"] = [{"subject_image": url} for url in images]
    elif images:
        body["image"] = images[0]
    elif "style_image" in body:
        raise ValidationError(
            "a style image alone is not offered; give one to four reference images too", allows_fallback=True
        )


def _wrap_images(body: dict[str, object]) -> None:
    """Wrap the plain URLs of `image_list` in objects; items that `extra_params` gave in Kling's own form stay as they are."""
    if isinstance(body.get("image_list"), list):
        body["image_list"] = [
            {"image": item} if isinstance(item, str) else item for item in wire.items(body, "image_list")
        ]
