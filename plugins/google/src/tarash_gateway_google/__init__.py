"""Google for Tarash Gateway: the hooks, each a line into the room that does the work."""

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
    Submission,
    TarashException,
    WebhookEvent,
    hookimpl,
)

from .errors import read_error
from .models import CATALOGUE
from .payload import map_request, submit
from .results import fetch_result
from .status import cancel, poll
from .webhooks import read_delivery

PROVIDER = ProviderInfo(
    id="google",
    title="Google (Gemini API, Vertex AI)",
    home_page="https://ai.google.dev/gemini-api/docs",
    hook_api=1,
    # when both are set, the first one counts (google-genai 3.4.0)
    api_key_env=("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    base_url="https://generativelanguage.googleapis.com",
    base_url_env=("GOOGLE_GEMINI_BASE_URL",),
    modalities=frozenset({"video", "image"}),
    uploads=True,
    auth=AuthScheme(header="x-goog-api-key", prefix=""),
    # Vertex AI runs on the credentials of the machine
    key_required=False,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who Google is: the Gemini API and Vertex AI."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, then put the body together as the model's protocol wants it."""
    return map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Sign in, place the inputs, submit."""
    return submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the interaction or the operation once."""
    return poll(call, job)


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """List the media of the result."""
    return fetch_result(call, job, raw)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Cancel an interaction."""
    return cancel(call, job)


@hookimpl
def tarash_webhook(call: Call, delivery: Delivery) -> WebhookEvent:
    """Verify and read a delivery."""
    return read_delivery(call, delivery)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Read Google's error envelope."""
    return read_error(response)
