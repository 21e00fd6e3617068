"""Fetches a finished job's result and makes every output reachable by URL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ..exceptions import DownloadError, GenerationFailedError, HTTPConnectionError, TarashException
from ..media.kinds import extension_for
from ..media.saving import SavedFile, SaveLimits, origin_of, save_flow, store_bytes
from ..models.response import ResponseAsset
from ..plugin.contract import Asset, Generated, JobReference
from ..plugin.http_errors import TRANSIENT_STATUSES
from ..steps import Flow, Sleep, TransportFailure, new_token, read_clock, read_random
from .exchange import Exchange
from .retry import MAX_RETRIES, retry_delay_seconds

MOST_TRIES = 20
"""An answer that stays unreadable this often will not mend: then it is the provider's failure."""
SHORTEST_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Collected:
    """A result, and its outputs with their URLs."""

    generated: Generated
    assets: tuple[ResponseAsset, ...]


def collect(exchange: Exchange, job: JobReference, raw: object, *, until_seconds: float) -> Flow[Collected]:
    """Normalize the result, again and again after passing failures until `until_seconds` (monotonic): it is paid for.

    Raises:
        GenerationFailedError: the job completed without an output of the asked kind.
        TarashException: what the provider said in place of the result.
    """
    call = exchange.call
    generated, assets = yield from _collect_persistently(exchange, job, raw, until_seconds)
    if not any(asset.kind == call.modality for asset in assets):
        empty = GenerationFailedError(
            f"the job completed without {'a video' if call.modality == 'video' else 'an image'}",
            raw_response=generated.raw,
        )
        empty.submitted = "yes"
        raise exchange.place(empty)
    main_first = sorted(assets, key=lambda asset: asset.kind != call.modality)
    return Collected(generated, tuple(main_first))


def _collect_persistently(
    exchange: Exchange, job: JobReference, raw: object, until_seconds: float
) -> Flow[tuple[Generated, list[ResponseAsset]]]:
    retries = 0
    while True:
        try:
            return (yield from _collect_once(exchange, job, raw, until_seconds))
        except TarashException as error:
            exchange.place(error)
            error.submitted = "yes"
            now = yield from read_clock()
            delay = retry_delay_seconds(
                error,
                # beyond the usual number of tries: the result is paid for
                retries=min(retries, MAX_RETRIES - 1),
                random_unit=(yield from read_random()),
                remaining_seconds=until_seconds - now.monotonic_seconds,
            )
            if delay is None or retries >= MOST_TRIES:
                raise
            retries += 1
            yield Sleep(max(delay, SHORTEST_PAUSE_SECONDS))


def _collect_once(
    exchange: Exchange, job: JobReference, raw: object, until_seconds: float
) -> Flow[tuple[Generated, list[ResponseAsset]]]:
    flow: Flow[Generated] = exchange.provider.manager.hook.tarash_normalize(
        call=exchange.call, job=job, raw=raw
    )
    generated = yield from exchange.run(flow, retry=False, until_seconds=until_seconds)
    return generated, (yield from _place_all(exchange, generated, until_seconds))


def _place_all(exchange: Exchange, generated: Generated, until_seconds: float) -> Flow[list[ResponseAsset]]:
    placed: list[ResponseAsset] = []
    for asset in generated.assets:
        located = yield from _place(exchange, asset, until_seconds)
        placed.append(located)
    return placed


def _place(exchange: Exchange, asset: Asset, until_seconds: float) -> Flow[ResponseAsset]:
    url, kind, size = asset.url, asset.content_type, asset.size_bytes
    if url is None:
        suffix = extension_for(kind or {"video": "video/mp4", "image": "image/png"}.get(asset.kind, ""))
        path = exchange.output_dir / f"{(yield from new_token())}{suffix}"
        stored = yield from _store(asset, path, until_seconds)
        url, kind, size = stored.path.absolute().as_uri(), kind or stored.content_type, stored.size_bytes
    return ResponseAsset.model_construct(
        kind=asset.kind,
        url=url,
        content_type=kind,
        size_bytes=size,
        width=asset.width,
        height=asset.height,
        duration_seconds=asset.duration_seconds,
        expires_at=asset.expires_at,
        needs_key=asset.download is not None,
    )


def _store(asset: Asset, path: Path, until_seconds: float) -> Flow[SavedFile]:
    if asset.content is not None:
        return (yield from store_bytes(asset.content, path))
    if asset.download is None:
        raise GenerationFailedError("the plugin named an output without URL, content or download")
    now = yield from read_clock()
    call = replace(asset.download, timeout_seconds=max(until_seconds - now.monotonic_seconds, 1.0))
    # the call was made by the plugin for its own server; redirects away from it are checked, and go without the key
    limits = SaveLimits(trusted_origin=origin_of(call.url))
    try:
        return (yield from save_flow(call, path, limits))
    except TransportFailure as failure:
        raise HTTPConnectionError(f"the result could not be downloaded: {failure}") from failure
    except DownloadError as error:
        error.is_retryable = error.status_code in TRANSIENT_STATUSES
        raise
