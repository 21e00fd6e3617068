"""Fetches the result of a finished job and gives every output a URL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

from ..exceptions import (
    DownloadError,
    GenerationFailedError,
    HTTPConnectionError,
    HTTPError,
    PluginError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    UnexpectedResponseError,
)
from ..media.completeness import why_not_media
from ..media.inputs import Media
from ..media.kinds import HEAD_BYTES, sniff_content_type
from ..media.part_file import Target
from ..media.saving import SavedFile, SaveLimits, origin_of, save_flow, store_bytes
from ..models.modality import Modality
from ..models.response import ResponseAsset
from ..models.unchecked import unchecked
from ..plugin.links import web_url
from ..plugin.outcomes import Asset, Generated, JobReference
from ..steps import Flow, HttpCall, TransportFailure, new_token, read_clock, run_blocking
from .exchange import Exchange
from .fallback import is_over_at_provider
from .hook_flows import read_flow
from .pump import bug_in
from .retry import RetryPolicy, repeat

PERSISTENT_RETRIES = RetryPolicy(max_retries=10_000, shortest_delay_seconds=0.2)
"""The result is paid for, so reading it is retried until the time is up."""
MAX_UNREADABLE = 4
"""Most retries after an unreadable result."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A result and its outputs, the main output first; every output has a URL.

    Attributes:
        generated: the result as the plugin read it.
        assets: its outputs.
        warnings: a sentence if fewer outputs came than were asked for; one for every output that is not in `assets`, since it is gone, or
            is no main output and could not be fetched; and one for every output that could not be stored, and so is in the response
            itself.
    """

    generated: Generated
    assets: tuple[ResponseAsset, ...]
    warnings: tuple[str, ...] = ()


def collect(
    exchange: Exchange, modality: Modality, job: JobReference, raw: object, *, until_seconds: float
) -> Flow[Collected]:
    """Normalize the result, and retry after temporary failures until `until_seconds` (monotonic): it is paid for.

    A flow that sends nothing would return the same again, so it runs once.

    Raises:
        GenerationFailedError: the job completed without an output of the requested modality.
        TarashException: the error that the provider answered with.
    """
    tries = _Tries(exchange, modality, job, raw, until_seconds)
    collected = yield from repeat(
        tries.once, policy=PERSISTENT_RETRIES, until_seconds=until_seconds, may_repeat=tries.may_repeat
    )
    if not any(asset.kind == modality.name for asset in collected.assets):
        raise exchange.locate(
            GenerationFailedError(
                f"the job completed without {modality.described}", raw_response=collected.generated.raw
            )
        )
    return _counted(exchange, modality, collected)


def _counted(exchange: Exchange, modality: Modality, collected: Collected) -> Collected:
    """Return the result, with a warning if fewer outputs came than were asked for."""
    asked = exchange.call.values.get(modality.count_field)
    came = sum(asset.kind == modality.name for asset in collected.assets)
    if not isinstance(asked, int) or came >= asked or exchange.provider.is_mock:
        return collected
    told = f"{modality.count_field}={asked} was asked for, and {came} came"
    return replace(collected, warnings=(*collected.warnings, told))


def may_be_collected_later(exchange: Exchange, error: TarashException) -> bool:
    """Return whether only fetching the result failed, and not the job itself, as the plugin reads it."""
    is_unfetched = error is exchange.last_refusal or isinstance(
        error, DownloadError | HTTPError | TimeoutError | UnexpectedResponseError
    )
    return (is_unfetched or error.is_retryable) and not is_over_at_provider(error)


@dataclass(slots=True)
class _Tries:
    """Tries to read one result, and remembers whether the last try sent anything."""

    exchange: Exchange
    modality: Modality
    job: JobReference
    raw: object
    until_seconds: float
    asked: bool = False
    unreadable: int = 0

    def once(self) -> Flow[Collected]:
        """Normalize once, and store every output that has no URL; one that is gone, or comes beside the main ones, may be missing."""
        self.asked = False
        exchange = self.exchange
        sent = exchange.calls_sent
        flow = exchange.start("tarash_normalize", job=self.job, raw=self.raw)
        try:
            generated = yield from read_flow(
                exchange, "tarash_normalize", flow, Generated, retries=None, until_seconds=self.until_seconds
            )
        finally:
            self.asked = exchange.calls_sent > sent
        return (yield from self._located(generated))

    def _located(self, generated: Generated) -> Flow[Collected]:
        exchange, main = self.exchange, self.modality.name
        assets: list[ResponseAsset] = []
        warnings: list[str] = []
        lost: TarashException | None = None
        # the main outputs come first, so that no thumbnail takes their time
        for asset in sorted(generated.assets, key=lambda asset: asset.kind != main):
            self.asked = self.asked or asset.download is not None
            try:
                located = yield from _with_url(exchange, self.modality, asset, self.until_seconds, warnings)
            except TarashException as error:
                # the others are paid for and here; one that nobody can get again, or a thumbnail, is not worth losing them
                may_be_missing = _is_lost(asset, error) if asset.kind == main else bool(assets)
                if isinstance(error, PluginError) or not may_be_missing:
                    raise
                lost = lost or error
                warnings.append(f"{asset.kind} left out: {exchange.locate(error)}")
            else:
                assets.append(located)
        if lost is not None and not any(asset.kind == main for asset in assets):
            raise lost
        return Collected(generated, tuple(assets), tuple(warnings))

    def may_repeat(self, error: TarashException) -> bool:
        """Return whether another try may end differently."""
        self.exchange.locate(error)
        # a truncated answer may be complete the next time; one that stays unreadable is not worth all the time
        self.unreadable += isinstance(error, UnexpectedResponseError)
        return self.asked and self.unreadable <= MAX_UNREADABLE and not isinstance(error, PluginError)


def _is_lost(asset: Asset, error: TarashException) -> bool:
    """Return whether nobody can get the output again: the server has it no longer, or the answer held something else in its place."""
    is_gone = error.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
    return isinstance(error, DownloadError) and (is_gone or asset.content is not None)


def _with_url(
    exchange: Exchange, modality: Modality, asset: Asset, until_seconds: float, warnings: list[str]
) -> Flow[ResponseAsset]:
    """Return an output with its URL; an output without one is stored first, or else kept in the response, which adds a warning."""
    url, kind, size = asset.url, asset.content_type, asset.size_bytes
    if url is not None:
        url = _checked_url(url)
        exchange.refuse_key("tarash_normalize", "an output with a URL", url)
    elif asset.path is not None:
        if not (yield from run_blocking(asset.path.is_file)):
            raise bug_in(exchange.provider, "tarash_normalize", f"returned the path of no file: {asset.path}")
        url = asset.path.absolute().as_uri()
    else:
        try:
            stored = yield from _stored(exchange, modality, asset, until_seconds)
        except DownloadError as error:
            url, kind, size = yield from run_blocking(partial(_in_a_url, asset, error))
            warnings.append(
                f"{error.message}; the {asset.kind} is in the response itself, as a data: URL: save it before the process ends"
            )
        else:
            url, kind, size = stored.path.absolute().as_uri(), stored.content_type or kind, stored.size_bytes
    return unchecked(
        ResponseAsset,
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


def _in_a_url(asset: Asset, error: DownloadError) -> tuple[str, str, int]:
    """Return the `data:` URL, the media type and the size of an output that the disk did not take: it may come only once.

    Raises:
        DownloadError: `error`, if it tells of something else, or the bytes are not the output.
    """
    content = asset.content
    if content is None or not isinstance(error.__cause__, OSError):
        raise error
    if why_not_media(content[:HEAD_BYTES], asset.kind, asset.content_type) is not None:
        raise error
    kept = Media(content=content, content_type=sniff_content_type(content) or asset.content_type or "")
    return kept.as_data_uri(), kept.content_type, len(content)


def _checked_url(url: str) -> str:
    """Return the URL of an output as programs read it.

    Raises:
        UnexpectedResponseError: it is no URL of the web; with that of a local file, an answer could make `save` read any file.
    """
    # a data: URL may be long, and its own reader checks it
    found = url if url.startswith("data:") else web_url(url)
    if found is not None:
        return found
    raise UnexpectedResponseError(
        f"the answer names {url[:50]!r} as an output; only http(s) and data: URLs are accepted from a provider",
        is_retryable=False,
        # the job is finished and paid for: a fallback would be paid for the same
        allows_fallback=False,
    )


def _stored(exchange: Exchange, modality: Modality, asset: Asset, until_seconds: float) -> Flow[SavedFile]:
    """Write an output without a URL to the output folder."""
    declared = asset.content_type or (modality.content_type if asset.kind == modality.name else "")
    target = Target(
        exchange.output_dir,
        (yield from new_token()),
        suffix_of_content=True,
        kind=asset.kind,
        content_type=declared,
    )
    limits = SaveLimits(
        kind=asset.kind,
        size_bytes=asset.size_bytes,
        allow_private_hosts=exchange.call.allow_private_hosts,
    )
    if asset.content is not None:
        return (yield from store_bytes(asset.content, target, limits))
    if asset.download is not None:
        http = asset.download
        # alone: reading the whole result again would also store the other outputs again
        return (
            yield from repeat(
                lambda: _download(exchange, http, target, limits, until_seconds),
                policy=PERSISTENT_RETRIES,
                until_seconds=until_seconds,
                may_repeat=lambda _error: True,
            )
        )
    raise AssertionError("an output has one of its four forms")


def _download(
    exchange: Exchange, http: HttpCall, target: Target, limits: SaveLimits, until_seconds: float
) -> Flow[SavedFile]:
    """Download an output once. If the server falls silent, this try fails, and there is time for another one."""
    now = yield from read_clock()
    seconds = max(until_seconds - now.monotonic_seconds, 1.0)
    call = yield from exchange.outgoing(http, now, seconds, "read")
    # redirects elsewhere are checked and sent without the key, and so is a URL that an answer named
    home = call.url if exchange.origins.own(call.url) else exchange.call.base_url
    trusted = replace(limits, trusted_origin=origin_of(home))
    try:
        return (yield from save_flow(call, target, trusted))
    except TransportFailure as failure:
        raise HTTPConnectionError(
            f"cannot download the result: {exchange.secrecy.describe(failure)}"
        ) from failure
