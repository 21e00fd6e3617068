"""Turns failures of the renderer into exceptions."""

from __future__ import annotations

import av

from tarash.tarash_gateway.plugin import GenerationFailedError, TarashException

RENDER_ERRORS = (OSError, ValueError, ArithmeticError, MemoryError, av.FFmpegError)
"""What Pillow and PyAV raise: for a full disk, a folder without permission, an image that does not decode, an encoder's refusal."""


def render_failed(error: Exception) -> TarashException:
    """Return the exception for a render that broke."""
    return GenerationFailedError(f"rendering failed: {type(error).__name__}: {error}", allows_fallback=True)
