"""Owns what one seed stands for: the chain, the options, the weather at each provider and what the caller does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from random import Random
from typing import Literal, TypeAlias

from tarash.tarash_gateway.models.config import DEFAULT_FALLBACK_ON, FallbackReason

from .faults import HANG, READ_FAULTS, SUBMIT_FAULTS, Fault, draw_fault
from .traits import PROVIDER_KINDS, Traits

Ending: TypeAlias = Literal["done", "failed", "moderated", "dropped", "never"]
Billing: TypeAlias = Literal["at_acceptance", "when_done", "free"]
Interruption: TypeAlias = Literal["ctrl_c", "cancel", "exit", "crash", "collected"]
StepWord: TypeAlias = Literal["any", "submit", "http", "sleep", "journal", "report", "stream", "cancel"]
CallbackFault: TypeAlias = Literal[
    "Exception", "GeneratorExit", "StopIteration", "KeyboardInterrupt", "StopAsyncIteration"
]
ENDPOINTS = ("status", "result", "cancel", "find", "upload", "events", "file")


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which one endpoint gives the same odd answer."""

    endpoint: str
    begins: float
    ends: float
    fault: Fault


@dataclass(frozen=True, slots=True)
class Link:
    """One provider of the chain: what it offers, how the caller uses it and what happens there.

    Attributes:
        submit_faults: what the first submissions are answered with; later ones get the regular answer.
        fault_rate: share of the other calls that get an odd answer.
        accepts_with_fault: whether a submission whose answer proves nothing has created a job.
        lag_seconds: how long a new job is missing in the list of jobs.
    """

    provider: str
    timeout: float
    on_timeout: Literal["cancel", "detach"]
    on_unknown: Literal["fallback", "raise"]
    fallback_on: frozenset[FallbackReason]
    poll_interval: float | None
    max_polls: int | None
    ending: Ending
    job_seconds: float
    billing: Billing
    tells_billing: bool
    latency: float
    submit_faults: tuple[Fault, ...]
    accepts_with_fault: bool
    fault_rate: float
    outages: tuple[Outage, ...]
    lag_seconds: float

    @property
    def traits(self) -> Traits:
        """What the provider offers."""
        return PROVIDER_KINDS[self.provider]


@dataclass(frozen=True, slots=True)
class Break:
    """An interruption of one call: at which step, before or after its effect, and whether a second one follows."""

    kind: Interruption
    step: StepWord
    count: int
    is_before: bool
    second_after: int | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One schedule, before it runs.

    Attributes:
        per_minute: most submissions to a server in a minute, for each process; None is no limit.
    """

    seed: int
    links: tuple[Link, ...]
    has_journal: bool
    submits: bool
    is_task: bool
    reports: bool
    callback_fault: CallbackFault | None
    callback_fault_at: int
    listens: bool
    listener_fails: bool
    breaks: tuple[Break, ...]
    journal_fails_at: int | None
    calls: int
    has_folder: bool
    per_minute: int | None

    def described(self) -> Iterator[str]:
        """The scenario as lines for the trace."""
        for item in fields(self):
            if item.name != "links":
                yield f"{item.name}: {getattr(self, item.name)}"
        for number, link in enumerate(self.links):
            yield f"link {number}: {link.traits}"
            yield f"        {link}"


def draw_scenario(seed: int) -> Scenario:
    """The scenario of a seed; the same in every process and on every machine."""
    draw = Random(seed)
    chance = draw.random
    reports = chance() < 0.4
    return Scenario(
        seed=seed,
        links=tuple(_link(draw) for _ in range(draw.choices((1, 2, 3, 4), (5, 5, 2, 1))[0])),
        has_journal=chance() < 0.5,
        submits=chance() < 0.25,
        is_task=chance() < 0.4,
        reports=reports,
        callback_fault=draw.choice(
            ("Exception", "GeneratorExit", "StopIteration", "KeyboardInterrupt", "StopAsyncIteration")
        )
        if reports and chance() < 0.3
        else None,
        callback_fault_at=draw.randint(1, 4),
        listens=chance() < 0.3,
        listener_fails=chance() < 0.1,
        breaks=tuple(_break(draw) for _ in range(draw.choices((0, 1, 2), (6, 4, 1))[0])),
        journal_fails_at=draw.randint(1, 4) if chance() < 0.06 else None,
        calls=5 if chance() < 0.02 else 1,
        has_folder=chance() < 0.02,
        per_minute=_per_minute(Random(seed * 16 + 11)),
    )


def _per_minute(draw: Random) -> int | None:
    """The rate of submissions, from a source of its own, so that each seed keeps its schedule."""
    return draw.choice((1, 1, 2)) if draw.random() < 0.15 else None


def _break(draw: Random) -> Break:
    return Break(
        kind=draw.choices(("ctrl_c", "cancel", "exit", "crash", "collected"), (4, 4, 1, 5, 1))[0],
        step=draw.choices(
            ("any", "submit", "http", "sleep", "journal", "report", "stream", "cancel"),
            (5, 4, 3, 2, 3, 1, 1, 1),
        )[0],
        count=draw.choice((1, 1, 1, 2, 2, 3, 4, 6, 9, 14)),
        is_before=draw.random() < 0.4,
        second_after=draw.choice((1, 2, 3, 5)) if draw.random() < 0.25 else None,
    )


def _link(draw: Random) -> Link:
    chance = draw.random
    provider = draw.choice(tuple(PROVIDER_KINDS))
    timeout = draw.choices((2.0, 10.0, 30.0, 120.0, 600.0, 3600.0), (2, 4, 6, 4, 1, 0.3))[0]
    ending: Ending = draw.choices(("done", "failed", "moderated", "dropped", "never"), (11, 3, 1, 1, 2))[0]
    return Link(
        provider=provider,
        timeout=timeout,
        on_timeout="detach" if chance() < 0.25 else "cancel",
        on_unknown="raise" if chance() < 0.4 else "fallback",
        fallback_on=_fallback_on(draw),
        poll_interval=draw.choice((0.5, 5.0, 60.0)) if chance() < 0.15 else None,
        max_polls=draw.choice((1, 2, 5)) if chance() < 0.08 else None,
        ending=ending,
        job_seconds=draw.choices((0.0, 1.0, 8.0, 40.0, timeout, timeout * 1.05), (4, 5, 4, 1, 0.7, 0.7))[0],
        billing=draw.choice(("at_acceptance", "when_done", "when_done", "free")),
        tells_billing=chance() < 0.5,
        latency=draw.choice((0.05, 0.05, 0.3, 2.0)),
        submit_faults=tuple(
            draw_fault(draw, SUBMIT_FAULTS) for _ in range(draw.choices((0, 1, 2, 6), (10, 7, 2, 1))[0])
        ),
        accepts_with_fault=chance() < 0.6,
        fault_rate=draw.choices((0.0, 0.08, 0.5), (6, 3, 1))[0],
        outages=tuple(
            _outage(draw, PROVIDER_KINDS[provider]) for _ in range(draw.choices((0, 1, 2), (6, 3, 1))[0])
        ),
        lag_seconds=draw.choice((0.0, 0.0, 1.0, 3.0, 5.0)),
    )


def _fallback_on(draw: Random) -> frozenset[FallbackReason]:
    kind = draw.random()
    if kind < 0.7:
        return DEFAULT_FALLBACK_ON
    if kind < 0.8:
        return frozenset()
    if kind < 0.9:
        return DEFAULT_FALLBACK_ON | {"result_unavailable", "content_moderation"}
    return frozenset({"connection", "server_error", "timeout"})


def _outage(draw: Random, traits: Traits) -> Outage:
    begins = draw.choice((0.0, 0.0, 3.0, 20.0))
    seconds = draw.choice((2.0, 20.0, 70.0, 200.0, 1e9))
    endpoint = draw.choices(ENDPOINTS, (6, 4, 4, 2, 1, 1, 1))[0]
    if traits.streams and draw.random() < 0.4:
        endpoint = "events"
    fault = HANG if draw.random() < 0.2 else draw_fault(draw, READ_FAULTS)
    return Outage(endpoint, begins, begins + seconds, fault)
