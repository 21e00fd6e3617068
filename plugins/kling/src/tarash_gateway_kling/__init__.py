"""Kling AI for Tarash Gateway: the hooks, each a line into the room that does the work."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Catalogue, Mapped
from tarash.tarash_gateway.plugin import (
    Call,
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
from .payload import map_request
from .results import fetch_result
from .status import poll
from .submission import submit
from .webhooks import read_delivery

PROVIDER = ProviderInfo(
    id="kling",
    title="Kling AI",
    home_page="https://kling.ai/document-api",
    hook_api=1,
    # there is no official client library, hence no official name; these two are in use
    api_key_env=("KLING_API_KEY", "KLINGAI_API_KEY"),
    base_url="https://api-singapore.klingai.com",
    modalities=frozenset({"video", "image"}),
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who Kling AI is."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, then give the payload the form of the endpoint."""
    return map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create the task."""
    return submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the task once."""
    return poll(call, job)


@hookimpl
def tarash_normalize(raw: object) -> Flow[Generated]:
    """List the outputs of a finished task."""
    return fetch_result(raw)


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Look the task up by the id that was sent along."""
    return find_submission(call, payload)


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify a signed delivery and read it."""
    return read_delivery(call, delivery)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Read Kling's error envelope."""
    return read_error(response)
