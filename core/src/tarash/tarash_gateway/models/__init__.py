"""The public data models: configurations, requests, responses, updates and the ledger."""

from __future__ import annotations

from .mock import MockConfig, MockResponse
from .config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from .metadata import Adjustment, AttemptMetadata, ExecutionMetadata
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
]
