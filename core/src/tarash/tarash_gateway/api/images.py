"""The module-level functions that generate images."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..models.config import ImageGenerationConfig
from ..models.keywords import IMAGE_KINDS, read_call, shows_keywords
from ..models.request import ImageGenerationRequest
from ..models.response import ImageGenerationResponse
from ..process_gateway import default_gateway

if TYPE_CHECKING:
    from typing import Unpack

    from ..gateway.any_modality import OnProgress
    from ..job import Job
    from ..models.keyword_types import ImageKeywords
    from ..plan import Plan

_shows_keywords = shows_keywords(IMAGE_KINDS, "ImageKeywords")


@overload
def generate_image(
    config: ImageGenerationConfig | str, request: ImageGenerationRequest, on_progress: OnProgress = None
) -> ImageGenerationResponse: ...
@overload
def generate_image(
    config: ImageGenerationConfig | str, *, on_progress: OnProgress = None, **keywords: Unpack[ImageKeywords]
) -> ImageGenerationResponse: ...
@_shows_keywords
def generate_image(
    config: ImageGenerationConfig | str,
    request: ImageGenerationRequest | None = None,
    on_progress: OnProgress = None,
    **keywords: object,
) -> ImageGenerationResponse:
    """Generate images and wait for them. Arguments and errors are those of `generate_video`."""
    config, request = read_call(IMAGE_KINDS, config, request, keywords)
    return default_gateway().generate_image(config, request, on_progress)


@overload
async def generate_image_async(
    config: ImageGenerationConfig | str, request: ImageGenerationRequest, on_progress: OnProgress = None
) -> ImageGenerationResponse: ...
@overload
async def generate_image_async(
    config: ImageGenerationConfig | str, *, on_progress: OnProgress = None, **keywords: Unpack[ImageKeywords]
) -> ImageGenerationResponse: ...
@_shows_keywords
async def generate_image_async(
    config: ImageGenerationConfig | str,
    request: ImageGenerationRequest | None = None,
    on_progress: OnProgress = None,
    **keywords: object,
) -> ImageGenerationResponse:
    """Like `generate_image`, under asyncio or trio; `on_progress` may be an async function."""
    config, request = read_call(IMAGE_KINDS, config, request, keywords)
    return await default_gateway().generate_image_async(config, request, on_progress)


@overload
def submit_image(
    config: ImageGenerationConfig | str, request: ImageGenerationRequest
) -> Job[ImageGenerationResponse]: ...
@overload
def submit_image(
    config: ImageGenerationConfig | str, **keywords: Unpack[ImageKeywords]
) -> Job[ImageGenerationResponse]: ...
@_shows_keywords
def submit_image(
    config: ImageGenerationConfig | str,
    request: ImageGenerationRequest | None = None,
    **keywords: object,
) -> Job[ImageGenerationResponse]:
    """Submit an image, like `submit_video`. If the provider answers at once, the job holds the result."""
    config, request = read_call(IMAGE_KINDS, config, request, keywords)
    return default_gateway().submit_image(config, request)


@overload
async def submit_image_async(
    config: ImageGenerationConfig | str, request: ImageGenerationRequest
) -> Job[ImageGenerationResponse]: ...
@overload
async def submit_image_async(
    config: ImageGenerationConfig | str, **keywords: Unpack[ImageKeywords]
) -> Job[ImageGenerationResponse]: ...
@_shows_keywords
async def submit_image_async(
    config: ImageGenerationConfig | str,
    request: ImageGenerationRequest | None = None,
    **keywords: object,
) -> Job[ImageGenerationResponse]:
    """Like `submit_image`, under asyncio or trio."""
    config, request = read_call(IMAGE_KINDS, config, request, keywords)
    return await default_gateway().submit_image_async(config, request)


@overload
def plan_image(config: ImageGenerationConfig | str, request: ImageGenerationRequest) -> Plan: ...
@overload
def plan_image(config: ImageGenerationConfig | str, **keywords: Unpack[ImageKeywords]) -> Plan: ...
@_shows_keywords
def plan_image(
    config: ImageGenerationConfig | str,
    request: ImageGenerationRequest | None = None,
    **keywords: object,
) -> Plan:
    """Return what `generate_image` would send; like `plan_video`."""
    config, request = read_call(IMAGE_KINDS, config, request, keywords)
    return default_gateway().plan_image(config, request)


@overload
async def plan_image_async(config: ImageGenerationConfig | str, request: ImageGenerationRequest) -> Plan: ...
@overload
async def plan_image_async(
    config: ImageGenerationConfig | str, **keywords: Unpack[ImageKeywords]
) -> Plan: ...
@_shows_keywords
async def plan_image_async(
    config: ImageGenerationConfig | str,
    request: ImageGenerationRequest | None = None,
    **keywords: object,
) -> Plan:
    """Like `plan_image`, under asyncio or trio: a plugin may have to ask its server for the model."""
    config, request = read_call(IMAGE_KINDS, config, request, keywords)
    return await default_gateway().plan_image_async(config, request)
