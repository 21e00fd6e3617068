"""fal for Tarash Gateway: the hooks, each a line into the room that does the work."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Catalogue, Mapped
from tarash.tarash_gateway.plugin import (
    AuthScheme,
    Call,
    Cancellation,
    Delivery,
    Flow,
    Generated,
    GenerationRequest,
    HttpReply,
    JobReference,
    JobStatus,
    ProviderInfo,
    StatusStream,
    Submission,
    TarashException,
    WebhookEvent,
    hookimpl,
)

from .errors import read_error
from .models import CATALOGUE
from .payload import map_request, submit
from .results import fetch_result
from .status import cancel, open_stream, poll
from .webhooks import read_delivery

PROVIDER = ProviderInfo(
    id="fal",
    title="fal",
    home_page="https://fal.ai/docs",
    hook_api=1,
    api_key_env=("FAL_KEY",),
    base_url="https://queue.fal.run",
    modalities=frozenset({"video", "image"}),
    uploads=True,
    # the scheme word is "Key", not "Bearer" (fal-client 1.0.3, auth.py)
    auth=AuthScheme(prefix="Key "),
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who fal is."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Check the settings, then apply the row."""
    return map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Upload local media, then queue the job."""
    return submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the queue status once."""
    return poll(call, job)


@hookimpl
def tarash_stream(call: Call, job: JobReference) -> StatusStream:
    """Describe the queue's event stream."""
    return open_stream(call, job)


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Fetch the result and list its media."""
    return fetch_result(call, job, raw)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Ask the queue to drop the job."""
    return cancel(call, job)


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a signed delivery and read it."""
    return read_delivery(call, delivery)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Read fal's two families of errors."""
    return read_error(response)
