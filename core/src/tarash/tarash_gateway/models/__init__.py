"""The public data models: configurations, requests, responses, updates and the ledger."""

from __future__ import annotations

from .config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from .media_field import read_media
from .metadata import Adjustment, AttemptMetadata, ExecutionMetadata
from .mock import MockConfig, MockResponse
from .modality import IMAGE, VIDEO, Modality, Sample, modality_named, modality_of, register_modality
from .request import GenerationRequest, ImageGenerationRequest, ImageInput, VideoGenerationRequest
from .response import GenerationResponse, ImageGenerationResponse, ResponseAsset, VideoGenerationResponse
from .update import ImageGenerationUpdate, ProgressUpdate, VideoGenerationUpdate

__all__ = [
    "IMAGE",
    "VIDEO",
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
    "Modality",
    "ProgressUpdate",
    "ResponseAsset",
    "Sample",
    "VideoGenerationConfig",
    "VideoGenerationRequest",
    "VideoGenerationResponse",
    "VideoGenerationUpdate",
    "modality_named",
    "modality_of",
    "read_media",
    "register_modality",
]
