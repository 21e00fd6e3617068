"""Builds what users receive: the response from a collected result, and updates from the statuses before."""

from __future__ import annotations

import math
from typing import cast

from ..exceptions import GenerationFailedError, TarashException
from ..media.redaction import redact, redact_text
from ..messages import DEEPEST_JSON
from ..models.metadata import ExecutionMetadata
from ..models.modality import Modality
from ..models.request import GenerationRequest
from ..models.response import GenerationResponse, Outputs
from ..models.unchecked import unchecked, with_private
from ..models.update import ProgressUpdate
from ..plugin.outcomes import JobStatus
from .chain import Prepared
from .collecting import Collected
from .exchange import Exchange
from .pump import received


def build_response(
    modality: Modality,
    prepared: Prepared,
    collected: Collected,
    *,
    request: GenerationRequest,
    request_id: str,
    secrets: tuple[str, ...],
    metadata: ExecutionMetadata,
) -> GenerationResponse:
    """Return the response; facts that the provider leaves out are taken from the mapped request."""
    generated, assets, values = collected.generated, collected.assets, prepared.mapped.values
    main = assets[0]
    wanted = values.get("duration_seconds")
    duration = generated.duration_seconds or main.duration_seconds
    if duration is None and isinstance(wanted, int | float):
        duration = float(wanted)
    response: GenerationResponse = unchecked(
        modality.response,
        request_id=request_id,
        status="completed",
        is_mock=prepared.provider.is_mock,
        provider=prepared.call.provider.id,
        model=prepared.call.model,
        content_type=main.content_type,
        aspect_ratio=_shown(generated.aspect_ratio, secrets)
        or _text(values.get("aspect_ratio"))
        or request.aspect_ratio,
        resolution=_shown(generated.resolution, secrets)
        or _text(values.get("resolution"))
        or _size_of(main.width, main.height),
        seed=generated.seed,
        assets=assets,
        raw_response=without_keys(generated.raw, secrets),
        execution_metadata=metadata,
        **modality.response.fields_of(Outputs(assets, duration, _shown(generated.revised_prompt, secrets))),
    )
    is_allowed = prepared.call.allow_private_hosts
    return with_private(response, _allows_private_hosts=True) if is_allowed else response


def update_of(
    exchange: Exchange,
    status: JobStatus,
    elapsed_seconds: float,
    logs: tuple[str, ...] = (),
    estimated_percent: float | None = None,
) -> ProgressUpdate:
    """Return a status of a job as users see it; `estimated_percent` stands in for a percentage that the provider does not report."""
    secrets = exchange.secrecy.hidden
    raw = without_keys(status.raw, secrets)
    return unchecked(
        ProgressUpdate,
        status=status.state,
        progress_percent=status.shown_percent if estimated_percent is None else estimated_percent,
        progress_is_estimated=estimated_percent is not None,
        queue_position=status.queue_position,
        provider=exchange.call.provider.id,
        model=exchange.call.model,
        attempt_number=exchange.number,
        request_id=exchange.request_id,
        elapsed_seconds=elapsed_seconds,
        logs=tuple(cast("list[str]", without_keys(logs, secrets))) if logs else (),
        update=raw if isinstance(raw, dict) else {},
    )


def failure_of(exchange: Exchange, status: JobStatus) -> TarashException:
    """Return the error for a job that failed or was cancelled at the provider."""
    if status.error is None:
        ending = "was cancelled" if status.state == "cancelled" else "failed"
        error: TarashException = GenerationFailedError(
            f"the generation {ending} at the provider, which gave no reason"
        )
    else:
        error = received(exchange.provider, "tarash_poll", status.error)
    error.raw_response = status.raw if error.raw_response is None else error.raw_response
    return error


def _shown(text: str | None, secrets: tuple[str, ...]) -> str | None:
    """Return a text of the answer as it can be shown and saved."""
    return None if text is None else cast("str", without_keys(text, secrets))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _size_of(width: int | None, height: int | None) -> str | None:
    return f"{width}x{height}" if width and height else None


def without_keys(raw: object, secrets: tuple[str, ...], depth: int = 0) -> object:
    """Return the provider's answer as JSON data, without any of our keys that it echoes; the rest is unchanged."""
    if raw is None or isinstance(raw, bool | int):
        return raw
    if isinstance(raw, str):
        shown = redact_text(raw, secrets=secrets) if any(secret in raw for secret in secrets) else raw
        # half of a surrogate pair, as from an escape in JSON, can be neither printed nor saved
        return shown if shown.isascii() else shown.encode(errors="replace").decode()
    if isinstance(raw, float) and math.isfinite(raw):
        return raw
    if isinstance(raw, dict) and depth < DEEPEST_JSON:
        members = cast("dict[object, object]", raw)
        return {
            cast("str", without_keys(str(name), secrets)): without_keys(value, secrets, depth + 1)
            for name, value in members.items()
        }
    if isinstance(raw, list | tuple) and depth < DEEPEST_JSON:
        return [without_keys(value, secrets, depth + 1) for value in cast("list[object]", raw)]
    # no JSON: summarised, as in an error
    return None if isinstance(raw, float | dict | list | tuple) else redact(raw, secrets=secrets)
