"""Replicate for Tarash Gateway: the hooks, each a line into the room that does the work."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Catalogue, Mapped
from tarash.tarash_gateway.plugin import (
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
    Submission,
    TarashException,
    WebhookEvent,
    hookimpl,
)

from .errors import read_error
from .lost_submissions import find_submission
from .models import CATALOGUE
from .payload import map_request, submit
from .results import fetch_result
from .status import cancel, poll
from .webhooks import read_delivery

PROVIDER = ProviderInfo(
    id="replicate",
    title="Replicate",
    home_page="https://replicate.com/docs",
    hook_api=1,
    api_key_env=("REPLICATE_API_TOKEN",),
    base_url="https://api.replicate.com/v1",
    base_url_env=("REPLICATE_BASE_URL",),
    modalities=frozenset({"video", "image"}),
    uploads=True,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who Replicate is."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the table, and refuse a mask whose polarity the model reads the other way round."""
    return map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Upload local media, then create the prediction."""
    return submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the prediction once."""
    return poll(call, job)


@hookimpl
def tarash_normalize(call: Call, raw: object) -> Flow[Generated]:
    """List the outputs that the finished prediction carries."""
    return fetch_result(call, raw)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Ask for the prediction to be cancelled."""
    return cancel(call, job)


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Look for the prediction of a lost submit in the list of recent ones."""
    return find_submission(call, payload)


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a signed delivery and read it."""
    return read_delivery(call, delivery)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Read Replicate's problem details."""
    return read_error(response)
