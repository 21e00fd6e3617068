"""The module-level functions for submitted jobs: waiting for them, asking, cancelling, and reading webhook deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, overload

from ..exceptions import ResumableJob
from ..models.config import GenerationConfig
from ..models.response import GenerationResponse
from ..process_gateway import default_gateway

if TYPE_CHECKING:
    from ..gateway.any_modality import OnProgress
    from ..job import Job, ResponseT_co
    from ..models.cancellation import CancelResult
    from ..models.update import ProgressUpdate
    from ..plugin.outcomes import WebhookEvent


@overload
def resume(
    job: Job[ResponseT_co],
    *,
    config: GenerationConfig | None = None,
    api_keys: Mapping[str, str] | None = None,
    on_progress: OnProgress = None,
) -> ResponseT_co: ...
@overload
def resume(
    job: ResumableJob,
    *,
    config: GenerationConfig | None = None,
    api_keys: Mapping[str, str] | None = None,
    on_progress: OnProgress = None,
) -> GenerationResponse: ...
def resume(
    job: ResumableJob,
    *,
    config: GenerationConfig | None = None,
    api_keys: Mapping[str, str] | None = None,
    on_progress: OnProgress = None,
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


@overload
async def resume_async(
    job: Job[ResponseT_co],
    *,
    config: GenerationConfig | None = None,
    api_keys: Mapping[str, str] | None = None,
    on_progress: OnProgress = None,
) -> ResponseT_co: ...
@overload
async def resume_async(
    job: ResumableJob,
    *,
    config: GenerationConfig | None = None,
    api_keys: Mapping[str, str] | None = None,
    on_progress: OnProgress = None,
) -> GenerationResponse: ...
async def resume_async(
    job: ResumableJob,
    *,
    config: GenerationConfig | None = None,
    api_keys: Mapping[str, str] | None = None,
    on_progress: OnProgress = None,
) -> GenerationResponse:
    """Like `resume`, under asyncio or trio."""
    return await default_gateway().resume_async(
        job, config=config, api_keys=api_keys, on_progress=on_progress
    )


def status(
    job: ResumableJob, *, config: GenerationConfig | None = None, api_keys: Mapping[str, str] | None = None
) -> ProgressUpdate:
    """Ask the provider once what a job is doing, without waiting for it or fetching its result.

    Another call may be waiting for the job meanwhile.

    Args:
        job: the job from `submit_*`, from `Job.from_json`, or from the `job` of an exception.
        config: the configuration of the submission; supplies its keys and secret settings. None reads the environment.
        api_keys: keys by account name or provider id, in place of `config` or in addition to it.

    Raises:
        ValidationError: the job cannot be asked about here.
        SubmissionUnknownError: a process ended during the submission, and the provider cannot say whether a job exists.
        TarashException: the provider does not know the job, or gave no answer.
    """
    return default_gateway().status(job, config=config, api_keys=api_keys)


async def status_async(
    job: ResumableJob, *, config: GenerationConfig | None = None, api_keys: Mapping[str, str] | None = None
) -> ProgressUpdate:
    """Like `status`, under asyncio or trio."""
    return await default_gateway().status_async(job, config=config, api_keys=api_keys)


def cancel(
    job: ResumableJob, *, config: GenerationConfig | None = None, api_keys: Mapping[str, str] | None = None
) -> CancelResult:
    """Cancel a job at its provider, and say whether that worked and what is billed; no fallback is tried.

    A job that has finished, or that the provider cannot stop, is not lost: `resume` returns its result. To end a call that waits for
    the job, interrupt the call; it cancels the job itself.

    Args:
        job: the job from `submit_*`, from `Job.from_json`, or from the `job` of an exception.
        config: the configuration of the submission; supplies its keys and secret settings. None reads the environment.
        api_keys: keys by account name or provider id, in place of `config` or in addition to it.

    Raises:
        ValidationError: the job cannot be cancelled here, or another call of the journal is waiting for it.
        SubmissionUnknownError: a process ended during the submission, and the provider cannot say whether a job exists.
        TarashException: the provider does not know the job, or gave no answer: it may still be running.
    """
    return default_gateway().cancel(job, config=config, api_keys=api_keys)


async def cancel_async(
    job: ResumableJob, *, config: GenerationConfig | None = None, api_keys: Mapping[str, str] | None = None
) -> CancelResult:
    """Like `cancel`, under asyncio or trio."""
    return await default_gateway().cancel_async(job, config=config, api_keys=api_keys)


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
