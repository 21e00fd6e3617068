"""Writes the page of the public names, in groups."""

from __future__ import annotations

import importlib

from .entries import entry, summary
from .markdown import page, table

PACKAGE = "tarash.tarash_gateway"
GROUPS = {
    "Generate": ("generate_video", "generate_video_async", "generate_image", "generate_image_async"),
    "Submit now, collect later": (
        "submit_video", "submit_video_async", "submit_image", "submit_image_async", "resume", "resume_async", "status",
        "status_async", "cancel", "cancel_async", "CancelResult", "Job", "ResumableJob", "Journal", "JournalFolder",
    ),
    "Plan and find models": (
        "plan_video", "plan_video_async", "plan_image", "plan_image_async", "Plan", "PlannedAttempt", "providers",
        "InstalledProvider", "find_models", "FoundModel",
    ),
    "Own connections and limits": ("Gateway",),
    "Receive webhooks": ("read_webhook",),
    "Responses and progress": (
        "VideoGenerationResponse", "ImageGenerationResponse", "ResponseAsset", "SaveProgress", "ExecutionMetadata",
        "AttemptMetadata", "Adjustment", "ProgressUpdate", "VideoGenerationUpdate", "ImageGenerationUpdate",
    ),
    "Mock": ("MockConfig", "MockResponse"),
    "Extend": ("register_provider", "register_model", "register_extension"),
    "Retry": ("is_retryable_error",),
}  # fmt: skip
"""The names with an entry on this page, by heading. Exceptions are on the errors page."""
CONFIGURED = (
    "VideoGenerationConfig", "ImageGenerationConfig", "VideoGenerationRequest", "ImageGenerationRequest", "ImageInput",
)  # fmt: skip
"""The names whose fields are on the configuration page."""

TYPES = {
    "AspectRatio": "Common aspect ratios, to annotate your own code; a request takes any ratio.",
    "Resolution": "Common resolutions, to annotate your own code; a request takes any resolution.",
    "ImageType": "An input image as a dictionary with `image` and `type`; `ImageInput` is the class, which checks it.",
    "MediaContent": "An image or a video as a dictionary with `content`, its bytes, and `content_type`.",
}
"""The names that only annotate code, with what they mean: aliases have no docstring."""


def api_page() -> str:
    """Return the page."""
    package = importlib.import_module(PACKAGE)
    listed = {*CONFIGURED, *TYPES, *(name for names in GROUPS.values() for name in names)}
    about = (
        f"Import everything on this page from `{PACKAGE}`. Anything else may change without notice. Unless a name says otherwise, "
        "durations are in seconds, sizes in bytes and costs in US dollars, and times are aware, in UTC. Later versions may add fields to "
        "what is returned, and words to a `Literal`, so give a `match` on one a default case."
    )
    elsewhere = (
        "To write plugins, see the [plugin API](plugin-api.md). It also describes types in these signatures that come from other "
        f"modules: `Event`, `WebhookEvent` and `Secret` from `{PACKAGE}.plugin`, and `GenerationConfig`, `GenerationRequest` and "
        f"`GenerationResponse` from `{PACKAGE}.models`. `Limits` from `{PACKAGE}.transport` is in the "
        "[transport and registry API](transport-api.md)."
    )
    blocks = [
        about,
        elsewhere,
        "## Configure and request",
        "For their fields, see [Configuration](configuration.md).",
        table(("name", "meaning"), [(f"`{name}`", summary(getattr(package, name))) for name in CONFIGURED]),
    ]
    for group, names in GROUPS.items():
        blocks.append(f"## {group}")
        blocks.extend(entry(name, getattr(package, name)) for name in names)
    blocks += [
        "## Type annotations",
        table(("name", "meaning"), [(f"`{name}`", text) for name, text in TYPES.items()]),
    ]
    errors = [name for name in package.__all__ if name not in listed]
    blocks += [
        "## Exceptions and warnings",
        "For what to do about each, see [Errors](errors.md).",
        table(("name", "meaning"), [(f"`{name}`", summary(getattr(package, name))) for name in errors]),
    ]
    return page("Python API", *blocks)
