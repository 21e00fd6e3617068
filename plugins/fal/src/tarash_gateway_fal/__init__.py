"""fal for Tarash Gateway: the hooks, each a line into the room that does the work."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Catalogue
from tarash.tarash_gateway.plugin import (
    AuthScheme,
    Call,
    Cancellation,
    Flow,
    Generated,
    HttpReply,
    JobReference,
    JobStatus,
    ProviderInfo,
    StatusStream,
    Submission,
    TarashException,
    hookimpl,
)

from . import errors, models, payload, status


@hookimpl
def tarash_provider() -> ProviderInfo:
    """fal's queue API."""
    return ProviderInfo(
        id="fal",
        title="fal",
        home_page="https://fal.ai/docs",
        api_key_env=("FAL_KEY",),
        base_url="https://queue.fal.run",
        modalities=frozenset({"video", "image"}),
        features=frozenset({"cancel", "streaming_status", "uploads"}),
        # the scheme word is "Key", not "Bearer" (fal-client 1.0.3, client.py)
        auth=AuthScheme(prefix="Key "),
    )


@hookimpl
def tarash_models() -> Catalogue:
    """The model tables."""
    return models.CATALOGUE


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Upload local media, then queue the job."""
    return _submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the queue status once."""
    return status.poll(call, job)


@hookimpl
def tarash_stream(call: Call, job: JobReference) -> StatusStream:
    """The queue's event stream."""
    return status.stream(call, job)


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Fetch the result and list its media."""
    return status.fetch_result(call, job, raw)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Ask the queue to drop the job."""
    return status.cancel(call, job)


@hookimpl
def tarash_error(call: Call, response: HttpReply) -> TarashException:
    """Read fal's two families of errors."""
    return errors.read_error(response)


# the hook's argument is named like the room
_submit = payload.submit
