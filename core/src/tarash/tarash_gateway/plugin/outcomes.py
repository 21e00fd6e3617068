"""What a plugin's hooks return: how a job stands, what it made, what a cancel achieved."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias, cast

from ..exceptions import TarashException, UnexpectedResponseError
from ..models.update import GenerationState
from ..steps import HttpCall, ServerEvent

JobReference: TypeAlias = Mapping[str, object]
"""What a plugin needs to find a job again: JSON-serialisable, without a secret."""


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
        job: the reference to poll with from now on, where the provider hands out another one; None keeps it.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One output of a job: give exactly one of `url`, `content`, `download` and `path`.

    Attributes:
        kind: a modality's name ("video", "image"), or "audio", "thumbnail", "other".
        url: URL that anyone can download while it lives.
        content: the bytes, where the provider only hands out bytes; the core stores them in a file.
        download: call that fetches it with the key; the core streams it to a file.
        path: a file that the plugin itself has made. A `file:` URL in `url` is refused: a provider could name any file with it.
        content_type, size_bytes, width, height, duration_seconds, expires_at: where known (`expires_at` aware UTC).
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

    def json_object(self) -> dict[str, object]:
        """Return the parsed body.

        Raises:
            UnexpectedResponseError: the body is not a JSON object.
        """
        try:
            parsed = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise UnexpectedResponseError("the body of the webhook delivery is not JSON") from error
        if not isinstance(parsed, dict):
            raise UnexpectedResponseError("the body of the webhook delivery is not a JSON object")
        return cast("dict[str, object]", parsed)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A verified delivery: which job it is about, and how that stands."""

    request_id: str
    status: JobStatus
