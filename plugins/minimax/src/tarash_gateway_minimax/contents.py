"""The list of content items in which the second version of the video API takes prompt and media.

Source: @ai-sdk/minimax 3.0.45 (minimax-video-model), read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Media, ValidationError, wire

KINDS: Mapping[str, str] = {
    "first_frame": "image_url",
    "last_frame": "image_url",
    "reference_image": "image_url",
    "reference_video": "video_url",
    "reference_audio": "audio_url",
}
"""Role → type of the item, and name of its member, in the order in which items are sent."""


def content_items(parts: Mapping[str, object], reference_audio: object) -> list[dict[str, object]]:
    """Return the items: the text first, then the media by role.

    Args:
        parts: the text, and the media by role: one URL or a list.
        reference_audio: what `extra_params` has under that name: one sound or a list of them.

    Raises:
        ValidationError: a sound without the image or video that it must accompany.
    """
    sounds = [
        item.as_text() if isinstance(item, Media) else item for item in wire.one_or_more(reference_audio)
    ]
    if sounds and not {"reference_image", "reference_video"} & set(parts):
        raise ValidationError(
            "reference_audio needs a reference image or a video to go with it; give one of them"
        )
    by_role = {**parts, "reference_audio": sounds}
    items: list[dict[str, object]] = [{"type": "text", "text": parts["text"]}] if "text" in parts else []
    for role, kind in KINDS.items():
        items += [{"type": kind, kind: {"url": url}, "role": role} for url in wire.one_or_more(by_role, role)]
    return items


def has_media(content: object) -> bool:
    """Return whether there is anything but text among the items."""
    return any(wire.text(item, "type") != "text" for item in wire.items(content))
