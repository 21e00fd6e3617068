"""The spans of one generation: the generation, its attempts, and their HTTP exchanges."""

from __future__ import annotations

from dataclasses import dataclass, field

from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    Span,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from tarash.tarash_gateway.plugin import Event

from . import conventions as name
from .describing import (
    Attributes,
    error_of,
    identity,
    method,
    model_of,
    nanoseconds,
    prompt,
    server,
    standing,
    url,
    wishes,
)

_TRACE_CONTEXT = TraceContextTextMapPropagator()
_NAMES = {"generation_resumed": "resume", "generation_started": "generate", "generation_refused": "generate"}


@dataclass(slots=True)
class _Attempt:
    """The span of an attempt, and that of the HTTP exchange that is under way in it.

    Attributes:
        span: the span of the attempt.
        context: makes a span a child of it.
        exchange: the open HTTP exchange, or None.
        resends: how often the next request was sent before.
        status: the job's status, as last noted.
        is_over: whether the span has ended.
    """

    span: Span
    context: Context
    exchange: Span | None = None
    resends: int = 0
    status: str = ""
    is_over: bool = False


@dataclass(slots=True)
class GenerationSpans:
    """The spans of one generation, made from its events in their order.

    Attributes:
        tracer: starts the spans.
        records_content: whether prompts, and texts of providers that may quote them, are recorded.
        context: makes a span a child of the generation's.
    """

    tracer: Tracer
    records_content: bool
    context: Context = field(default_factory=Context)
    _span: Span | None = None
    _wishes: Attributes = field(default_factory=dict)
    _attempts: dict[int, _Attempt] = field(default_factory=dict)

    def note(self, event: Event) -> None:
        """Change the spans as an event says."""
        match event.kind:
            case "generation_started" | "generation_resumed":
                self._begin(event)
            case "generation_refused":
                self._begin(event)
                self._end(event)
            case "generation_ended":
                self._end(event)
            case "attempt_skipped":
                self._skip(event)
            case _:
                self._within(self._attempt(event), event)

    def traceparent(self) -> str | None:
        """Return the W3C `traceparent` of the generation's span, or None if it is not recorded."""
        carrier: dict[str, str] = {}
        _TRACE_CONTEXT.inject(carrier, context=self.context)
        return carrier.get("traceparent")

    def context_of(self, event: Event) -> Context:
        """Return the context of the span that an event belongs to, for a metric to point to."""
        attempt = self._attempts.get(event.attempt_number)
        return self.context if attempt is None else attempt.context

    # The generation.

    def _begin(self, event: Event) -> None:
        self._wishes = wishes(event.request) | (prompt(event.request) if self.records_content else {})
        span = self.tracer.start_span(
            f"{_NAMES[event.kind]} {event.modality}".strip(),
            attributes=model_of(event) | identity(event),
            links=_links(event),
            start_time=nanoseconds(event),
        )
        self._span, self.context = span, set_span_in_context(span)

    def _end(self, event: Event) -> None:
        """End every span: one that is still open is cut off here, or has handed its job to a later resume."""
        if self._span is None:
            return
        error, at = error_of(event), nanoseconds(event)
        for attempt in self._attempts.values():
            if not attempt.is_over:
                self._finish(attempt, error, at, "submitted" if error is None else error, event)
        self._span.set_attribute(name.TARASH_OUTCOME, error or "completed")
        for attribute, fact in (
            (name.TARASH_COST_USD, "cost_usd"),
            (name.TARASH_TOTAL_COST_USD, "total_cost_usd"),
        ):
            cost = event.facts.get(fact)
            if isinstance(cost, int | float):
                self._span.set_attribute(attribute, cost)
        self._fail(self._span, error, event)
        self._span.end(at)
        self._span = None

    def _skip(self, event: Event) -> None:
        if self._span is None:
            return
        told: Attributes = {**model_of(event), **identity(event)}
        if self.records_content:
            told["reason"] = str(event.facts.get("reason", ""))
        self._span.add_event("attempt skipped", told, nanoseconds(event))

    # An attempt.

    def _attempt(self, event: Event) -> _Attempt:
        """Return the attempt of an event; a resumed one begins with the first event."""
        found = self._attempts.get(event.attempt_number)
        if found is None:
            span = self.tracer.start_span(
                f"{name.GENERATE_CONTENT} {event.model}",
                context=self.context,
                kind=SpanKind.CLIENT,
                attributes=model_of(event) | identity(event) | self._wishes,
                start_time=nanoseconds(event),
            )
            found = self._attempts[event.attempt_number] = _Attempt(span, set_span_in_context(span))
        return found

    def _within(self, attempt: _Attempt, event: Event) -> None:
        at = nanoseconds(event)
        # the last event knows most of the job and the money, and a killed generation has no better one
        attempt.span.set_attributes(standing(event))
        match event.kind:
            case "completed" | "attempt_failed" | "abandoned":
                error = error_of(event)
                self._finish(attempt, error, at, error or "completed", event)
            case "fallback":
                attempt.span.set_attribute(name.TARASH_FALLBACK, value=True)
            case "request_sent":
                self._send(attempt, event)
            case "response_received" | "request_failed":
                self._answer(attempt, event)
            case "retry":
                attempt.resends = _number(event, "retry")
                told: Attributes = {
                    name.ERROR_TYPE: error_of(event) or "",
                    "delay_seconds": _seconds(event),
                }
                attempt.span.add_event("retry", told, at)
            case "progress" if event.facts.get("status") != attempt.status:
                attempt.status = str(event.facts.get("status"))
                attempt.span.add_event("status", {"status": attempt.status}, at)
            case _:
                pass

    def _finish(self, attempt: _Attempt, error: str | None, at: int, outcome: str, event: Event) -> None:
        self._cut_off(attempt, at)
        attempt.is_over = True
        attempt.span.set_attribute(name.TARASH_OUTCOME, outcome)
        self._fail(attempt.span, error, event)
        attempt.span.end(at)

    def _fail(self, span: Span, error: str | None, event: Event) -> None:
        if error is None:
            return
        span.set_attribute(name.ERROR_TYPE, error)
        # a provider's message may quote the prompt
        message = event.facts.get("message") if self.records_content else None
        span.set_status(Status(StatusCode.ERROR, None if message is None else str(message)))

    # An HTTP exchange.

    def _send(self, attempt: _Attempt, event: Event) -> None:
        at = nanoseconds(event)
        self._cut_off(attempt, at)
        attempt.span.set_attributes(server(event))
        said = method(event)
        resent: Attributes = {name.HTTP_REQUEST_RESEND_COUNT: attempt.resends} if attempt.resends else {}
        attempt.exchange = self.tracer.start_span(
            said if said != "_OTHER" else "HTTP",
            context=attempt.context,
            kind=SpanKind.CLIENT,
            attributes={name.HTTP_REQUEST_METHOD: said} | server(event) | url(event) | resent,
            start_time=at,
        )
        attempt.resends = 0

    def _answer(self, attempt: _Attempt, event: Event) -> None:
        span, attempt.exchange = attempt.exchange, None
        if span is None:
            return
        if event.kind == "response_received":
            span.set_attribute(name.HTTP_RESPONSE_STATUS_CODE, _number(event, "status_code"))
        self._fail(span, error_of(event), event)
        span.end(nanoseconds(event))

    def _cut_off(self, attempt: _Attempt, at: int) -> None:
        """End an exchange that was interrupted: its answer never came."""
        span, attempt.exchange = attempt.exchange, None
        if span is not None:
            span.set_attribute(name.ERROR_TYPE, "interrupted")
            span.set_status(StatusCode.ERROR)
            span.end(at)


def _links(event: Event) -> list[Link]:
    """Return a link to the call that submitted the job, if an event of a resume names it."""
    said = event.facts.get("traceparent")
    if not isinstance(said, str):
        return []
    linked = get_current_span(_TRACE_CONTEXT.extract({"traceparent": said}, Context())).get_span_context()
    return [Link(linked)] if linked.is_valid else []


def _number(event: Event, fact: str) -> int:
    value = event.facts.get(fact)
    return value if isinstance(value, int) else 0


def _seconds(event: Event) -> float:
    value = event.facts.get("delay_seconds")
    return float(value) if isinstance(value, int | float) else 0.0
