"""Images, videos and sound: what callers give, how it is recognised, masked, replaced by uploads, and saved."""

from __future__ import annotations

from .inputs import Media, to_media

__all__ = ["Media", "to_media"]
