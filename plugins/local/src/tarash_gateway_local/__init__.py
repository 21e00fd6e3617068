"""The provider `local` for Tarash Gateway: the hooks, each a line into the room that does the work."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Catalogue
from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    Generated,
    GenerationRequest,
    JobReference,
    JobStatus,
    Mapped,
    ProviderInfo,
    Submission,
    hookimpl,
)

from . import models as _models
from . import payload as _payload
from . import status as _status


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Rendering on this machine, without key or network."""
    return ProviderInfo(
        id="local",
        title="Local",
        home_page="https://pyav.org/docs/stable/",
        base_url="local:",
        modalities=frozenset({"video", "image"}),
        features=frozenset({"cancel"}),
        key_required=False,
    )


@hookimpl
def tarash_models() -> Catalogue:
    """The model tables."""
    return _models.CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the table, and have the renderer check what it would get."""
    return _payload.map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Describe the render; nothing is drawn yet."""
    return _payload.submit(call, payload)


@hookimpl
def tarash_poll(job: JobReference) -> Flow[JobStatus]:
    """Draw the next part of the video."""
    return _status.advance(job)


@hookimpl
def tarash_normalize(job: JobReference, raw: object) -> Flow[Generated]:
    """Name the finished file, or draw the pictures."""
    return _status.collect(job, raw)


@hookimpl
def tarash_cancel(job: JobReference) -> Flow[Cancellation]:
    """Stop drawing and delete what was drawn."""
    return _status.cancel(job)
