"""xAI for Tarash Gateway: the hooks, each a line into the room that does the work."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Catalogue, Mapped
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    Generated,
    GenerationRequest,
    HttpReply,
    JobReference,
    JobStatus,
    ProviderInfo,
    Submission,
    TarashException,
    hookimpl,
)

from .errors import read_error
from .models import CATALOGUE
from .payload import map_request, submit
from .results import fetch_result
from .status import poll

PROVIDER = ProviderInfo(
    id="xai",
    title="xAI",
    home_page="https://docs.x.ai",
    hook_api=1,
    api_key_env=("XAI_API_KEY",),
    base_url="https://api.x.ai/v1",
    modalities=frozenset({"video", "image"}),
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who xAI is."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and choose between generating, editing and extending."""
    return map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create a video's job, or render images at once."""
    return submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read a video's status once."""
    return poll(call, job)


@hookimpl
def tarash_normalize(call: Call, raw: object) -> Flow[Generated]:
    """Read the video or the images out of the answer."""
    return fetch_result(call, raw)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Read xAI's three shapes of errors."""
    return read_error(response)
