"""Model Studio's endpoints, as the rows name them: the path below `/services/aigc/`, and what each takes.

Source: dashscope 2.0.2 (aigc/video_synthesis.py, image_synthesis.py, image_generation.py).
"""

from __future__ import annotations

from typing import Final

from tarash.tarash_gateway.plugin import Call

VIDEOS: Final = "video-generation/video-synthesis"
KEYFRAMES: Final = "image2video/video-synthesis"
IMAGES_AT_ONCE: Final = "multimodal-generation/generation"
"""Answers with the images; takes a message in place of a prompt."""
IMAGE_TASKS: Final = "image-generation/generation"
"""The same as a task."""
TEXT_TO_IMAGE: Final = "text2image/image-synthesis"
IMAGE_TO_IMAGE: Final = "image2image/image-synthesis"

MESSAGES: Final = frozenset({IMAGES_AT_ONCE, IMAGE_TASKS})


def route_of(call: Call) -> str:
    """Return the endpoint that serves the call's model."""
    if call.row.route == VIDEOS and "kf2v" in call.model:
        # the older models between two frames; only names without a row of their own
        return KEYFRAMES
    return call.row.route


def is_task(route: str) -> bool:
    """Return whether the endpoint creates a task, rather than answer with the result."""
    return route != IMAGES_AT_ONCE
