"""The base class of provider simulators: a real HTTP server on loopback that records requests, injects faults and runs jobs.

A simulator speaks one provider's wire well enough for the provider's official client to work with it unchanged. Subclasses
declare `routes()`; recording, faults, job timing and media are included.

    class AcmeSimulator(Simulator):
        failures = {"content_policy": "the prompt was flagged"}

        def routes(self) -> list[Route]:
            return [Route("submit", "POST", "/v1/videos", self.submit),
                    Route("status", "GET", "/v1/videos/{id}", self.status)]

    with AcmeSimulator() as simulator:
        simulator.inject("status", Status(503), nth=2)
"""

from __future__ import annotations

import contextlib
import functools
import hmac
import inspect
import ssl
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import ClassVar, Self

from aiohttp import web

from ...fork_safety import fork_safe_lock
from .faults import (
    Body,
    Fault,
    FaultPlan,
    Hang,
    Html,
    LostResponse,
    Replaced,
    Reset,
    SlowAnswer,
    Status,
    TruncatedBody,
    TruncatedJson,
)
from .job_control import JobControl
from .jobs import SimulatedJob, SimulatedState
from .media import Media, tiny_mp4, tiny_png
from .messages import (
    Answer,
    FormPart,
    Handler,
    RecordedRequest,
    Refusal,
    Route,
    by_place,
    event_stream_answer,
    json_answer,
    read_form,
    read_json,
    server_sent_event,
    text_answer,
    unknown_fields,
    websocket_answer,
)
from .server import BackgroundServer, close, reset, send, send_half

__all__ = [
    "Answer",
    "Body",
    "Fault",
    "FormPart",
    "Handler",
    "Hang",
    "Html",
    "LostResponse",
    "Media",
    "RecordedRequest",
    "Refusal",
    "Replaced",
    "Reset",
    "Route",
    "SimulatedJob",
    "SimulatedState",
    "Simulator",
    "SlowAnswer",
    "Status",
    "TruncatedBody",
    "TruncatedJson",
    "event_stream_answer",
    "json_answer",
    "server_sent_event",
    "text_answer",
    "tiny_mp4",
    "tiny_png",
    "unknown_fields",
    "websocket_answer",
]

UNMATCHED = "unmatched"
"""The route name of requests that match no route."""


class Simulator(JobControl):
    """A provider on loopback; use it as a context manager.

    Attributes:
        file_origin: origin in the URLs of files, such as "https://files.example"; None is the simulator's own. For a test whose
            transport leads that origin back to the simulator.

    Raises:
        Exception: on leaving the context, what a handler of a subclass raised, also while it streamed.
    """

    api_key: ClassVar[str] = "test-key"
    """The only key that a subclass's `authorize` should accept."""
    failures: ClassVar[Mapping[str, object]] = {}
    """The failures that `fail_next` and `fail_jobs` accept, by name, with what the subclass needs for the answer."""

    def __init__(self, *, ssl_context: ssl.SSLContext | None = None) -> None:
        self._scheme = "http" if ssl_context is None else "https"
        self._routes = [
            *self.routes(),
            Route("media", "GET", "/media/{name:.+}", self._serve_media, public=True),
            Route("media", "HEAD", "/media/{name:.+}", self._serve_media, public=True),
            Route(UNMATCHED, "*", "/{path:.*}", self._refuse_unmatched, public=True),
        ]
        self._faults = FaultPlan({route.name for route in self._routes})
        self._lock = fork_safe_lock(self, "_lock")
        self._requests: list[RecordedRequest] = []
        self._counts: dict[str, int] = {}
        self._media: dict[str, Media] = {}
        self._handler_errors: list[Exception] = []
        self.file_origin: str | None = None
        table = [
            (*at, functools.partial(self._answer, those)) for at, those in by_place(self._routes).items()
        ]
        super().__init__(BackgroundServer(table, ssl_context=ssl_context), self.failures)

    # Overridden by subclasses.

    def routes(self) -> list[Route]:
        """Return the provider's endpoints, in the order they are tried."""
        raise NotImplementedError

    def authorize(self, request: RecordedRequest) -> Answer | None:  # noqa: ARG002 -- for subclasses
        """Check the key of a request to a route that is not public; return an answer to refuse it, or None."""
        return None

    def not_found(self, request: RecordedRequest) -> Answer:
        """Return the provider's answer to an unknown path."""
        return json_answer({"error": f"no route for {request.method} {request.path}"}, status=404)

    # The server.

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.stop()
        if error is None:
            self.raise_handler_error()

    @property
    def url(self) -> str:
        """The base URL, without a trailing slash."""
        return f"{self._scheme}://127.0.0.1:{self._server.port}"

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1."""
        return self._server.port

    @property
    def storage_url(self) -> str:
        """The URL of the provider's file storage: use it in handlers for upload and download URLs.

        Real providers keep files on another server, which must not see the key. It is `url`, unless a test has set `file_origin`.
        """
        return self.url if self.file_origin is None else self.file_origin

    def raise_handler_error(self) -> None:
        """Raise what a handler of a subclass raised, if one did; leaving the context does the same.

        The client only received a 500, so without this a mistake in the simulator looks like one of the plugin.
        """
        with self._lock:
            raised, self._handler_errors = self._handler_errors, []
        if raised:
            raise raised[0]

    # Recorded requests.

    @property
    def requests(self) -> list[RecordedRequest]:
        """Every request so far, oldest first."""
        with self._lock:
            return list(self._requests)

    def requests_to(self, route: str) -> list[RecordedRequest]:
        """Return the requests to one route, oldest first."""
        return [request for request in self.requests if request.route == route]

    def count(self, route: str) -> int:
        """Return how often a route was called, including faults."""
        with self._lock:
            return self._counts.get(route, 0)

    # Faults.

    def inject(self, route: str, fault: Fault, *, nth: int = 1, times: int | None = 1) -> None:
        """Make the `nth` call of `route` from now on fail, and the `times - 1` calls after it.

        Args:
            route: name of the route.
            fault: what goes wrong.
            nth: which call, counted from 1.
            times: how many calls, 1 or more; None means all from then on.

        Raises:
            ValueError: there is no such route, or a number is below 1.
        """
        self._faults.add(route, fault, nth=nth, times=times)

    def clear_faults(self) -> None:
        """Remove all planned faults."""
        self._faults.clear()

    # Checks and media, for the handlers of subclasses.

    def has_header(self, request: RecordedRequest, name: str, expected: str) -> bool:
        """Return whether a header has exactly the expected value."""
        return hmac.compare_digest(request.headers.get(name, "").encode(), expected.encode())

    def store_media(self, name: str, data: bytes, content_type: str) -> str:
        """Serve a file from now on, and return its URL."""
        self._media[name] = Media(data, content_type)
        return f"{self.storage_url}/media/{name}"

    def stored_media(self, name: str) -> Media | None:
        """Return a file stored earlier, or None."""
        return self._media.get(name)

    def video_url(self, name: str = "video.mp4") -> str:
        """Serve a small, real MP4, and return its URL."""
        return self.store_media(name, tiny_mp4(), "video/mp4")

    def image_url(self, name: str = "image.png") -> str:
        """Serve a small, real PNG, and return its URL."""
        return self.store_media(name, tiny_png(), "image/png")

    # One request.

    async def _answer(self, routes: Sequence[Route], request: web.Request) -> web.StreamResponse:
        route = next((route for route in routes if route.takes(request.query)), self._routes[-1])
        recorded = await _record(route.name, request)
        with self._lock:
            self._requests.append(recorded)
            self._counts[route.name] = self._counts.get(route.name, 0) + 1
        fault = self._faults.take(route.name)
        early = await self._answer_unprocessed(request, fault)
        return early or await self._answer_processed(request, fault, await self._process(route, recorded))

    async def _answer_unprocessed(
        self, request: web.Request, fault: Fault | None
    ) -> web.StreamResponse | None:
        match fault:
            case Status(status, json, text, headers):
                answer = text_answer(text) if json is None and text is not None else json_answer(json or {})
                return await send(request, Answer(status, answer.body, headers, answer.content_type))
            case Html(status):
                page = "<!doctype html><html><body><h1>Service unavailable</h1></body></html>"
                return await send(request, text_answer(page, status=status, content_type="text/html"))
            case Body(data, content_type, status):
                return await send(request, Answer(status, data, {}, content_type))
            case Reset():
                return reset(request)
            case Hang(seconds):
                await self._server.pause(seconds)
                return close(request)
            case _:
                return None

    async def _answer_processed(
        self, request: web.Request, fault: Fault | None, answer: Answer
    ) -> web.StreamResponse:
        match fault:
            case LostResponse():
                return close(request)
            case Replaced(by):
                return await self._answer_unprocessed(request, by) or await send(request, answer)
            case TruncatedJson():
                return await send_half(request, answer)
            case TruncatedBody():
                half = answer.body[: len(answer.body) // 2]
                return await send(request, Answer(answer.status, half, answer.headers, answer.content_type))
            case SlowAnswer(seconds):
                await self._server.pause(seconds)
        return await send(request, answer)

    async def _process(self, route: Route, request: RecordedRequest) -> Answer:
        with self._noting_errors(route, request):
            try:
                refusal = None if route.public else self.authorize(request)
                if refusal is not None:
                    return refusal
                made = route.handler(request)
                answer = await made if inspect.isawaitable(made) else made
            except Refusal as refused:
                return refused.answer
        # a stream is made while it is sent
        return answer.with_parts_in(lambda: self._noting_errors(route, request))

    @contextlib.contextmanager
    def _noting_errors(self, route: Route, request: RecordedRequest) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            error.add_note(
                f"raised by the simulator's handler of {request.method} {request.path}, route {route.name!r}"
            )
            with self._lock:
                self._handler_errors.append(error)
            raise

    def _refuse_unmatched(self, request: RecordedRequest) -> Answer:
        return self.not_found(request)

    def _serve_media(self, request: RecordedRequest) -> Answer:
        media = self._media.get(request.parameters["name"])
        if media is None:
            return self.not_found(request)
        return Answer(200, media.data, {}, media.content_type)


async def _record(route: str, request: web.Request) -> RecordedRequest:
    body = await request.read()
    return RecordedRequest(
        route=route,
        method=request.method,
        path=request.path,
        query=request.query,
        headers=request.headers,
        json=read_json(body),
        body=body,
        form=read_form(request.headers.get("Content-Type", ""), body),
        parameters=dict(request.match_info),
    )
