"""What a provider plugin declares and returns: the data types of the hook contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from ..exceptions import TarashException
from ..mapping.table import ModalityName as Modality
from ..mapping.table import Model
from ..models.update import GenerationState
from ..steps import HttpCall, Part, ServerEvent

HOOK_API_VERSION = 1
"""The hook contract this core speaks. A plugin states the one it was written for; this one and the one before are accepted."""

Feature: TypeAlias = Literal[
    "cancel", "webhooks", "streaming_status", "idempotent_submit", "find_submission", "uploads"
]
JobReference: TypeAlias = Mapping[str, object]
"""What a plugin needs to find a job again: JSON-serialisable, without a secret."""


class Secret:
    """A key in memory: its value never shows in a repr, a log or an exception."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value; only for building a request."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __bool__(self) -> bool:
        return bool(self._value)


@dataclass(frozen=True, slots=True)
class AuthScheme:
    """How the key travels: `<header>: <prefix><key>`."""

    header: str = "Authorization"
    prefix: str = "Bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """Who a provider is.

    Attributes:
        id: provider id, the entry point's name.
        title: name for people.
        home_page: where its API is documented.
        api_key_env: environment variables that may hold the key, the official one first; empty when no key is needed.
        base_url: the API's address, without a slash at the end.
        base_url_env: environment variables that may hold another address.
        modalities: what it renders.
        features: what the plugin can do with it.
        auth: how the key travels.
        key_required: False for providers that run without a key, or whose key comes from elsewhere (a credentials file).
        hook_api: version of the hook contract the plugin was written for.
    """

    id: str
    title: str
    home_page: str
    api_key_env: tuple[str, ...] = ()
    base_url: str
    base_url_env: tuple[str, ...] = ()
    modalities: frozenset[Modality]
    features: frozenset[Feature] = frozenset()
    auth: AuthScheme = AuthScheme()
    key_required: bool = True
    hook_api: int = HOOK_API_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a hook needs to know about the attempt it serves.

    Attributes:
        provider: the plugin's own `ProviderInfo`.
        model: model name as configured.
        modality: "video" or "image".
        row: the table row that serves the model.
        base_url: address in use, without a slash at the end.
        api_key: the key; falsy when there is none.
        api_version: as configured.
        provider_config: settings only this provider has.
        idempotency_key: the same for the whole attempt, 32 hexadecimal digits.
        webhook_url: where the provider shall announce the end, or None.
        timeout_seconds: the attempt's deadline, for providers that take one.
        unsupported: "error" or "adjust": how the request is mapped.
    """

    provider: ProviderInfo
    model: str
    modality: Modality
    row: Model
    base_url: str
    api_key: Secret = field(default_factory=lambda: Secret(""))
    api_version: str | None = None
    provider_config: Mapping[str, object] = field(default_factory=dict, repr=False)
    idempotency_key: str = ""
    webhook_url: str | None = None
    timeout_seconds: float = 600.0
    unsupported: Literal["error", "adjust"] = "error"

    @property
    def is_default_server(self) -> bool:
        """Whether the provider's own address is in use, not a proxy, a compatible server or a simulator."""
        return self.base_url == self.provider.base_url

    def auth_headers(self) -> dict[str, str]:
        """Return the header that carries the key; empty when there is no key."""
        if not self.api_key:
            return {}
        return {self.provider.auth.header: f"{self.provider.auth.prefix}{self.api_key.reveal()}"}

    def request(
        self,
        method: str,
        path_or_url: str,
        *,
        json: object = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        multipart: tuple[Part, ...] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float | None = None,
        repeatable: bool | None = None,
        accept_statuses: frozenset[int] = frozenset(),
        auth: bool = True,
    ) -> HttpCall:
        """Return an `HttpCall` to the provider, key in place.

        Args:
            path_or_url: path below the base URL, beginning with "/", or an absolute URL. The key goes only to the base URL's
                origin: an absolute URL elsewhere (a signed upload address, say) is called without it.
            auth: False leaves the key out (or leaves it to `headers`).
        """
        absolute = path_or_url.startswith(("http://", "https://"))
        url = path_or_url if absolute else self.base_url + path_or_url
        own = not absolute or self.is_own_origin(url)
        sent = {**(self.auth_headers() if auth and own else {}), **(headers or {})}
        return HttpCall(
            method=method,
            url=url,
            headers=sent,
            json=json,
            content=content,
            form=form,
            multipart=multipart,
            timeout_seconds=timeout_seconds,
            repeatable=repeatable,
            accept_statuses=accept_statuses,
        )

    def is_own_origin(self, url: str) -> bool:
        """Return whether `url` has the scheme, host and port of the base URL: the only place that may see the key."""
        mine, other = urlsplit(self.base_url), urlsplit(url)
        return (mine.scheme, mine.netloc) == (other.scheme, other.netloc)

    def may_receive_media(self, url: str) -> bool:
        """Return whether a caller's file may go to `url`, which an answer named: only over https, or to the base URL's origin."""
        return url.startswith("https://") or self.is_own_origin(url)

    def with_row(self, row: Model) -> Call:
        """Return the call with another table row."""
        return replace(self, row=row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What became of a submit: a job to wait for, or the result at once.

    Attributes:
        job: reference to poll with; None when `result` is given.
        request_id: the provider's id of the job.
        result: raw result of a synchronous endpoint; it goes to `tarash_normalize` and is not polled.
        state: how the job stands already; "completed" skips the first poll and normalizes `raw`.
        raw: the provider's answer.
        suggested_delay_seconds: when to ask for the first time; 0 is at once, None leaves it to the core.
    """

    job: JobReference | None = None
    request_id: str | None = None
    result: object = None
    state: GenerationState = "queued"
    raw: object = field(default=None, repr=False)
    suggested_delay_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """How a job stands.

    Attributes:
        state: an unknown wire word is "processing": it never loses a job.
        progress_percent: 0–100, None where the provider does not tell.
        queue_position: jobs ahead, 0 is next.
        logs: log lines; the whole log so far is fine, the core reports new lines only.
        raw: the provider's answer; for "completed" it goes to `tarash_normalize`.
        error: why it failed, made by the plugin; None lets the core say "generation failed".
        suggested_delay_seconds: the provider's own wish when to ask again; 0 is at once.
        billed_usd: what the provider says it cost, if it does.
    """

    state: GenerationState
    progress_percent: float | None = None
    queue_position: int | None = None
    logs: tuple[str, ...] = ()
    raw: object = field(default=None, repr=False)
    error: TarashException | None = None
    suggested_delay_seconds: float | None = None
    billed_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One output of a job: give exactly one of `url`, `content` and `download`.

    Attributes:
        kind: "video", "image", "audio", "thumbnail" or "other".
        url: URL that anyone can download while it lives.
        content: the bytes, where the provider only hands out bytes; the core stores them in a file.
        download: call that fetches it with the key; the core streams it to a file.
        content_type, size_bytes, width, height, duration_seconds, expires_at: where known (`expires_at` aware UTC).
    """

    kind: Literal["video", "image", "audio", "thumbnail", "other"]
    url: str | None = None
    content: bytes | None = field(default=None, repr=False)
    download: HttpCall | None = field(default=None, repr=False)
    content_type: str | None = None
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A result in unified terms.

    Attributes:
        assets: every output, the main one first; none of the modality's kind is an error of the provider.
        duration_seconds, resolution, aspect_ratio, seed: what the provider says it rendered; None falls back to the request.
        raw: the provider's own words.
        cost_usd: what the provider says it cost, if it does.
    """

    assets: tuple[Asset, ...]
    duration_seconds: float | None = None
    resolution: str | None = None
    aspect_ratio: str | None = None
    seed: int | None = None
    raw: object = field(default=None, repr=False)
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """What the provider said to a cancel.

    Attributes:
        outcome: "accepted"; "finished" (too late: the result may be there); "refused"; "unknown".
        billed: whether it is charged all the same.
    """

    outcome: Literal["accepted", "finished", "refused", "unknown"]
    billed: Literal["yes", "no", "unknown"] = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusStream:
    """A server-sent-event stream of a job's status: how to open it, and how to read one event.

    Attributes:
        call: GET that opens the stream.
        read: pure function: event → status, or None for an event without one (a keep-alive).
        silence_seconds: longest silence before the stream counts as broken; the core then polls.
    """

    call: HttpCall
    read: Callable[[ServerEvent], JobStatus | None]
    silence_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A webhook request as it arrived.

    Attributes:
        headers: names in lower case.
        body: the raw bytes; signatures are over these.
        received_at: aware UTC time of arrival, to refuse replays.
    """

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A verified delivery: which job it is about, and how that stands."""

    request_id: str
    status: JobStatus
