"""The module-level functions that generate videos."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from ..models.config import VideoGenerationConfig
from ..models.keywords import VIDEO_KINDS, read_call, shows_keywords
from ..models.request import VideoGenerationRequest
from ..models.response import VideoGenerationResponse
from ..process_gateway import default_gateway

if TYPE_CHECKING:
    from typing import Unpack

    from ..gateway.any_modality import OnProgress
    from ..job import Job
    from ..models.keyword_types import VideoKeywords
    from ..plan import Plan

_shows_keywords = shows_keywords(VIDEO_KINDS, "VideoKeywords")


@overload
def generate_video(
    config: VideoGenerationConfig | str, request: VideoGenerationRequest, on_progress: OnProgress = None
) -> VideoGenerationResponse: ...
@overload
def generate_video(
    config: VideoGenerationConfig | str, *, on_progress: OnProgress = None, **keywords: Unpack[VideoKeywords]
) -> VideoGenerationResponse: ...
@_shows_keywords
def generate_video(
    config: VideoGenerationConfig | str,
    request: VideoGenerationRequest | None = None,
    on_progress: OnProgress = None,
    **keywords: object,
) -> VideoGenerationResponse:
    """Generate a video and wait for it. If a provider fails, try the fallbacks in order.

    In one line: `generate_video("fal/fal-ai/veo3.1", prompt="a calm lake", duration_seconds=8)`.

    Args:
        config: provider, model, account, limits and fallbacks; or "provider/model", split at the first slash.
        request: what to generate; or leave it out, and pass its fields by keyword.
        on_progress: called with a `ProgressUpdate` for every status. An exception in it cancels the job and is raised unchanged.
        keywords: the fields of `VideoGenerationRequest`; `image`, a picture in any form, which is the first frame if the model
            takes one, else its reference; beside "provider/model" also the fields of `VideoGenerationConfig`, such as `api_key`,
            `timeout`, and `fallbacks`, a list of configurations or of "provider/model".

    Returns:
        The completed result; `execution_metadata` is the ledger of all attempts.

    Raises:
        ValidationError: the request or the chain cannot work; nothing was sent.
        AuthenticationError: a key is missing; nothing was sent.
        ProviderNotInstalledError, PluginError: a provider is not installed or its plugin is broken; nothing was sent.
        TarashException: the only provider failed, or the failure does not allow a fallback. The class says what went wrong,
            and `attempts` has the ledger.
        FallbackExhaustedError: every provider in the chain failed. `errors` has each failure, and `attempts` the ledger.
    """
    config, request = read_call(VIDEO_KINDS, config, request, keywords)
    return default_gateway().generate_video(config, request, on_progress)


@overload
async def generate_video_async(
    config: VideoGenerationConfig | str, request: VideoGenerationRequest, on_progress: OnProgress = None
) -> VideoGenerationResponse: ...
@overload
async def generate_video_async(
    config: VideoGenerationConfig | str, *, on_progress: OnProgress = None, **keywords: Unpack[VideoKeywords]
) -> VideoGenerationResponse: ...
@_shows_keywords
async def generate_video_async(
    config: VideoGenerationConfig | str,
    request: VideoGenerationRequest | None = None,
    on_progress: OnProgress = None,
    **keywords: object,
) -> VideoGenerationResponse:
    """Like `generate_video`, under asyncio or trio; `on_progress` may be an async function.

    Cancelling the task cancels the job at the provider, unless `on_interrupt` is "detach".
    """
    config, request = read_call(VIDEO_KINDS, config, request, keywords)
    return await default_gateway().generate_video_async(config, request, on_progress)


@overload
def submit_video(
    config: VideoGenerationConfig | str, request: VideoGenerationRequest
) -> Job[VideoGenerationResponse]: ...
@overload
def submit_video(
    config: VideoGenerationConfig | str, **keywords: Unpack[VideoKeywords]
) -> Job[VideoGenerationResponse]: ...
@_shows_keywords
def submit_video(
    config: VideoGenerationConfig | str,
    request: VideoGenerationRequest | None = None,
    **keywords: object,
) -> Job[VideoGenerationResponse]:
    """Submit a video, and return as soon as a provider in the chain accepts it. Arguments are those of `generate_video`.

    Returns:
        The job. Store `job.to_json()`, and pass it to `resume` in any process.

    Raises:
        TarashException: no provider accepted it; the classes are those of `generate_video`.
    """
    config, request = read_call(VIDEO_KINDS, config, request, keywords)
    return default_gateway().submit_video(config, request)


@overload
async def submit_video_async(
    config: VideoGenerationConfig | str, request: VideoGenerationRequest
) -> Job[VideoGenerationResponse]: ...
@overload
async def submit_video_async(
    config: VideoGenerationConfig | str, **keywords: Unpack[VideoKeywords]
) -> Job[VideoGenerationResponse]: ...
@_shows_keywords
async def submit_video_async(
    config: VideoGenerationConfig | str,
    request: VideoGenerationRequest | None = None,
    **keywords: object,
) -> Job[VideoGenerationResponse]:
    """Like `submit_video`, under asyncio or trio."""
    config, request = read_call(VIDEO_KINDS, config, request, keywords)
    return await default_gateway().submit_video_async(config, request)


@overload
def plan_video(config: VideoGenerationConfig | str, request: VideoGenerationRequest) -> Plan: ...
@overload
def plan_video(config: VideoGenerationConfig | str, **keywords: Unpack[VideoKeywords]) -> Plan: ...
@_shows_keywords
def plan_video(
    config: VideoGenerationConfig | str,
    request: VideoGenerationRequest | None = None,
    **keywords: object,
) -> Plan:
    """Return what `generate_video` would send to each provider in the chain, and what it would cost. Needs no key.

    Raises:
        ValidationError, ProviderNotInstalledError, PluginError: the request or the chain cannot work.
    """
    config, request = read_call(VIDEO_KINDS, config, request, keywords)
    return default_gateway().plan_video(config, request)


@overload
async def plan_video_async(config: VideoGenerationConfig | str, request: VideoGenerationRequest) -> Plan: ...
@overload
async def plan_video_async(
    config: VideoGenerationConfig | str, **keywords: Unpack[VideoKeywords]
) -> Plan: ...
@_shows_keywords
async def plan_video_async(
    config: VideoGenerationConfig | str,
    request: VideoGenerationRequest | None = None,
    **keywords: object,
) -> Plan:
    """Like `plan_video`, under asyncio or trio: a plugin may have to ask its server for the model."""
    config, request = read_call(VIDEO_KINDS, config, request, keywords)
    return await default_gateway().plan_video_async(config, request)
