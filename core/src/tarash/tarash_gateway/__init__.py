"""Tarash Gateway: one API over every AI media generator.

    from tarash.tarash_gateway import generate_video

    response = generate_video("local/animatic", prompt="a calm lake at sunrise", duration_seconds=4)
    response.save("lake.mp4")

Importing this package is fast: each name is loaded when it is first used.
"""

# ruff: noqa: F405 - exceptions are named only once here, in `__all__`; type checkers find them in `exceptions`

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api import (
        cancel,
        cancel_async,
        find_models,
        generate_image,
        generate_image_async,
        generate_video,
        generate_video_async,
        plan_image,
        plan_image_async,
        plan_video,
        plan_video_async,
        providers,
        read_webhook,
        register_extension,
        register_model,
        register_provider,
        resume,
        resume_async,
        status,
        status_async,
        submit_image,
        submit_image_async,
        submit_video,
        submit_video_async,
    )
    from .discovery import FoundModel, InstalledProvider
    from .exceptions import *  # noqa: F403 - see above
    from .gateway import Gateway
    from .job import Job, Journal
    from .journal_folder import JournalFolder
    from .media.saving import SaveProgress
    from .models import (
        Adjustment,
        AspectRatio,
        AttemptMetadata,
        CancelResult,
        ExecutionMetadata,
        ImageGenerationConfig,
        ImageGenerationRequest,
        ImageGenerationResponse,
        ImageGenerationUpdate,
        ImageInput,
        ImageType,
        MediaContent,
        MockConfig,
        MockResponse,
        ProgressUpdate,
        Resolution,
        ResponseAsset,
        VideoGenerationConfig,
        VideoGenerationRequest,
        VideoGenerationResponse,
        VideoGenerationUpdate,
    )
    from .plan import Plan, PlannedAttempt

__version__ = "1.0.0.dev0"

_HOMES = {
    "api": (
        "cancel", "cancel_async", "find_models", "generate_image", "generate_image_async", "generate_video", "generate_video_async",
        "plan_image", "plan_image_async", "plan_video", "plan_video_async", "providers", "read_webhook", "register_extension",
        "register_model", "register_provider", "resume", "resume_async", "status", "status_async", "submit_image",
        "submit_image_async", "submit_video", "submit_video_async",
    ),
    "discovery": ("FoundModel", "InstalledProvider"),
    "gateway": ("Gateway",),
    "job": ("Job", "Journal"),
    "journal_folder": ("JournalFolder",),
    "media.saving": ("SaveProgress",),
    "models": (
        "Adjustment", "AspectRatio", "AttemptMetadata", "CancelResult", "ExecutionMetadata", "ImageGenerationConfig",
        "ImageGenerationRequest", "ImageGenerationResponse", "ImageGenerationUpdate", "ImageInput", "ImageType", "MediaContent",
        "MockConfig", "MockResponse", "ProgressUpdate", "Resolution", "ResponseAsset", "VideoGenerationConfig", "VideoGenerationRequest",
        "VideoGenerationResponse", "VideoGenerationUpdate",
    ),
    "plan": ("Plan", "PlannedAttempt"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
"""The module of each public name; a name that is missing here is an exception."""

logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name, "exceptions" if name in __all__ else None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "Adjustment",
    "AspectRatio",
    "AttemptMetadata",
    "AuthenticationError",
    "BudgetExceededError",
    "CancelResult",
    "ContentModerationError",
    "DownloadError",
    "ExecutionMetadata",
    "FallbackExhaustedError",
    "FoundModel",
    "Gateway",
    "GenerationFailedError",
    "HTTPConnectionError",
    "HTTPError",
    "ImageGenerationConfig",
    "ImageGenerationRequest",
    "ImageGenerationResponse",
    "ImageGenerationUpdate",
    "ImageInput",
    "ImageType",
    "InstalledProvider",
    "Job",
    "Journal",
    "JournalError",
    "JournalFolder",
    "MediaContent",
    "MockConfig",
    "MockResponse",
    "ModelLifecycleWarning",
    "ModelNotFoundError",
    "Plan",
    "PlannedAttempt",
    "PluginError",
    "ProgressUpdate",
    "ProviderNotInstalledError",
    "QuotaExceededError",
    "RateLimitError",
    "Resolution",
    "ResponseAsset",
    "ResumableJob",
    "SaveProgress",
    "SubmissionUnknownError",
    "TarashException",
    "TimeoutError",
    "UnexpectedResponseError",
    "UnknownModelWarning",
    "ValidationError",
    "VideoGenerationConfig",
    "VideoGenerationRequest",
    "VideoGenerationResponse",
    "VideoGenerationUpdate",
    "cancel",
    "cancel_async",
    "find_models",
    "generate_image",
    "generate_image_async",
    "generate_video",
    "generate_video_async",
    "is_retryable_error",
    "plan_image",
    "plan_image_async",
    "plan_video",
    "plan_video_async",
    "providers",
    "read_webhook",
    "register_extension",
    "register_model",
    "register_provider",
    "resume",
    "resume_async",
    "status",
    "status_async",
    "submit_image",
    "submit_image_async",
    "submit_video",
    "submit_video_async",
]
