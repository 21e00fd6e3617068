"""Fetches a finished job's result and makes every output reachable by URL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from .errors_http import TRANSIENT_STATUSES
from .exceptions import DownloadError, GenerationFailedError, HTTPConnectionError, TarashException
from .exchange import Exchange
from .media import extension_for
from .models.response import ResponseAsset
from .provider import Asset, Generated, JobReference
from .retry import retry_delay_seconds
from .saving import SavedFile, SaveLimits, origin_of, save_flow, store_bytes
from .steps import Flow, Sleep, TransportFailure, new_token, read_clock, read_random


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
    call, hook = exchange.call, exchange.provider.manager.hook
    retries = 0
    while True:
        try:
            flow = hook.tarash_normalize(call=call, job=job, raw=raw)
            generated = yield from exchange.run(flow, retry=False, until_seconds=until_seconds)
            assets = yield from _place_all(exchange, generated, until_seconds)
            break
        except TarashException as error:
            exchange.place(error)
            error.submitted = "yes"
            now = yield from read_clock()
            remaining = until_seconds - now.monotonic_seconds
            delay = retry_delay_seconds(
                error, retries=min(retries, 3), random_unit=(yield from read_random()), remaining_seconds=remaining
            )
            # an answer that stays unreadable will not mend: some tries, then it is the provider's failure
            if delay is None or retries >= 20:
                raise
            retries += 1
            yield Sleep(max(delay, 0.2))
    if not any(asset.kind == call.modality for asset in assets):
        error = GenerationFailedError(
            f"the job completed without {'a video' if call.modality == 'video' else 'an image'}", raw_response=generated.raw
        )
        error.submitted = "yes"
        raise exchange.place(error)
    main_first = sorted(assets, key=lambda asset: asset.kind != call.modality)
    return Collected(generated, tuple(main_first))


def _place_all(exchange: Exchange, generated: Generated, until_seconds: float) -> Flow[list[ResponseAsset]]:
    placed: list[ResponseAsset] = []
    for asset in generated.assets:
        placed.append((yield from _place(exchange, asset, until_seconds)))
    return placed


def _place(exchange: Exchange, asset: Asset, until_seconds: float) -> Flow[ResponseAsset]:
    url, kind, size = asset.url, asset.content_type, asset.size_bytes
    if url is None:
        suffix = extension_for(kind or {"video": "video/mp4", "image": "image/png"}.get(asset.kind, ""))
        path = exchange.output_dir / f"{(yield from new_token())}{suffix}"
        stored = yield from _store(exchange, asset, path, until_seconds)
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


def _store(exchange: Exchange, asset: Asset, path: Path, until_seconds: float) -> Flow[SavedFile]:
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
