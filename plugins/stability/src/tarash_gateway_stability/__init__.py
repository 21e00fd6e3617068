"""Stability AI for Tarash Gateway: the hooks, each a line into the room that does the work."""

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
    id="stability",
    title="Stability AI",
    home_page="https://platform.stability.ai/docs",
    hook_api=1,
    api_key_env=("STABILITY_API_KEY",),
    base_url="https://api.stability.ai",
    base_url_env=("STABILITY_API_BASE",),
    # Stable Video was switched off on 2025-07-24 (Stability's release notes)
    modalities=frozenset({"image"}),
    uploads=True,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who Stability AI is."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and complete what the endpoint demands besides."""
    return map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Fetch pictures given by URL, then send the form."""
    return submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once for the result of an asynchronous endpoint."""
    return poll(call, job)


@hookimpl
def tarash_normalize(raw: object) -> Flow[Generated]:
    """Read the picture out of the answer."""
    return fetch_result(raw)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Read Stability's errors."""
    return read_error(response)
