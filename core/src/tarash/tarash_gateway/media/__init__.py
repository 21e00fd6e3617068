"""Images, videos and sound: their kinds, reading inputs, redaction, and saving results."""

from __future__ import annotations

from .inputs import Media, to_media

__all__ = ["Media", "to_media"]
