"""Maps a request by the model's row: what the core does for a plugin without `tarash_map`."""

from __future__ import annotations

from ..mapping.apply import Mapped, apply_row
from ..models.request import GenerationRequest
from .call import Call


def default_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row's field mappers, as the core does for a plugin without `tarash_map`; call it in a `tarash_map` that refines it.

    Raises:
        ValidationError: the model cannot take the request; the message lists what is allowed.
    """
    return apply_row(
        call.row,
        request,
        provider=call.provider.id,
        model=call.model,
        mode=call.unsupported,
        is_fallback=call.is_fallback,
    )


__all__ = ["default_map"]
