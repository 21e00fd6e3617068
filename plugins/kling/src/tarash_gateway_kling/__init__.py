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

from . import errors, models, payload, status, submission, webhooks


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Kling's own API, outside China."""
    return ProviderInfo(
        id="kling",
        title="Kling AI",
        home_page="https://kling.ai/document-api",
        # there is no official client library, hence no official name; these two are in use
        api_key_env=("KLING_API_KEY", "KLINGAI_API_KEY"),
        base_url="https://api-singapore.klingai.com",
        modalities=frozenset({"video", "image"}),
        features=frozenset({"webhooks", "find_submission"}),
    )


@hookimpl
def tarash_models() -> Catalogue:
    """The model tables."""
    return models.CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, then give the payload the form of the endpoint."""
    return payload.map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create the task."""
    return submission.submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the task once."""
    return status.poll(call, job)


@hookimpl
def tarash_normalize(raw: object) -> Flow[Generated]:
    """List the outputs of a finished task."""
    return status.normalize(raw)


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Look the task up by the id that was sent along."""
    return submission.find(call, payload)


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify and read a callback."""
    return webhooks.receive(call, delivery)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Read the error envelope."""
    return errors.read_error(response)
