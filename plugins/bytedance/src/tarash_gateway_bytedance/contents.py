"""The list of content items in which a video task takes its prompt and its media.

Source: byteplus-python-sdk-v2 3.0.63 (create_task_content_param); comfy-cli 1.23.0 (OpenAPI); read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Media, wire

KINDS: Mapping[str, str] = {
    "first_frame": "image_url",
    "last_frame": "image_url",
    "reference_image": "image_url",
    "reference_video": "video_url",
    "reference_audio": "audio_url",
}
"""Role → type of the item, and name of its member, in the order in which items are sent."""


def content_items(parts: Mapping[str, object]) -> list[dict[str, object]]:
    """Return the items: the text first, then the media.

    Args:
        parts: the text, and the media by role: one URL, sound or picture, or a list of them.
    """
    items: list[dict[str, object]] = [{"type": "text", "text": parts["text"]}] if "text" in parts else []
    for role, kind in KINDS.items():
        for item in wire.one_or_more(parts, role):
            url = item.as_text() if isinstance(item, Media) else item
            items.append({"type": kind, kind: {"url": url}, "role": role})
    return items
