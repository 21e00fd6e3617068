"""An HTTP exchange as plain data: the call that a flow yields, the reply it receives, and the failure in its place."""

from __future__ import annotations

import json as json_codec
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any, Literal, TypeAlias, cast
from urllib.parse import urlencode

from .exceptions import UnexpectedResponseError

Purpose: TypeAlias = Literal["submit", "read", "cancel"]
"""What a call is for: to create a job, to ask about one or fetch its result, or to cancel it."""


ONLY_BY_PROXY = ""
"""In place of an address: the host was not looked up, since a proxy does that, so nobody has checked where it leads."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a `multipart/form-data` body; a part with a `filename` is sent as a file."""

    name: str
    value: str | bytes = field(repr=False)
    filename: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """One HTTP call. The driver answers with an `HttpReply` or throws a `TransportFailure`.

    Set at most one of `json`, `content`, `form` and `multipart`. The repr leaves out headers and bodies: they may hold a key or
    a customer's media.

    Attributes:
        method: HTTP method in capitals.
        url: absolute URL, query included.
        headers: request headers.
        json: body, sent as JSON.
        content: body, sent as it is.
        form: body, sent as `application/x-www-form-urlencoded`.
        multipart: body, sent as `multipart/form-data`.
        timeout_seconds: longest time for the whole exchange; None is the core's default. The attempt's deadline also limits it.
        repeatable: whether it is safe to send the call twice. None means yes for GET, HEAD, PUT and DELETE, and for every call
            of a flow that only reads or cancels; no for a POST in a submit. Set True for an upload.
        accept_statuses: HTTP statuses besides 2xx that the flow reads itself. Any other status becomes an exception, made by
            `tarash_error` and thrown into the flow.
        idempotent: whether the call creates a job and carries an idempotency key that the provider honours, so that a retry
            cannot create a second job.
        secrets: strings derived from the key (a signature, a one-use token) that must not appear in errors or logs.
        max_answer_bytes: size limit of the decoded answer, in bytes; larger ones are aborted. None, or a larger number, is the
            transport's limit of 256 MiB.
        address: checked IP address to connect to, instead of looking up the URL's host. None looks it up; with a proxy, the
            address is ignored. An empty text refuses a direct connection: only a proxy may look up the host.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: object = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    multipart: tuple[Part, ...] | None = field(default=None, repr=False)
    timeout_seconds: float | None = None
    repeatable: bool | None = None
    accept_statuses: frozenset[int] = frozenset()
    idempotent: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)
    max_answer_bytes: int | None = None
    address: str | None = None

    @property
    def purpose(self) -> Purpose:
        """What the call is for: "submit", "read" or "cancel". If too many requests are in flight, cancels go first, submits last."""
        return "read"

    @property
    def account(self) -> str:
        """Text that stands for the account and reveals no key, or "". Each account has its own limit of requests in flight."""
        return ""

    @property
    def may_create_job(self) -> bool:
        """Whether the provider may create and bill a job for this call, if it is part of a submit."""
        if self.repeatable is None:
            return self.method not in _REPEATABLE_METHODS
        return self.idempotent or not self.repeatable

    def encoded(self) -> HttpCall:
        """Return the call with its body as bytes in `content`, exactly as it is sent, for a signature over the body.

        Raises:
            ValueError: the body is multipart, which the transport encodes.
        """
        if self.multipart is not None:
            raise ValueError("a multipart body has no bytes yet; sign the other parts of the call")
        if self.json is not None:
            text = json_codec.dumps(self.json, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            return self._with_content(text, "application/json")
        if self.form is not None:
            return self._with_content(urlencode(self.form), "application/x-www-form-urlencoded")
        return self

    def _with_content(self, text: str, content_type: str) -> HttpCall:
        has_type = any(name.lower() == "content-type" for name in self.headers)
        headers = self.headers if has_type else {**self.headers, "Content-Type": content_type}
        return replace(self, json=None, form=None, content=text.encode(), headers=headers)

    def with_timeout(self, seconds: float | None) -> HttpCall:
        """Return the call with another timeout, in seconds."""
        return replace(self, timeout_seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingCall(HttpCall):
    """A call as the core sends it. Only the core knows what the hook is run for and with which account, so no plugin makes one."""

    purpose: Purpose = "read"
    account: str = ""

    @classmethod
    def of(
        cls, call: HttpCall, *, timeout_seconds: float | None, purpose: Purpose, account: str
    ) -> OutgoingCall:
        """Return what is sent for a call of a plugin."""
        known: dict[str, Any] = dict(zip(_CALL_MEMBERS, _read_members(call), strict=True))
        known.update(timeout_seconds=timeout_seconds, purpose=purpose, account=account)
        return cls(**known)


_CALL_MEMBERS = tuple(member.name for member in fields(HttpCall))
_read_members: Callable[[HttpCall], tuple[object, ...]] = attrgetter(*_CALL_MEMBERS)
_REPEATABLE_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class HttpReply:
    """The server's answer. Header names are lower case; the body is complete and decompressed."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """Return the value of a header, or None; `name` may be in any case."""
        return self.headers.get(name.lower())

    def text(self) -> str:
        """Return the body as text; bytes that are not UTF-8 are replaced."""
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> object:
        """Return the parsed body; values nested deeper than `DEEPEST_JSON` levels become None.

        Raises:
            UnexpectedResponseError: the body is not JSON; it may be truncated, HTML or empty.
        """
        try:
            return read_json(self.content)
        except (ValueError, RecursionError) as error:
            kind = self.header("content-type") or "no content type"
            raise UnexpectedResponseError(
                f"expected JSON, got {len(self.content)} bytes of {kind} with HTTP {self.status}",
                status_code=self.status,
                raw_response=self.text()[:500],
            ) from error

    def json_object(self) -> dict[str, object]:
        """Return the parsed body, which must be a JSON object.

        Raises:
            UnexpectedResponseError: the body is not a JSON object.
        """
        body = self.json()
        if not isinstance(body, dict):
            raise UnexpectedResponseError(
                f"expected a JSON object, got {type(body).__name__} with HTTP {self.status}",
                status_code=self.status,
                raw_response=body,
            )
        return cast("dict[str, object]", body)

    def require_text(self, *path: str | int) -> str:
        """Return a required text, such as the job's id, from a JSON body; an integer is returned as its digits.

        Args:
            path: names of object members and indices of lists, from the outside in.

        Raises:
            UnexpectedResponseError: the body is not a JSON object, or has no printable text at `path`.
        """
        body = self.json_object()
        found = json_member(body, *path)
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        if isinstance(found, str) and is_identifier(found):
            return found
        raise UnexpectedResponseError(
            f"the answer has no {'.'.join(map(str, path))}", status_code=self.status, raw_response=body
        )


def is_identifier(text: str) -> bool:
    """Return whether a text of an answer can be sent back and saved: it has no control character, and no letter was replaced."""
    return bool(text) and text.isprintable() and REPLACED not in text


def http_url(url: str) -> str:
    """Return a WebSocket URL (ws, wss) as that of its handshake (http, https); any other is returned unchanged."""
    scheme, colon, rest = url.partition(":")
    named = {"ws": "http", "wss": "https"}.get(scheme.lower())
    return url if named is None else f"{named}{colon}{rest}"


REPLACED = "\N{REPLACEMENT CHARACTER}"
"""Stands for what no text can hold."""
_HALF_PAIR = re.compile("[\ud800-\udfff]")
DEEPEST_JSON = 64
"""Most levels of a JSON body that are read: recursion over deeper levels could exceed Python's stack."""


def read_json(content: bytes | str) -> object:
    """Return parsed JSON, with None for values nested deeper than `DEEPEST_JSON` levels, and `REPLACED` for half of a surrogate pair.

    Raises:
        ValueError, RecursionError: it is not JSON, or is nested too deep to be parsed.
    """
    body = cast("object", json_codec.loads(content))
    # with fewer brackets than that, it cannot be too deep
    opened = (
        content.count(b"[") + content.count(b"{")
        if isinstance(content, bytes)
        else content.count("[") + content.count("{")
    )
    if opened > DEEPEST_JSON:
        _prune(body)
    return _whole_letters(body) if _has_surrogates(content) else body


def _has_surrogates(content: bytes | str) -> bool:
    """Return whether JSON writes a letter as a pair of escapes, or half of one."""
    if isinstance(content, bytes):
        return b"\\ud" in content or b"\\uD" in content
    return "\\ud" in content or "\\uD" in content


def _whole_letters(body: object) -> object:
    """Replace each half of a surrogate pair, which JSON can escape, and nothing can print, send or save."""
    written = json_codec.dumps(body, ensure_ascii=False)
    return cast("object", json_codec.loads(_HALF_PAIR.sub(REPLACED, written)))


def _prune(body: object) -> None:
    """Remove the levels that are too deep, in place."""
    level = [body]
    for _ in range(DEEPEST_JSON - 1):
        level = [inner for outer in level for inner in _members(outer) if isinstance(inner, dict | list)]
    for outer in level:
        if isinstance(outer, dict):
            outer.update({name: None for name, inner in outer.items() if isinstance(inner, dict | list)})
        elif isinstance(outer, list):
            outer[:] = [None if isinstance(inner, dict | list) else inner for inner in outer]


def _members(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return cast("dict[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()


def json_member(value: object, *path: str | int) -> object:
    """Return the member at `path` (names for objects, indices for lists), or None if any part of the path is missing."""
    for step in path:
        # every member of every answer is read here, and asking for the abstract class takes longer than reading
        if type(value) is dict and type(step) is str:
            value = value.get(step)
        elif isinstance(step, str) and isinstance(value, Mapping):
            value = cast("Mapping[str, object]", value).get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = cast("list[object]", value)[step]
        else:
            return None
    return value


class TransportFailure(Exception):
    """An HTTP exchange that ended without a usable answer.

    Attributes:
        kind: "connect", "timeout", "reset" or "protocol".
        request_may_have_arrived: False only if it is certain that no byte of the request reached the server.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: Literal["connect", "timeout", "reset", "protocol"],
        request_may_have_arrived: bool,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.request_may_have_arrived = request_may_have_arrived


class AnswerTooLargeFailure(TransportFailure):
    """An answer that was aborted because of its size: it will not be smaller next time.

    Args:
        max_bytes: the limit, in bytes.
    """

    def __init__(self, max_bytes: int) -> None:
        super().__init__(
            f"the answer is larger than {max_bytes} bytes, the limit for reading into memory; is it a file?",
            kind="protocol",
            request_may_have_arrived=True,
        )


def mark_unsent(interruption: BaseException) -> None:
    """Mark a cancellation or Ctrl-C that came before any byte of the request was sent, so that the engine knows of no job."""
    interruption.__dict__["request_may_have_arrived"] = False


def is_unsent(interruption: BaseException) -> bool:
    """Return whether a transport has marked an interruption: the request was certainly not sent."""
    return interruption.__dict__.get("request_may_have_arrived") is False
