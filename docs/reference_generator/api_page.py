"""The page that lists every public name of the gateway, in groups."""

from __future__ import annotations

import importlib

from .entries import entry, summary
from .markdown import page, table

PACKAGE = "tarash.tarash_gateway"
GROUPS = {
    "Generate": ("generate_video", "generate_video_async", "generate_image", "generate_image_async"),
    "Submit now, collect later": (
        "submit_video", "submit_video_async", "submit_image", "submit_image_async", "resume", "resume_async", "Job",
        "ResumableJob", "Journal",
    ),
    "Look first": ("plan_video", "plan_image", "Plan", "PlannedAttempt", "providers", "find_models", "FoundModel"),
    "Extend": ("register_provider", "register_model", "register_extension", "read_webhook", "Gateway"),
    "Mock": ("MockConfig", "MockResponse"),
    "Receive": (
        "VideoGenerationResponse", "ImageGenerationResponse", "ResponseAsset", "ExecutionMetadata", "AttemptMetadata",
        "Adjustment", "ProgressUpdate", "VideoGenerationUpdate", "ImageGenerationUpdate",
    ),
    "Try again": ("is_retryable_error",),
}  # fmt: skip
"""Names of the package with an entry on this page, by heading; exceptions have a page of their own."""
CONFIGURED = (
    "VideoGenerationConfig", "ImageGenerationConfig", "VideoGenerationRequest", "ImageGenerationRequest", "ImageInput",
)  # fmt: skip
"""Names whose fields are on the page of configuration."""


def api_page() -> str:
    """Return the page."""
    package = importlib.import_module(PACKAGE)
    listed = {*CONFIGURED, *(name for names in GROUPS.values() for name in names)}
    about = (
        f"Everything on this page is imported from `{PACKAGE}`. What is not on it may change without notice. Durations are in seconds, "
        "sizes in bytes, costs in US dollars, times aware UTC, unless a name says otherwise."
    )
    blocks = [
        about,
        "Authors of plugins find theirs on [the page of the plugin API](plugin-api.md).",
        "## Configure and ask",
        "Their fields are on [the page of configuration](configuration.md).",
        table(("name", "meaning"), [(f"`{name}`", summary(getattr(package, name))) for name in CONFIGURED]),
    ]
    for group, names in GROUPS.items():
        blocks.append(f"## {group}")
        blocks.extend(entry(name, getattr(package, name)) for name in names)
    errors = [name for name in package.__all__ if name not in listed]
    blocks += [
        "## Exceptions and warnings",
        "Each has a section on [the page of errors](errors.md).",
        table(("name", "meaning"), [(f"`{name}`", summary(getattr(package, name))) for name in errors]),
    ]
    return page("Public names", *blocks)
