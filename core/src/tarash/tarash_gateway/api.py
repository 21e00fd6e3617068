"""The module-level functions: the doors of the process-wide `Gateway`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from .gateway import default_gateway
from .job import Job
from .models.config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from .models.request import ImageGenerationRequest, VideoGenerationRequest
from .models.response import GenerationResponse, ImageGenerationResponse, VideoGenerationResponse
from .models.update import ProgressUpdate

if TYPE_CHECKING:
    from .discovery import InstalledProvider
    from .mapping.field_mapper import FieldMapper
    from .mapping.table import ModalityName as Modality
    from .mapping.table import Model
    from .plan import Plan
    from .plugin.contract import WebhookEvent


def generate_video(
    config: VideoGenerationConfig,
    request: VideoGenerationRequest,
    *,
    on_progress: Callable[[ProgressUpdate], object] | None = None,
) -> VideoGenerationResponse:
    """Render a video and wait for it, falling back along the chain where a provider fails.

    Args:
        config: provider, model, account, limits and fallbacks.
        request: what to render.
        on_progress: called with a `ProgressUpdate` at every change; what it raises cancels the job and surfaces as itself.

    Returns:
        The result; `execution_metadata` is the ledger of all attempts.

    Raises:
        ValidationError: the request or the chain cannot work; nothing was sent.
        AuthenticationError: a key is missing; nothing was sent.
        ProviderNotInstalledError, PluginError: a provider cannot be used; nothing was sent.
        TarashException: the one provider failed, in the class that says how; `attempts` has the ledger.
        FallbackExhaustedError: every provider of a chain failed; `attempts` and `errors` have each one.
    """
    return default_gateway().generate_video(config, request, on_progress=on_progress)


async def generate_video_async(
    config: VideoGenerationConfig,
    request: VideoGenerationRequest,
    *,
    on_progress: Callable[[ProgressUpdate], object] | None = None,
) -> VideoGenerationResponse:
    """Like `generate_video`, under asyncio or trio; `on_progress` may be an async function.

    A cancelled task cancels the job at the provider before it ends.
    """
    return await default_gateway().generate_video_async(config, request, on_progress=on_progress)


def generate_image(
    config: ImageGenerationConfig,
    request: ImageGenerationRequest,
    *,
    on_progress: Callable[[ProgressUpdate], object] | None = None,
) -> ImageGenerationResponse:
    """Render images and wait for them; arguments and errors as in `generate_video`."""
    return default_gateway().generate_image(config, request, on_progress=on_progress)


async def generate_image_async(
    config: ImageGenerationConfig,
    request: ImageGenerationRequest,
    *,
    on_progress: Callable[[ProgressUpdate], object] | None = None,
) -> ImageGenerationResponse:
    """Like `generate_image`, under asyncio or trio; `on_progress` may be an async function."""
    return await default_gateway().generate_image_async(config, request, on_progress=on_progress)


def submit_video(config: VideoGenerationConfig, request: VideoGenerationRequest) -> Job:
    """Submit a video and return as soon as a provider of the chain accepted it.

    Returns:
        The job: store `job.to_json()`, and carry on with `resume` in any process.

    Raises:
        As `generate_video`, for what happens up to the acceptance.
    """
    return default_gateway().submit_video(config, request)


async def submit_video_async(config: VideoGenerationConfig, request: VideoGenerationRequest) -> Job:
    """Like `submit_video`, under asyncio or trio."""
    return await default_gateway().submit_video_async(config, request)


def submit_image(config: ImageGenerationConfig, request: ImageGenerationRequest) -> Job:
    """Submit an image; as `submit_video`. Where the provider answers at once, the job holds the result."""
    return default_gateway().submit_image(config, request)


async def submit_image_async(config: ImageGenerationConfig, request: ImageGenerationRequest) -> Job:
    """Like `submit_image`, under asyncio or trio."""
    return await default_gateway().submit_image_async(config, request)


def resume(
    job: Job,
    *,
    config: GenerationConfig | None = None,
    api_keys: Mapping[str, str] | None = None,
    on_progress: Callable[[ProgressUpdate], object] | None = None,
) -> GenerationResponse:
    """Wait for a submitted job, in this or another process, without submitting it again; fall back where it fails.

    Args:
        job: what `submit_*` returned, or `Job.from_json` read.
        config: the configuration it was submitted with; its keys and secret settings are used. None reads the environment.
        api_keys: keys by account name or provider id, in place of or beside `config`.
        on_progress: as in `generate_video`.

    Raises:
        As `generate_video`.
    """
    return default_gateway().resume(job, config=config, api_keys=api_keys, on_progress=on_progress)


async def resume_async(
    job: Job,
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
    """Say what would be sent for a video, to each provider of the chain, without sending anything; no key is needed.

    Raises:
        ValidationError, ProviderNotInstalledError, PluginError: as `generate_video` would.
    """
    return default_gateway().plan_video(config, request)


def plan_image(config: ImageGenerationConfig, request: ImageGenerationRequest) -> Plan:
    """Say what would be sent for an image; as `plan_video`."""
    return default_gateway().plan_image(config, request)


def read_webhook(
    config: GenerationConfig, *, headers: Mapping[str, str], body: bytes, received_at: datetime | None = None
) -> WebhookEvent:
    """Verify a provider's webhook delivery and read it.

    Args:
        config: provider, model, and in `provider_config` what the signature is checked with (the provider's page names it).
        headers: as received.
        body: the raw bytes as received.
        received_at: aware UTC time of arrival; None is now.

    Raises:
        ValidationError: the provider has no webhooks that can be verified.
        AuthenticationError: the signature is missing, wrong, or too old (a replay).
    """
    return default_gateway().read_webhook(config, headers=headers, body=body, received_at=received_at)


def providers() -> tuple[InstalledProvider, ...]:
    """Return every installed provider; a broken plugin is listed with its `problem`."""
    return default_gateway().registry.listing()


def models(provider: str, *, modality: Modality | None = None) -> tuple[Model, ...]:
    """Return a provider's model rows: fields, allowed values, prices, lifecycle.

    Args:
        provider: provider id.
        modality: "video" or "image"; None is both.

    Raises:
        ProviderNotInstalledError, PluginError: the provider cannot be used.
    """
    rows = default_gateway().registry.get(provider).catalogue.rows
    return tuple(row for row in rows if modality is None or row.modality == modality)


def register_provider(provider_id: str, plugin: object) -> None:
    """Add a provider to this process: any object or module with the hooks of `tarash.tarash_gateway.plugin`.

    Raises:
        PluginError: it breaks the hook contract; the message says where.
    """
    default_gateway().registry.register(provider_id, plugin)


def register_model(
    provider: str,
    key: str | Model,
    mappers: Mapping[str, FieldMapper] | None = None,
    *,
    modality: Modality = "video",
) -> None:
    """Add a model to a provider of this process, or replace its row.

    Args:
        provider: provider id.
        key: model name or prefix; or a whole `Model` row, then without `mappers`.
        mappers: wire name → field mapper.
        modality: "video" or "image".

    Raises:
        ValueError: neither a row nor mappers are given.
        ProviderNotInstalledError, PluginError: the provider cannot be used.
    """
    from .mapping.table import Model

    if isinstance(key, Model):
        row = key
    elif mappers is not None:
        row = Model(id=key, modality=modality, fields=mappers, source="registered at run time")
    else:
        raise ValueError("give the field mappers of the model, or a Model row")
    default_gateway().registry.add_model(provider, row)
