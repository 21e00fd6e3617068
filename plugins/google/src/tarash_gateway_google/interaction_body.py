"""Builds the body of an interaction: input parts, the roles of images in the prompt, task, output format."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Call, wire

from .models import bare_name
from .settings import GoogleSettings, uses_vertex

_MEDIA = ("first_frame", "last_frame", "references", "video")


def interaction_body(call: Call, flat: Mapping[str, object]) -> dict[str, object]:
    """Return the body of a background interaction that makes a video; extra parameters override every default."""
    prompt = wire.text(flat, "prompt") or ""
    first, last, video = flat.get("first_frame"), flat.get("last_frame"), flat.get("video")
    references = wire.items(flat, "references")
    images = [image for image in (first, last, *references) if image is not None]
    # the submit adds the media type to the bytes, or replaces them by a link
    media = [{"type": "image", "data": image} for image in images]
    media += [{"type": "video", "data": video}] if video is not None else []
    text = _with_roles(
        prompt, has_first=first is not None, has_last=last is not None, references=len(references)
    )
    body: dict[str, object] = {
        "model": bare_name(call.model),
        "input": [{"type": "user_input", "content": [{"type": "text", "text": text}, *media]}]
        if media
        else text,
        "background": True,
    }
    body |= {name: value for name, value in flat.items() if name not in (*_MEDIA, "prompt")}
    if body.get("stream") or body.get("store") is False:
        body.pop("background")
    task = _task(has_frame=first is not None, references=bool(references), video=video is not None)
    if task is not None:
        generation = wire.mapping(body, "generation_config")
        chosen = {"task": task, **wire.mapping(generation, "video_config")}
        body["generation_config"] = {**generation, "video_config": chosen}
    if isinstance(body.get("response_format", {}), Mapping):
        body["response_format"] = _response_format(call, wire.mapping(body, "response_format"))
    return body


def calls_webhook(call: Call, body: Mapping[str, object]) -> bool:
    """Return whether Google calls a webhook URL: only on the Gemini API, and only for what is generated in the background."""
    return bool(body.get("background")) and not uses_vertex(call)


def _with_roles(prompt: str, *, has_first: bool, has_last: bool, references: int) -> str:
    """Say in the prompt what each image is for, unless it already does.

    The API has no field for it: the tags `<FIRST_FRAME>` and `<IMAGE_REF_n>` say it, or a list of sources before the
    text. For a first and a last frame, the task says enough.
    """
    if "<FIRST_FRAME>" in prompt or "<IMAGE_REF_" in prompt or has_last:
        return prompt
    before = 1 if has_first else 0
    names = " ".join(f"<IMAGE_REF_{index}>@Image{index + 1 + before}" for index in range(references))
    if references and has_first:
        return f"[# Sources <FIRST_FRAME>@Image1] [# References {names}] {prompt}"
    if references:
        return f"[# References {names}] {prompt}"
    return f"<FIRST_FRAME> {prompt}" if has_first else prompt


def _task(*, has_frame: bool, references: bool, video: bool) -> str | None:
    """Return the task that follows from the inputs; None leaves it to the model."""
    if video:
        return "edit"
    if has_frame:
        # no task takes a frame together with references
        return None if references else "image_to_video"
    return "reference_to_video" if references else None


def _response_format(call: Call, asked: Mapping[str, object]) -> dict[str, object]:
    """Ask for a link rather than for bytes inside JSON; Vertex AI links only to a bucket."""
    shape: dict[str, object] = {"type": "video"}
    if not uses_vertex(call):
        shape["delivery"] = "uri"
    elif (folder := call.settings_as(GoogleSettings).storage_uri) is not None:
        shape |= {"delivery": "uri", "gcs_uri": folder}
    else:
        shape["delivery"] = "inline"
    return {**shape, **asked}
