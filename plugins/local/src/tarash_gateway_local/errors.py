"""How the renderer's failures are told."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import GenerationFailedError, TarashException


def render_failed(error: Exception) -> TarashException:
    """Return the exception for a render that broke: a full disk, a folder without permission, an encoder's refusal."""
    return GenerationFailedError(f"rendering failed: {type(error).__name__}: {error}", allows_fallback=True)
