"""The plain data of a simulator: the requests it records, its answers and its routes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from email.parser import BytesHeaderParser
from typing import TypeAlias, TypeVar
from urllib.parse import parse_qsl

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class FormPart:
    """One field of an HTML form or one part of a multipart body."""

    name: str
    data: bytes
    filename: str | None = None
    content_type: str | None = None

    @property
    def text(self) -> str:
        """The data, decoded as UTF-8."""
        return self.data.decode()


@dataclass(frozen=True, eq=False)
class RecordedRequest:
    """One request as received. `json` is None unless the body is JSON; `form` is empty unless the body is a form."""

    route: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in any case."""
    json: object
    body: bytes
    form: tuple[FormPart, ...]
    parameters: Mapping[str, str]
    """The values of the `{name}` placeholders of the route's path pattern."""

    def json_object(self) -> dict[str, object]:
        """Return the JSON body if it is an object, else an empty one."""
        return self.json if isinstance(self.json, dict) else {}

    def form_part(self, name: str) -> FormPart | None:
        """Return the first form part with this name, or None."""
        return next((part for part in self.form if part.name == name), None)


Message: TypeAlias = str | bytes
Talk: TypeAlias = Callable[[AsyncIterator[Message]], AsyncIterator[Message]]
"""The server's side of a WebSocket: receives the client's messages, yields its own."""


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer of a route: a complete body, `chunks`, which are sent one by one, or the `talk` of a WebSocket."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    chunks: AsyncIterator[bytes] | None = None
    talk: Talk | None = None

    def with_parts_in(self, context: Callable[[], AbstractContextManager[object]]) -> Answer:
        """Return the same answer, whose chunks or messages are made inside a context."""
        chunks, talk = self.chunks, self.talk
        if chunks is not None:
            return replace(self, chunks=_inside(context, chunks))
        if talk is not None:
            return replace(self, talk=lambda received: _inside(context, talk(received)))
        return self


async def _inside(
    context: Callable[[], AbstractContextManager[object]], parts: AsyncIterator[T]
) -> AsyncIterator[T]:
    with context():
        async for part in parts:
            yield part


class Refusal(Exception):
    """Raise it in a handler or a check to send another answer than the regular one."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"refused with status {answer.status}")
        self.answer = answer


Handler = Callable[[RecordedRequest], Answer | Awaitable[Answer]]


@dataclass(frozen=True)
class Route:
    """One endpoint of a provider. Routes are tried in order.

    Attributes:
        name: name of the route in faults and records.
        method: HTTP method in capitals.
        path: aiohttp pattern: `{name}` matches one segment, `{name:.+}` several.
        handler: returns the answer to a request.
        public: whether requests are answered without the check of `Simulator.authorize`.
        query: parameters that a request must have to match; of routes that differ only in these, list the most demanding first.
    """

    name: str
    method: str
    path: str
    handler: Handler
    public: bool = False
    query: Mapping[str, str] = field(default_factory=dict)

    def takes(self, query: Mapping[str, str]) -> bool:
        """Return whether a request to the path with these parameters matches."""
        return all(query.get(name) == value for name, value in self.query.items())


def by_place(routes: Sequence[Route]) -> dict[tuple[str, str], list[Route]]:
    """Return the routes by method and path; those of one place differ in the query that they take."""
    found: dict[tuple[str, str], list[Route]] = {}
    for route in routes:
        found.setdefault((route.method, route.path), []).append(route)
    return found


def json_answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer with a JSON value."""
    return Answer(status, json.dumps(value).encode(), headers or {})


def text_answer(text: str, *, status: int = 200, content_type: str = "text/plain") -> Answer:
    """Return an answer with a text."""
    return Answer(status, text.encode(), {}, content_type)


def event_stream_answer(chunks: AsyncIterator[bytes]) -> Answer:
    """Return an answer that sends the server-sent events in `chunks` (see `server_sent_event`)."""
    return Answer(headers={"Cache-Control": "no-store"}, content_type="text/event-stream", chunks=chunks)


def websocket_answer(talk: Talk) -> Answer:
    """Return an answer that opens a WebSocket and sends what `talk` yields: text messages (str) and binary ones (bytes).

    Args:
        talk: asynchronous generator function; its argument iterates over the client's messages. The WebSocket closes when it ends.
    """
    return Answer(talk=talk)


def server_sent_event(data: object, *, event: str | None = None, event_id: str | None = None) -> bytes:
    """Encode one event; text is sent unchanged, anything else as JSON."""
    text = data if isinstance(data, str) else json.dumps(data)
    lines = [f"event: {event}"] if event is not None else []
    lines += [f"id: {event_id}"] if event_id is not None else []
    lines += [f"data: {line}" for line in text.split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def unknown_fields(body: Mapping[str, object], allowed: Collection[str]) -> list[str]:
    """Return the sorted keys of a JSON object that are not in `allowed`."""
    return sorted(set(body) - set(allowed))


def read_json(body: bytes) -> object:
    """Return the JSON value of a body, or None if it is not JSON."""
    if body.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        value: object = json.loads(body)
    except ValueError:
        return None
    return value


def read_form(content_type: str, body: bytes) -> tuple[FormPart, ...]:
    """Return the parts of a multipart or URL-encoded body; none for other content types."""
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
    """Split a multipart section, which begins with the line end of its boundary, into headers and data."""
    head, _, data = section.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    headers = BytesHeaderParser().parsebytes(head)
    name = headers.get_param("name", "", header="content-disposition")
    content_type = headers.get_content_type() if "content-type" in headers else None
    return FormPart(str(name), data, headers.get_filename(), content_type)
