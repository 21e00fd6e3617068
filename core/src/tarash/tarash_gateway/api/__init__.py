"""The module-level functions: the methods of the `Gateway` that the process shares."""

from __future__ import annotations

from .images import (
    generate_image,
    generate_image_async,
    plan_image,
    plan_image_async,
    submit_image,
    submit_image_async,
)
from .jobs import cancel, cancel_async, read_webhook, resume, resume_async, status, status_async
from .tables import find_models, providers, register_extension, register_model, register_provider
from .videos import (
    generate_video,
    generate_video_async,
    plan_video,
    plan_video_async,
    submit_video,
    submit_video_async,
)

__all__ = [
    "cancel", "cancel_async", "find_models", "generate_image", "generate_image_async", "generate_video", "generate_video_async",
    "plan_image", "plan_image_async", "plan_video", "plan_video_async", "providers", "read_webhook", "register_extension",
    "register_model", "register_provider", "resume", "resume_async", "status", "status_async", "submit_image",
    "submit_image_async", "submit_video", "submit_video_async",
]  # fmt: skip
