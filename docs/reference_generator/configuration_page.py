"""Writes the page of configurations, requests and environment variables."""

from __future__ import annotations

from collections.abc import Sequence

from tarash.tarash_gateway.discovery import Provider
from tarash.tarash_gateway.models.config import VideoGenerationConfig
from tarash.tarash_gateway.models.request import ImageGenerationRequest, ImageInput, VideoGenerationRequest
from tarash.tarash_gateway.plugin import ProviderInfo

from .field_table import field_table
from .markdown import code, codes, page, table


def configuration_page(providers: Sequence[Provider]) -> str:
    """Return the page."""
    environment = [
        (
            f"[`{provider.info.id}`](providers/{provider.info.id}.md)",
            _key_variables(provider.info),
            codes(provider.info.base_url_env),
            f"`{provider.info.base_url}`",
        )
        for provider in providers
    ]
    return page(
        "Configuration",
        "All of these objects are frozen. An unknown keyword raises a `ValidationError` that suggests the right one. A call in one "
        'line, such as `generate_video("fal/fal-ai/veo3.1", prompt="…", timeout=60)`, takes the fields of the request and of the '
        "configuration as keywords.",
        "## VideoGenerationConfig and ImageGenerationConfig\n\nBoth have the same fields.",
        field_table(VideoGenerationConfig),
        "## VideoGenerationRequest",
        field_table(VideoGenerationRequest),
        "## ImageGenerationRequest",
        field_table(ImageGenerationRequest),
        "## ImageInput",
        field_table(ImageInput),
        "Pass an image or a video as a URL, a path, bytes, base64 text, a `data:` URL, a binary file object, a Pillow image, the "
        'response that has it, or a mapping such as `{"content": b"…", "content_type": "image/png"}`. `image_list` takes images without '
        "a role, too; `image` is its short name for one.",
        "## Environment variables",
        "`api_key` and `base_url` of the configuration take precedence over these variables; of several variables, the first one that "
        "is set counts. A missing key raises an `AuthenticationError` before anything is sent.",
        table(("provider", "key", "base URL", "default base URL"), environment),
    )


def _key_variables(info: ProviderInfo) -> str:
    """Return the variables that hold the key, and those that hold its parts together."""
    parts = " and ".join(code(variables[0]) for variables in info.key_parts.values() if variables)
    told = ", or ".join(text for text in (codes(info.api_key_env), parts, info.key_alternative) if text)
    return told or ("none needed" if info.works_without_key else "")
