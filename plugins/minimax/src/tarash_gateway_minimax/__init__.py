"""MiniMax for Tarash Gateway: the hooks, each a line into the room that does the work."""

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
from .lost_submissions import find_submission
from .models import CATALOGUE
from .payload import map_request, submit
from .results import fetch_result
from .status import cancel, poll

PROVIDER = ProviderInfo(
    id="minimax",
    title="MiniMax",
    home_page="https://platform.minimax.io/docs",
    hook_api=1,
    api_key_env=("MINIMAX_API_KEY",),
    base_url="https://api.minimax.io",
    base_url_env=("MINIMAX_API_BASE",),
    modalities=frozenset({"video", "image"}),
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who MiniMax is."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model tables."""
    return CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and write the payload the way the model's endpoint wants it."""
    return map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create a task, or render images at once."""
    return submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read a task's status once."""
    return poll(call, job)


@hookimpl
def tarash_normalize(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Read the outputs; the first version's clip has to be asked for by its file."""
    return fetch_result(call, job, raw)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation] | None:
    """Cancel a task of the second version; the first one cannot."""
    return cancel(call, job)


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Look for a task among the newest, where the account's owner says that this is safe."""
    return find_submission(call, payload)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Read MiniMax's errors of either version."""
    return read_error(response)
