"""The provider `local` for Tarash Gateway: the hooks, each a line into the room that does the work."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Catalogue, Mapped
from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    Generated,
    GenerationRequest,
    JobReference,
    JobStatus,
    ProviderInfo,
    Submission,
    hookimpl,
)

from .models import CATALOGUE
from .payload import map_request, submit
from .results import fetch_result
from .status import cancel, poll

PROVIDER = ProviderInfo(
    id="local",
    title="Local",
    home_page="https://pyav.org/docs/stable/",
    hook_api=1,
    base_url="local:",
    modalities=frozenset({"video", "image"}),
    key_required=False,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who renders: this machine, without key or network."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and have the renderer check what it would get."""
    return map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Describe the render; nothing is drawn yet."""
    return submit(call, payload)


@hookimpl
def tarash_poll(job: JobReference) -> Flow[JobStatus]:
    """Draw the next part of the video."""
    return poll(job)


@hookimpl
def tarash_normalize(job: JobReference, raw: object) -> Flow[Generated]:
    """Name the finished file, or draw the pictures."""
    return fetch_result(job, raw)


@hookimpl
def tarash_cancel(job: JobReference) -> Flow[Cancellation]:
    """Stop drawing and delete what was drawn."""
    return cancel(job)
