"""Runway for Tarash Gateway: the hooks, each a line into the room that does the work."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Catalogue, Mapped
from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
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
from .status import cancel, poll

PROVIDER = ProviderInfo(
    id="runway",
    title="Runway",
    home_page="https://docs.dev.runwayml.com",
    hook_api=1,
    api_key_env=("RUNWAYML_API_SECRET", "RUNWAYML_API_KEY", "RUNWAY_API_KEY"),
    # api.runwayml.com, without "dev", is another system that refuses these keys
    base_url="https://api.dev.runwayml.com",
    base_url_env=("RUNWAYML_BASE_URL",),
    modalities=frozenset({"video", "image"}),
    uploads=True,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who Runway is."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Choose the arm of the model, then apply its table."""
    return map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Upload large media, then create the task."""
    return submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the task once."""
    return poll(call, job)


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """List the outputs."""
    return fetch_result(call, job, raw)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Stop the task unless it has ended."""
    return cancel(call, job)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Read a refusal."""
    return read_error(response)
