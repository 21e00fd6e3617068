"""The models that the provider `local` alone stands for: they draw on this machine, without a key and without a price."""

from __future__ import annotations

from collections.abc import Mapping

LOCAL = "local"
LOCAL_MODELS: Mapping[str, str] = {"video": "animatic", "image": "still"}
"""The model by the name of its modality."""

__all__ = ["LOCAL", "LOCAL_MODELS"]
