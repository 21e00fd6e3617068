"""The results of a plugin's hooks: submission, status, outputs, cancellation and webhook event."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias, cast

from ..exceptions import TarashException, UnexpectedResponseError
from ..messages import http_url, read_json
from ..models.update import GenerationState
from ..steps import HttpCall, ServerEvent

JobReference: TypeAlias = Mapping[str, object]
"""What a plugin needs to find a job again, as JSON data without secrets."""


_IMPOSSIBLE = 1e15
"""No output has so many bytes, pixels or seconds."""


def _forget_nonsense(outcome: object, *names: str) -> None:
    """Replace impossible numbers with None: a paid result must not be lost to them, and `raw` keeps them."""
    for name in names:
        value: object = getattr(outcome, name)
        if isinstance(value, int | float) and not 0 <= value < _IMPOSSIBLE:
            object.__setattr__(outcome, name, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An accepted submission: a job to wait for, or an immediate result.

    Attributes:
        job: reference to poll with; None if `result` is set.
        request_id: the provider's id of the job.
        result: result of a synchronous endpoint; it is passed to `tarash_normalize` without polling.
        state: state of the job so far; "completed" skips polling and passes `raw` to `tarash_normalize`.
        raw: the provider's answer.
        suggested_delay_seconds: pause before the first poll, in seconds; 0 polls at once, None leaves it to the core.
    """

    job: JobReference | None = None
    request_id: str | None = None
    result: object = None
    state: GenerationState = "queued"
    raw: object = field(default=None, repr=False)
    suggested_delay_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """The status of a job.

    Attributes:
        state: state of the job; use "processing" for an unknown word of the provider, so that no job is lost.
        progress_percent: 0 to 100; None if the provider does not report it. A value outside is clamped, and NaN becomes None.
        queue_position: number of jobs ahead, 0 is next; None if not known.
        logs: log lines; may be the whole log, since the core reports only new lines.
        raw: the provider's answer; after "completed" it is passed to `tarash_normalize`.
        error: why the job failed; None uses a general `GenerationFailedError`.
        suggested_delay_seconds: pause before the next poll that the provider suggests, in seconds; 0 polls at once.
        billed_usd: cost in US dollars that the provider reports; None if it reports none.
        job: new reference to poll with, if the provider returns one; None keeps the old one.
    """

    state: GenerationState
    progress_percent: float | None = None
    queue_position: int | None = None
    logs: tuple[str, ...] = ()
    raw: object = field(default=None, repr=False)
    error: TarashException | None = None
    suggested_delay_seconds: float | None = None
    billed_usd: float | None = None
    job: JobReference | None = None

    @property
    def shown_percent(self) -> float | None:
        """The progress to show: 100 once the job is completed, whatever the provider reports."""
        return 100.0 if self.state == "completed" else self.progress_percent

    def __post_init__(self) -> None:
        percent = self.progress_percent
        if isinstance(percent, int | float) and not 0 <= percent <= 100:
            clamped = None if math.isnan(percent) else min(max(percent, 0.0), 100.0)
            object.__setattr__(self, "progress_percent", clamped)
        _forget_nonsense(self, "queue_position")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One output of a job. Set exactly one of `url`, `content`, `download` and `path`.

    Attributes:
        kind: name of a modality ("video", "image"), or "audio", "thumbnail" or "other".
        url: URL that works without the key until it expires. A `file:` URL is refused, since a provider could name any file with it.
        content: the output as bytes; the core stores it in a file.
        download: call that fetches the output with the key; the core streams it to a file.
        path: a file that the plugin itself has created.
        content_type: media type such as "video/mp4", if known; the core recognises that of `content` and `download` by the bytes.
        size_bytes, width, height, duration_seconds: size in bytes, frame in pixels and length in seconds, if known.
        expires_at: when the URL expires, in UTC, if known; a time without a zone counts as UTC.

    A size or length below 0, and a length that is not finite, become None: they lose no result.
    """

    kind: str
    url: str | None = None
    content: bytes | None = field(default=None, repr=False)
    download: HttpCall | None = field(default=None, repr=False)
    path: Path | None = None
    content_type: str | None = None
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        _forget_nonsense(self, "size_bytes", "width", "height", "duration_seconds")
        if isinstance(self.expires_at, datetime) and self.expires_at.tzinfo is None:
            object.__setattr__(self, "expires_at", self.expires_at.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A result in unified terms.

    Attributes:
        assets: every output, the main one first; without one of the modality's kind, the generation counts as failed.
        duration_seconds, resolution, aspect_ratio, seed: facts that the provider reports; for the first three, None uses the
            value of the request.
        raw: the provider's answer.
        cost_usd: cost in US dollars that the provider reports; None if it reports none.
        revised_prompt: the prompt as the provider rewrote it; None if it does not say.

    A length below 0, or one that is not finite, becomes None: it loses no result.
    """

    assets: tuple[Asset, ...]
    duration_seconds: float | None = None
    resolution: str | None = None
    aspect_ratio: str | None = None
    seed: int | None = None
    raw: object = field(default=None, repr=False)
    cost_usd: float | None = None
    revised_prompt: str | None = None

    def __post_init__(self) -> None:
        _forget_nonsense(self, "duration_seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The provider's answer to a cancel.

    Attributes:
        outcome: "accepted", "finished" (too late: there may be a result), "refused" or "unknown".
        billed: whether the job is charged all the same.
    """

    outcome: Literal["accepted", "finished", "refused", "unknown"]
    billed: Literal["yes", "no", "unknown"] = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusStream:
    """A stream with the status of a job, server-sent events or a WebSocket: how to open it and how to read it.

    Attributes:
        call: GET that opens the stream. For a WebSocket, its URL may also be ws or wss.
        read: pure function that returns the status in an event; None for an event without one, such as a keep-alive.
        silence_seconds: longest silence in seconds; after that the stream counts as broken, and the core polls.
        protocol: "server_sent_events" or "websocket". A WebSocket needs the package `websockets`, which the extra
            `websocket` of the core installs; without it, the core polls.
        messages: strings that the core sends once the WebSocket is open, such as a subscription.
        begins_with_status: whether the stream begins with the current status. If False, the core polls once after it is open, so
            that no job is missed that has ended before.
        ends_with_status: whether the terminal event carries the whole status: the result, or why the job failed. If False, it only
            says when to ask, and the core polls at once.

    Raises:
        ValueError: `messages` were given for server-sent events, which cannot send any.
    """

    call: HttpCall
    read: Callable[[ServerEvent], JobStatus | None]
    silence_seconds: float = 60.0
    protocol: Literal["server_sent_events", "websocket"] = "server_sent_events"
    messages: tuple[str, ...] = field(default=(), repr=False)
    begins_with_status: bool = True
    ends_with_status: bool = True

    def __post_init__(self) -> None:
        if self.protocol == "websocket":
            # its handshake is an ordinary GET, and so the guards see an ordinary URL
            object.__setattr__(self, "call", replace(self.call, url=http_url(self.call.url)))
        elif self.messages:
            raise ValueError('only a WebSocket sends messages; set protocol="websocket"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A webhook request as received.

    Attributes:
        headers: headers with lower-case names.
        body: raw bytes; signatures cover these.
        received_at: time of arrival, aware, in UTC; for refusing replays.
    """

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime

    def json_object(self) -> dict[str, object]:
        """Return the parsed body.

        Raises:
            UnexpectedResponseError: the body is not a JSON object.
        """
        try:
            parsed = read_json(self.body)
        except (ValueError, RecursionError) as error:
            raise UnexpectedResponseError("the webhook body is not JSON") from error
        if not isinstance(parsed, dict):
            raise UnexpectedResponseError("the webhook body is not a JSON object")
        return cast("dict[str, object]", parsed)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A verified webhook delivery.

    Attributes:
        request_id: the provider's id of the job.
        status: status of the job.
    """

    request_id: str
    status: JobStatus
