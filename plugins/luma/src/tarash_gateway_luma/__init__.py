"""Luma for Tarash Gateway: the hooks, each a line into the room that does the work."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Catalogue
from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    Generated,
    GenerationRequest,
    HttpReply,
    JobReference,
    JobStatus,
    Mapped,
    ProviderInfo,
    Submission,
    TarashException,
    hookimpl,
)

from .apis import AGENTS_URL
from .errors import read_error
from .lost_submissions import find_submission
from .models import CATALOGUE
from .payload import map_request, submit
from .results import fetch_result
from .status import cancel, poll

PROVIDER = ProviderInfo(
    id="luma",
    title="Luma",
    home_page="https://docs.agents.lumalabs.ai",
    hook_api=1,
    # the first two are the official clients' own, one per API; the others are what other programs read
    api_key_env=("LUMA_AGENTS_API_KEY", "LUMAAI_API_KEY", "LUMA_API_KEY", "LUMALABS_API_KEY"),
    base_url=AGENTS_URL,
    modalities=frozenset({"video", "image"}),
    uploads=True,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who Luma is."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return the model table."""
    return CATALOGUE


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, then give the payload the form of the API that serves the model."""
    return map_request(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Upload large local media, then create the generation."""
    return submit(call, payload)


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the generation once."""
    return poll(call, job)


@hookimpl
def tarash_normalize(raw: object) -> Flow[Generated]:
    """List the media of the finished generation."""
    return fetch_result(raw)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation] | None:
    """Delete an unfinished generation, where the API can."""
    return cancel(call, job)


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None] | None:
    """Look for a lost submission in the account's list, where the API has one."""
    return find_submission(call, payload)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Read the errors of both APIs."""
    return read_error(response)
