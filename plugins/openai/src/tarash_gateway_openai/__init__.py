"""OpenAI and Azure OpenAI for Tarash Gateway: the hooks, each a line into the room that does the work."""

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
    id="openai",
    title="OpenAI",
    home_page="https://developers.openai.com/api/docs",
    hook_api=1,
    api_key_env=("OPENAI_API_KEY",),
    base_url="https://api.openai.com/v1",
    base_url_env=("OPENAI_BASE_URL",),
    modalities=frozenset({"video", "image"}),
    uploads=True,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who OpenAI is."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and choose between creating, editing, extending and remixing."""
    return map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Render images at once, or create a video or a background response."""
    return submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read a video or a response once."""
    return poll(call, job)


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Read the images, or say how the video is downloaded."""
    return fetch_result(call, job, raw)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Cancel a response; ask how a video stands."""
    return cancel(call, job)


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Find a video among the newest."""
    return find_submission(call, payload)


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a signed delivery and read it."""
    return read_delivery(call, delivery)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Read OpenAI's and Azure's errors."""
    return read_error(response)
