"""The public data models: configurations, requests, responses, updates and the ledger."""

from __future__ import annotations

from .cancellation import CancelResult
from .config import FallbackReason, GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from .media_field import read_media
from .metadata import Adjustment, AttemptMetadata, ExecutionMetadata
from .mock import MockConfig, MockResponse
from .modality import IMAGE, VIDEO, Modality, Sample, modality_named, modality_of, register_modality
from .request import (
    AspectRatio,
    GenerationRequest,
    ImageGenerationRequest,
    ImageInput,
    ImageType,
    MediaContent,
    MediaSource,
    Resolution,
    VideoGenerationRequest,
)
from .response import (
    GenerationResponse,
    ImageGenerationResponse,
    Outputs,
    ResponseAsset,
    VideoGenerationResponse,
)
from .update import ImageGenerationUpdate, ProgressUpdate, VideoGenerationUpdate

__all__ = [
    "IMAGE",
    "VIDEO",
    "Adjustment",
    "AspectRatio",
    "AttemptMetadata",
    "CancelResult",
    "ExecutionMetadata",
    "FallbackReason",
    "GenerationConfig",
    "GenerationRequest",
    "GenerationResponse",
    "ImageGenerationConfig",
    "ImageGenerationRequest",
    "ImageGenerationResponse",
    "ImageGenerationUpdate",
    "ImageInput",
    "ImageType",
    "MediaContent",
    "MediaSource",
    "MockConfig",
    "MockResponse",
    "Modality",
    "Outputs",
    "ProgressUpdate",
    "Resolution",
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
