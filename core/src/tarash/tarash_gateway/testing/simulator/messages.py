"""Owns the plain data that a simulator receives, records and answers: requests, answers, routes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from urllib.parse import parse_qsl


@dataclass(frozen=True, eq=False)
class FormPart:
    """One field of an HTML form or one part of a multipart body."""

    name: str
    data: bytes
    filename: str | None = None
    content_type: str | None = None

    @property
    def text(self) -> str:
        """The data as UTF-8 text."""
        return self.data.decode()


@dataclass(frozen=True, eq=False)
class RecordedRequest:
    """One request as it arrived; `json` is None unless the body is JSON, `form` empty unless it is a form."""

    route: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Looked up case-insensitively."""
    json: object
    body: bytes
    form: tuple[FormPart, ...]
    parameters: Mapping[str, str]
    """The values of the `{name}` placeholders of the route's path pattern."""

    def json_object(self) -> dict[str, object]:
        """The JSON body where it is an object, else an empty one."""
        return self.json if isinstance(self.json, dict) else {}

    def form_part(self, name: str) -> FormPart | None:
        """The first form part of that name."""
        return next((part for part in self.form if part.name == name), None)


@dataclass(frozen=True, eq=False)
class Answer:
    """What a route answers: a complete body, or `chunks` written one by one as they come."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    chunks: AsyncIterator[bytes] | None = None


class Refusal(Exception):
    """Raised by a handler or by a check to answer something else than the regular answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"refused with status {answer.status}")
        self.answer = answer


Handler = Callable[[RecordedRequest], Answer | Awaitable[Answer]]


@dataclass(frozen=True)
class Route:
    """One endpoint: its name in faults and records, and who answers it.

    `path` is a pattern of aiohttp: `{name}` matches one segment, `{name:.+}` several. Routes are
    tried in order.
    A `public` route is answered without the simulator's authorization check.
    """

    name: str
    method: str
    path: str
    handler: Handler
    public: bool = False


def json_answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer a JSON value."""
    return Answer(status, json.dumps(value).encode(), headers or {})


def text_answer(text: str, *, status: int = 200, content_type: str = "text/plain") -> Answer:
    """Answer a text."""
    return Answer(status, text.encode(), {}, content_type)


def event_stream_answer(chunks: AsyncIterator[bytes]) -> Answer:
    """Answer server-sent events as `chunks` yields them (see `server_sent_event`)."""
    return Answer(headers={"Cache-Control": "no-store"}, content_type="text/event-stream", chunks=chunks)


def server_sent_event(data: object, *, event: str | None = None, event_id: str | None = None) -> bytes:
    """Encode one event; text goes out as it is, anything else as JSON."""
    text = data if isinstance(data, str) else json.dumps(data)
    lines = [f"event: {event}"] if event is not None else []
    lines += [f"id: {event_id}"] if event_id is not None else []
    lines += [f"data: {line}" for line in text.split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def read_json(body: bytes) -> object:
    """The JSON value of a body, or None where it holds none."""
    if body.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        value: object = json.loads(body)
    except ValueError:
        return None
    return value


def read_form(content_type: str, body: bytes) -> tuple[FormPart, ...]:
    """The parts of a multipart or URL-encoded body; none for every other content type."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
        return tuple(FormPart(name, value.encode()) for name, value in pairs)
    if kind != "multipart/form-data":
        return ()
    boundary = BytesHeaderParser().parsebytes(f"Content-Type: {content_type}\n\n".encode()).get_boundary()
    if boundary is None:
        return ()
    sections = (b"\r\n" + body).split(f"\r\n--{boundary}".encode())[1:-1]
    return tuple(_read_part(section) for section in sections)


def _read_part(section: bytes) -> FormPart:
    """Split one multipart section, which starts with the line end of its boundary, into headers and data."""
    head, _, data = section.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    headers = BytesHeaderParser().parsebytes(head)
    name = headers.get_param("name", "", header="content-disposition")
    content_type = headers.get_content_type() if "content-type" in headers else None
    return FormPart(str(name), data, headers.get_filename(), content_type)
