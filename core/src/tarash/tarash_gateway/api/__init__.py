"""The module-level functions: the methods of the `Gateway` that the process shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from .exceptions import ResumableJob
from .job import Job
from .models.config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from .models.request import ImageGenerationRequest, VideoGenerationRequest
from .models.response import GenerationResponse, ImageGenerationResponse, VideoGenerationResponse
from .models.update import ProgressUpdate
from .process_gateway import default_gateway

if TYPE_CHECKING:
    from .discovery import FoundModel, InstalledProvider
    from .mapping.field_mapper import FieldMapper
    from .mapping.table import Model
    from .plan import Plan
    from .plugin.outcomes import WebhookEvent


def generate_video(
    config: VideoGenerationConfig,
    request: VideoGenerationRequest,
    on_progress: Callable[[ProgressUpdate], object] | None = None,
) -> VideoGenerationResponse:
    """Generate a video and wait for it. If a provider fails, try the fallbacks in order.

    Args:
        config: provider, model, account, limits and fallbacks.
        request: what to generate.
        on_progress: called with a `ProgressUpdate` for every status. An exception in it cancels the job and is raised unchanged.

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
    return default_gateway().generate_video(config, request, on_progress=on_progress)


async def generate_video_async(
    config: VideoGenerationConfig,
    request: VideoGenerationRequest,
    on_progress: Callable[[ProgressUpdate], object] | None = None,
) -> VideoGenerationResponse:
    """Like `generate_video`, under asyncio or trio; `on_progress` may be an async function.

    Cancelling the task cancels the job at the provider.
    """
    return await default_gateway().generate_video_async(config, request, on_progress=on_progress)


def generate_image(
    config: ImageGenerationConfig,
    request: ImageGenerationRequest,
    on_progress: Callable[[ProgressUpdate], object] | None = None,
) -> ImageGenerationResponse:
    """Generate images and wait for them. Arguments and errors are those of `generate_video`."""
    return default_gateway().generate_image(config, request, on_progress=on_progress)


async def generate_image_async(
    config: ImageGenerationConfig,
    request: ImageGenerationRequest,
    on_progress: Callable[[ProgressUpdate], object] | None = None,
) -> ImageGenerationResponse:
    """Like `generate_image`, under asyncio or trio; `on_progress` may be an async function."""
    return await default_gateway().generate_image_async(config, request, on_progress=on_progress)


def submit_video(config: VideoGenerationConfig, request: VideoGenerationRequest) -> Job:
    """Submit a video, and return as soon as a provider in the chain accepts it.

    Returns:
        The job. Store `job.to_json()`, and pass it to `resume` in any process.

    Raises:
        TarashException: no provider accepted it; the classes are those of `generate_video`.
    """
    return default_gateway().submit_video(config, request)


async def submit_video_async(config: VideoGenerationConfig, request: VideoGenerationRequest) -> Job:
    """Like `submit_video`, under asyncio or trio."""
    return await default_gateway().submit_video_async(config, request)


def submit_image(config: ImageGenerationConfig, request: ImageGenerationRequest) -> Job:
    """Submit an image, like `submit_video`. If the provider answers at once, the job holds the result."""
    return default_gateway().submit_image(config, request)


async def submit_image_async(config: ImageGenerationConfig, request: ImageGenerationRequest) -> Job:
    """Like `submit_image`, under asyncio or trio."""
    return await default_gateway().submit_image_async(config, request)


def resume(
    job: ResumableJob,
    *,
    config: GenerationConfig | None = None,
    api_keys: Mapping[str, str] | None = None,
    on_progress: Callable[[ProgressUpdate], object] | None = None,
) -> GenerationResponse:
    """Wait for a submitted job, in this or another process, without submitting it again. If it fails, try the fallbacks.

    Args:
        job: the job from `submit_*`, from `Job.from_json`, or from the `job` of an exception.
        config: the configuration of the submission; supplies its keys and secret settings. None reads the environment.
        api_keys: keys by account name or provider id, in place of `config` or in addition to it.
        on_progress: as for `generate_video`.

    Raises:
        ValidationError: the job cannot be resumed here, has ended without a result, or another call is working on it.
        TarashException: the job and its fallbacks failed; the classes are those of `generate_video`.
    """
    return default_gateway().resume(job, config=config, api_keys=api_keys, on_progress=on_progress)


async def resume_async(
    job: ResumableJob,
    *,
    config: GenerationConfig | None = None,
    api_keys: Mapping[str, str] | None = None,
    on_progress: Callable[[ProgressUpdate], object] | None = None,
) -> GenerationResponse:
    """Like `resume`, under asyncio or trio."""
    return await default_gateway().resume_async(
        job, config=config, api_keys=api_keys, on_progress=on_progress
    )


def plan_video(config: VideoGenerationConfig, request: VideoGenerationRequest) -> Plan:
    """Return what `generate_video` would send to each provider in the chain, and what it would cost. Needs no key.

    Raises:
        ValidationError, ProviderNotInstalledError, PluginError: the request or the chain cannot work.
    """
    return default_gateway().plan_video(config, request)


def plan_image(config: ImageGenerationConfig, request: ImageGenerationRequest) -> Plan:
    """Return what `generate_image` would send; like `plan_video`."""
    return default_gateway().plan_image(config, request)


def read_webhook(
    config: GenerationConfig, *, headers: Mapping[str, str], body: bytes, received_at: datetime | None = None
) -> WebhookEvent:
    """Verify a provider's webhook delivery and read it.

    Args:
        config: provider, model, and in `provider_config` the secret that the signature is checked with (see the provider's page).
        headers: as received.
        body: raw bytes as received.
        received_at: time of arrival, aware, in UTC; None is now.

    Raises:
        ValidationError: the provider has no webhooks that can be verified, or the delivery does not concern a job.
        AuthenticationError: the signature is missing, wrong or too old (a replay).
    """
    return default_gateway().read_webhook(config, headers=headers, body=body, received_at=received_at)


def providers() -> tuple[InstalledProvider, ...]:
    """Return every installed provider; a broken plugin is listed with its `problem`."""
    return default_gateway().registry.listing()


def find_models(provider: str | None = None, *, modality: str | None = None) -> tuple[FoundModel, ...]:
    """Return models with their fields, allowed values, prices and retirement dates.

    Args:
        provider: provider id; None searches every installed provider and skips broken ones.
        modality: "video" or "image"; None returns all.

    Raises:
        ProviderNotInstalledError, PluginError: `provider` is not installed, or its plugin is broken.
    """
    return default_gateway().registry.find_models(provider, modality=modality)


def register_provider(provider_id: str, plugin: object) -> None:
    """Add a provider to this process; it takes precedence over an installed provider with the same id.

    Args:
        provider_id: provider id, as configurations name it.
        plugin: a module or object with the hooks of `tarash.tarash_gateway.plugin`.

    Raises:
        PluginError: the plugin breaks the hook contract; the message names the hook.
    """
    default_gateway().registry.register(provider_id, plugin)


def register_extension(extension: object) -> None:
    """Add an extension to this process: it listens to events, supplies keys, or wraps the hooks of providers.

    Raises:
        PluginError: the extension breaks the hook contract; the message names the hook.
    """
    default_gateway().registry.register_extension(extension)


def register_model(
    provider: str,
    key: str | Model,
    mappers: Mapping[str, FieldMapper] | None = None,
    *,
    modality: str = "video",
) -> None:
    """Add a model to a provider in this process, or replace its row.

    Args:
        provider: provider id.
        key: model name or prefix, with `mappers`; or a complete `Model` row, without.
        mappers: field mappers by the provider's parameter name.
        modality: "video" or "image"; a `Model` row has its own.

    Raises:
        ValueError: `key` is a name and `mappers` is missing.
        ValidationError: a mapper is for a field that requests of this modality do not have.
        ProviderNotInstalledError, PluginError: the provider is not installed, or its plugin is broken.
    """
    from .mapping.table import Model

    if isinstance(key, Model):
        row = key
    elif mappers is not None:
        row = Model(id=key, modality=modality, fields=mappers, source="registered at run time")
    else:
        raise ValueError("pass the field mappers of the model, or a Model row as the key")
    default_gateway().registry.add_model(provider, row)
