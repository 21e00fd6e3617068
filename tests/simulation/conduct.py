"""Owns the invariants besides the money: deadlines, secrets, what is left open, and which exceptions leave the engine."""

from __future__ import annotations

import gc
import inspect
import json
import traceback
from collections.abc import Iterator

from tarash.tarash_gateway import Job, PluginError, TarashException, VideoGenerationResponse
from tarash.tarash_gateway.engine.submission_rates import WINDOW_SECONDS

from . import provider
from .caller import Caller, Run
from .invariants import (
    CLOSED,
    DEADLINE,
    OUTCOME,
    RATE,
    RELEASED,
    SECRETS,
    Violation,
)
from .performer import START
from .server import Server
from .virtual_process import Died, Raised, Returned

WIND_UP = 5.0 + 15.0 + 5.0
"""After the deadline: one look, one cancel, one more look, in seconds."""
LOOK_UP = 15.0 + 4.0
"""The look-ups of a lost submission, the last pause included, in seconds."""
LAST_ANSWER = 5.0
"""A poll gets at least so long where its answer has the next reference, in seconds."""
COLLECT = 300.0
"""A finished job's result is fetched at least so long, in seconds."""
SLACK = 2.5
"""One answer that was under way, in seconds."""
RESUMED = 60.0
"""A resumed job gets at least so long, in seconds."""


def conduct_violations(caller: Caller) -> Iterator[Violation]:
    """Every way in which a finished schedule misbehaved."""
    for run in caller.runs:
        yield from _deadlines(caller, run)
        yield from _outcomes(run)
        if run.open_handles and not isinstance(run.outcome, Died) and len(run.interruptions) < 2:
            yield Violation(CLOSED, f"call {run.number} left {run.open_handles} streams or downloads open")
    suspended = [
        flow for flow in provider.open_flows if inspect.getgeneratorstate(flow) == inspect.GEN_SUSPENDED
    ]
    if suspended:
        yield Violation(CLOSED, f"flows left open: {[flow.__name__ for flow in suspended]}")
    if caller.journal is not None and caller.journal.claims:
        # exceptions and the frames that raised them refer to each other
        gc.collect()
    for server in caller.servers:
        yield from _rates(caller, server)
    if caller.journal is not None and caller.journal.claims:
        yield Violation(RELEASED, f"{caller.journal.claims} after all calls ended")
    yield from _secrets(caller)


# Rates.


def _starts(caller: Caller, server: Server) -> dict[int, list[float]]:
    """When the attempts that submitted to a server began, oldest first, by process."""
    found: dict[int, list[float]] = {}
    seen: set[tuple[int, str]] = set()
    for post in server.posts:
        process = caller.runs[post.run - 1].process
        if (process, post.key) not in seen:
            seen.add((process, post.key))
            # an upload may come first
            times = (post.at, *(contact.began for contact in server.contacts if contact.run == post.run))
            found.setdefault(process, []).append(min(times))
    return found


def _rates(caller: Caller, server: Server) -> Iterator[Violation]:
    most = caller.scenario.per_minute
    for began in [] if most is None else _starts(caller, server).values():
        for earlier, later in zip(began, began[most:], strict=False):
            if later - earlier < WINDOW_SECONDS - SLACK:
                yield Violation(
                    RATE,
                    f"link {server.number} got {most} submissions from {earlier:.1f} s, and one at {later:.1f} s",
                )


# Deadlines.


def _deadlines(caller: Caller, run: Run) -> Iterator[Violation]:
    free_at, is_first = run.began, run.job is not None
    for server in caller.servers:
        contacts = [contact for contact in server.contacts if contact.run == run.number]
        if not contacts:
            continue
        began = contacts[0].began
        if caller.scenario.per_minute is not None:
            # each call before may have taken a turn
            free_at += WINDOW_SECONDS * run.number
        if began > free_at + SLACK:
            yield Violation(
                DEADLINE,
                f"call {run.number} reached link {server.number} at {began:.1f} s, not by {free_at:.1f} s",
            )
        free_at = _free_at(server, run, _deadline(caller, server, run, began, is_first=is_first))
        is_first = False
        last = max(contact.ended for contact in contacts)
        if last > free_at:
            yield Violation(
                DEADLINE,
                f"call {run.number} was at link {server.number} until {last:.1f} s, not {free_at:.1f} s",
            )
    if caller.scenario.per_minute is not None:
        free_at += WINDOW_SECONDS * run.number
    if run.ended > free_at + SLACK:
        yield Violation(DEADLINE, f"call {run.number} ended at {run.ended:.1f} s, not by {free_at:.1f} s")


def _deadline(caller: Caller, server: Server, run: Run, began: float, *, is_first: bool) -> float:
    """When the time of an attempt is up; `is_first` tells of the one that a resume begins with."""
    deadline = began + server.link.timeout
    if run.job is not None and run.job.position == server.number:
        left = (run.job.deadline_at - START).total_seconds() - run.began
        deadline = run.began + max(left, RESUMED)
    elif is_first:
        # the journal knew that a later attempt had begun
        deadline = max(deadline, run.began + RESUMED)
    if is_first and caller.scenario.per_minute is not None:
        # one that is submitted again waits for its turn, and its time does not run meanwhile
        submits = any(post.run == run.number for post in server.posts)
        deadline += WINDOW_SECONDS * run.number if submits else 0.0
    return deadline


def _free_at(server: Server, run: Run, deadline: float) -> float:
    """When an attempt must be over: at its deadline, plus what the documentation allows after it."""
    was_lost = any(post.told == "open" for post in server.posts if post.run == run.number)
    was_lost = was_lost or any(
        contact.endpoint == "find" for contact in server.contacts if contact.run == run.number
    )
    until = deadline + (LOOK_UP if was_lost else 0.0) + WIND_UP + SLACK
    if server.link.traits.renames:
        until += LAST_ANSWER
    if run.interruptions or run.callback_error is not None:
        # settled from the beginning, although it was being settled
        until += WIND_UP
    for job in server.jobs.values():
        if run.number in job.completion_told:
            told = job.completion_told[run.number]
            if server.link.traits.only_announces:
                # a stream may have said only that there is a result; the time to collect it begins with the status that a poll tells
                told = max(told, deadline)
            # an interruption at the end of the time to collect is wound up, too
            until = max(until, max(deadline, told + COLLECT) + WIND_UP + SLACK)
    return until


# Exceptions.


def _outcomes(run: Run) -> Iterator[Violation]:
    thrown = [*run.interruptions, *([] if run.callback_error is None else [run.callback_error])]
    if isinstance(run.outcome, Returned):
        if thrown:
            yield Violation(OUTCOME, f"call {run.number} swallowed {thrown!r}")
        if not isinstance(run.outcome.value, Job | VideoGenerationResponse):
            yield Violation(OUTCOME, f"call {run.number} returned {run.outcome.value!r}")
    elif isinstance(run.outcome, Raised):
        error = run.outcome.error
        if thrown and not any(error is expected for expected in thrown):
            yield Violation(OUTCOME, f"call {run.number} raised {error!r} instead of {thrown!r}")
        elif not thrown and (not isinstance(error, TarashException) or isinstance(error, PluginError)):
            trace = "".join(traceback.format_exception(error)[-6:])
            yield Violation(OUTCOME, f"call {run.number} raised {error!r}\n{trace}")


# Secrets.


def _secrets(caller: Caller) -> Iterator[Violation]:
    secrets = [server.key for server in caller.servers]
    for place, text in _told(caller):
        found = next((secret for secret in secrets if secret in text), None)
        if found is None and "signature-" in text:
            found = "signature-"
        if found is not None:
            at = text.index(found)
            yield Violation(SECRETS, f"{found} in {place}: …{text[max(at - 80, 0) : at + 60]}…")


def _told(caller: Caller) -> Iterator[tuple[str, str]]:
    """Everything that a caller, a log or a file may show."""
    for run in caller.runs:
        if isinstance(run.outcome, Raised):
            yield f"the exception of call {run.number}", _shown(run.outcome.error)
    for response, run in caller.responses():
        yield f"the response of call {run.number}", f"{response!r} {response.model_dump_json()}"
    jobs = [*(job for job, _ in caller.held), *caller.unsettled]
    if caller.journal is not None:
        jobs += caller.journal.entries.values()
    for job in jobs:
        yield "a job", f"{job!r} {job.model_dump_json()}"
    if caller.events:
        yield "the events", repr([event for event, _, _ in caller.events])
    if caller.records:
        yield "the log", repr([record.__dict__ for record in caller.records])


def _shown(error: BaseException | None) -> str:
    """What any way of showing an exception may show, its causes and its notes included."""
    texts: list[str] = []
    while error is not None and len(texts) < 10:
        notes = getattr(error, "__notes__", ())
        members = {name: value for name, value in vars(error).items() if name != "job"}
        texts.append(
            f"{error!r} {error} {notes} {members!r} {json.dumps(getattr(error, 'raw_response', None), default=repr)}"
        )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return " ".join(texts)
