"""Owns the comparison of every ledger with the truth: entries, exceptions, notes, events and saved jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tarash.tarash_gateway import AttemptMetadata, FallbackExhaustedError, TarashException

from .caller import Caller, Run
from .invariants import LEDGER, Violation
from .money import may_pay_again
from .performer import START
from .truth import Post
from .virtual_process import Raised

_NOTE = re.compile(
    r"attempt (?P<number>\d+) at .*; submitted: (?P<submitted>\w+), billed: (?P<billed>\w+), cancelled: (?P<cancelled>[\w ]+)"
)


def ledger_violations(caller: Caller) -> Iterator[Violation]:
    """Every statement about an attempt that the provider's truth contradicts."""
    for run in caller.runs:
        if may_pay_again(caller, [one for one in caller.runs if one.prompt == run.prompt]):
            # two attempts may share a number
            continue
        for entry in _entries(caller, run):
            at = run.ended if entry.ended_at is None else (entry.ended_at - START).total_seconds()
            told = (entry.submitted, entry.billed, entry.cancelled)
            yield from _judged(caller, run, entry.attempt_number, told, at, f"the entry of call {run.number}")
        yield from _missing(caller, run)
        yield from _notes(caller, run)
        yield from _exceptions(caller, run)
    yield from _events(caller)


def _entries(caller: Caller, run: Run) -> list[AttemptMetadata]:
    entries: list[AttemptMetadata] = []
    if isinstance(run.outcome, Raised) and isinstance(run.outcome.error, TarashException):
        entries += run.outcome.error.attempts
    for response, received_in in caller.responses():
        if received_in is run and response.execution_metadata is not None:
            entries += response.execution_metadata.attempts
    for job, made in caller.held:
        if made == run.number:
            entries += job.attempts
    return [entry for entry in entries if entry.status != "skipped"]


def _missing(caller: Caller, run: Run) -> Iterator[Violation]:
    """The attempts that were sent in this call, but are not in the ledger that it gave out."""
    entries = {entry.attempt_number for entry in _entries(caller, run)}
    if not entries:
        return
    last = max(entries)
    for server in caller.servers[:last]:
        was_sent = any(post.run == run.number and post.prompt == run.prompt for post in server.posts)
        if was_sent and server.number + 1 not in entries:
            yield Violation(
                LEDGER, f"call {run.number} sent to link {server.number}, which its ledger does not list"
            )


def _notes(caller: Caller, run: Run) -> Iterator[Violation]:
    error = run.outcome.error if isinstance(run.outcome, Raised) else None
    for note in getattr(error, "__notes__", ()):
        told = _NOTE.match(note)
        if told is not None:
            cancelled = None if told["cancelled"] == "not tried" else told["cancelled"]
            said = (told["submitted"], told["billed"], cancelled)
            yield from _judged(
                caller, run, int(told["number"]), said, run.ended, f"the note of call {run.number}"
            )


def _exceptions(caller: Caller, run: Run) -> Iterator[Violation]:
    """What the exception itself says: that of the last attempt, or of all of them."""
    error = run.outcome.error if isinstance(run.outcome, Raised) else None
    if not isinstance(error, TarashException) or not error.attempts:
        return
    errors = error.errors if isinstance(error, FallbackExhaustedError) else (error,)
    sent = [entry for entry in error.attempts if entry.status != "skipped"][-len(errors) :]
    for one, entry in zip(errors, sent, strict=False):
        if (one.submitted, one.billed) != (entry.submitted, entry.billed):
            yield Violation(
                LEDGER, f"call {run.number}: {one!r} says {one.submitted}/{one.billed}, but its entry {entry}"
            )
    if isinstance(error, FallbackExhaustedError) and error.submitted == "no":
        existing = [entry for entry in sent if entry.submitted != "no"]
        if existing:
            yield Violation(
                LEDGER, f"call {run.number}: {error!r} says that nothing was submitted, but {existing}"
            )


def _events(caller: Caller) -> Iterator[Violation]:
    for event, number, at in caller.events:
        run = caller.runs[number - 1]
        if may_pay_again(caller, [one for one in caller.runs if one.prompt == run.prompt]):
            continue
        if event.attempt_number and event.kind not in {"attempt_started", "attempt_skipped", "fallback"}:
            told = (event.submitted, event.billed, event.cancelled)
            where = f"the event {event.kind} of call {number}"
            yield from _judged(caller, run, event.attempt_number, told, at, where, is_over=False)


def _judged(
    caller: Caller,
    run: Run,
    attempt_number: int,
    told: tuple[str, str, str | None],
    at: float,
    where: str,
    *,
    is_over: bool = True,
) -> Iterator[Violation]:
    """Compare one statement with the truth at virtual second `at`."""
    server = caller.servers[attempt_number - 1]
    posts = [
        post for post in server.posts if post.prompt == run.prompt and post.at < at and post.run <= run.number
    ]
    submitted, billed, cancelled = told
    # a process may have died between the note in the journal and the call
    was_noted = any(
        one.job is not None and one.job.state == "submitting" and one.job.position == server.number
        for one in caller.runs[: run.number]
    )
    wrong = _wrong_submitted(run, posts, submitted, is_certain=is_over and not was_noted)
    jobs = [post.job for post in posts if post.job is not None]
    charged = {server.is_billed(job) for job in jobs}
    if wrong is None and ((billed == "yes" and True not in charged) or (billed == "no" and True in charged)):
        wrong = f"billed={billed}, but the provider charges {charged or 'nothing'}"
    stopped = [job.cancelled_at is not None and job.cancelled_at < at for job in jobs]
    # a provider that has dropped a job says "cancelled" of it, too
    dropped = [job.ending == "dropped" and job.has_ended(at) for job in jobs]
    is_wrong = (cancelled == "yes" and not any((*stopped, *dropped))) or (cancelled == "no" and any(stopped))
    if wrong is None and is_wrong:
        wrong = f"cancelled={cancelled}, but the provider has {jobs}"
    if wrong is not None:
        yield Violation(LEDGER, f"{where} says of link {server.number} {wrong}")


def _wrong_submitted(run: Run, posts: list[Post], submitted: str, *, is_certain: bool) -> str | None:
    exists = any(post.job is not None for post in posts)
    if submitted == "yes" and not exists:
        return f"submitted=yes, but nothing was accepted: {posts}"
    if submitted == "no" and exists:
        return f"submitted=no, but a job was accepted: {posts}"
    if submitted != "unknown" or not is_certain:
        return None
    if not any(post.told == "open" for post in posts) and not run.interruptions:
        return f"submitted=unknown, although every answer proves something: {posts}"
    if posts and posts[-1].told == "accepted" and posts[-1].run == run.number and not run.interruptions:
        return f"submitted=unknown, although the last answer proves acceptance: {posts}"
    return None
