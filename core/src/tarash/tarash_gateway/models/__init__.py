"""The public data models: configurations, requests, responses, updates and the ledger."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from .config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from .media_field import read_media
from .metadata import Adjustment, AttemptMetadata, ExecutionMetadata
from .mock import MockConfig, MockResponse
from .request import GenerationRequest, ImageGenerationRequest, ImageInput, VideoGenerationRequest
from .response import GenerationResponse, ImageGenerationResponse, ResponseAsset, VideoGenerationResponse
from .update import ImageGenerationUpdate, ProgressUpdate, VideoGenerationUpdate

__all__ = [
    "Adjustment",
    "AttemptMetadata",
    "ExecutionMetadata",
    "GenerationConfig",
    "GenerationRequest",
    "GenerationResponse",
    "ImageGenerationConfig",
    "ImageGenerationRequest",
    "ImageGenerationResponse",
    "ImageGenerationUpdate",
    "ImageInput",
    "MockConfig",
    "MockResponse",
    "ProgressUpdate",
    "ResponseAsset",
    "VideoGenerationConfig",
    "VideoGenerationRequest",
    "VideoGenerationResponse",
    "VideoGenerationUpdate",
    "read_media",
]

if TYPE_CHECKING:
    from ..mapping.table import ModalityName as Modality
    from ..mapping.table import Model


class _CallableModule(ModuleType):
    """The contract has both `tarash.tarash_gateway.models` the package and `models("fal")` the function; this is both."""

    def __call__(self, provider: str, *, modality: Modality | None = None) -> tuple[Model, ...]:
        from ..api import models

        return models(provider, modality=modality)


sys.modules[__name__].__class__ = _CallableModule
