"""Owns the guess whether a model makes pictures or clips, for simulators that answer for any model name."""

from __future__ import annotations

IMAGE_MARKS = ("text-to-image", "image-to-image", "/edit", "image-edit")
VIDEO_MARKS = (
    "video", "veo", "sora", "kling", "seedance", "wan", "ltx", "hailuo", "minimax", "pixverse", "ray", "luma",
    "gen4", "gen-4", "hunyuan", "mochi", "happyhorse", "flux-3",
)  # fmt: skip
IMAGE_NAMES = (
    "photon",
    "image-01",
    "qwen-image",
    "grok-imagine-image",
    "gpt-image",
    "gen4-image",
    "wan-2.7-image",
)


def makes_images(model: str) -> bool:
    """Whether a model name sounds like pictures rather than clips."""
    name = model.lower()
    if "video" not in name and any(mark in name for mark in (*IMAGE_MARKS, *IMAGE_NAMES)):
        return True
    return not any(mark in name for mark in VIDEO_MARKS)
