"""Owns the model of the money. It shares no code with the engine's ledger: it compares what the simulated providers saw with
what the caller received, and judges by the documented promises."""

from __future__ import annotations

from collections.abc import Iterator

from tarash.tarash_gateway import Job

from .caller import Caller, Run
from .invariants import (
    ACCOUNTED,
    HANDED_BACK,
    LOSER_CANCELLED,
    NONE_AFTER_SUCCESS,
    ONE_POST,
    PAID_FALLBACK,
    STRANGERS,
    WRITTEN_AHEAD,
    Violation,
)
from .server import Server
from .truth import AcceptedJob
from .virtual_process import Died, Raised

DENIALS = 3
"""How often a provider must say that there is no such job before that counts."""


def money_violations(caller: Caller) -> Iterator[Violation]:
    """Every way in which the money of a finished schedule does not add up."""
    prompts = {run.prompt for run in caller.runs}
    for prompt in sorted(prompts):
        runs = [run for run in caller.runs if run.prompt == prompt]
        if may_pay_again(caller, runs):
            continue
        yield from _posts(caller, prompt)
        for server in caller.servers:
            for job in server.jobs.values():
                if (
                    job.prompt == prompt
                    and not job.is_strangers
                    and not _is_accounted(caller, runs, server, job)
                ):
                    yield Violation(ACCOUNTED, f"{job} of {prompt}")
        for run in runs:
            yield from _paid_fallbacks(caller, run)
            yield from _losers(caller, run)
            yield from _finished(caller, run)
    yield from _strangers(caller)
    yield from _unwritten(caller)


def may_pay_again(caller: Caller, runs: list[Run]) -> bool:
    """Whether the caller resumed a state of a job that a later call had carried on, or the journal failed to keep the state."""
    if caller.journal is not None and caller.journal.has_failed:
        return any(run.job is not None for run in runs)
    return any(run.is_outdated for run in runs) and caller.journal is None


def _posts(caller: Caller, prompt: str) -> Iterator[Violation]:
    successes = [run.ended for response, run in caller.responses() if run.prompt == prompt]
    for server in caller.servers:
        accepted = [job for job in server.jobs.values() if job.prompt == prompt and not job.is_strangers]
        if len(accepted) > 1:
            yield Violation(
                ONE_POST, f"link {server.number} accepted {[job.id for job in accepted]} for {prompt}"
            )
        late = [job.id for job in accepted if successes and job.accepted_at >= min(successes)]
        if late:
            yield Violation(NONE_AFTER_SUCCESS, f"link {server.number} accepted {late} for {prompt}")


def _is_accounted(caller: Caller, runs: list[Run], server: Server, job: AcceptedJob) -> bool:
    if job.cancelled_at is not None or (job.ending not in {"done", "never"} and job.has_ended(caller.now)):
        return True
    if any(response.request_id == job.id for response, _ in caller.responses()):
        return True
    known = [*(held for held, _ in caller.held), *caller.unsettled]
    if caller.journal is not None:
        known += caller.journal.entries.values()
    if any(_names(entry, server, job) for entry in known):
        return True
    if any(_is_noted(run, job) for run in runs):
        return True
    # without a journal, a process that dies takes its knowledge with it; so does one whose journal failed before
    has_died = any(isinstance(run.outcome, Died) for run in caller.runs)
    failed = caller.journal is not None and caller.journal.fails_at is not None
    return has_died and (caller.journal is None or failed)


def _names(entry: Job, server: Server, job: AcceptedJob) -> bool:
    """Whether a saved job leads to the provider's job: as its current attempt, or as an earlier one that is not settled."""
    if entry.response is not None and entry.response.get("request_id") == job.id:
        return True
    if entry.position == server.number:
        is_it = entry.request_id == job.id or (entry.request_id is None and entry.idempotency_key == job.key)
        # an ended entry leads to its result, not to a submission that was lost
        if is_it and (entry.state != "ended" or entry.reference is not None):
            return True
    return any(
        attempt.attempt_number == server.number + 1
        and attempt.submitted != "no"
        and attempt.cancelled != "yes"
        for attempt in entry.attempts
    )


def _is_noted(run: Run, job: AcceptedJob) -> bool:
    """Whether an interruption that came after the success says which job it was."""
    if not isinstance(run.outcome, Raised):
        return False
    notes = getattr(run.outcome.error, "__notes__", ())
    return job.ending == "done" and any(f"job {job.id}: succeeded" in note for note in notes)


# Fallbacks.


def _paid_fallbacks(caller: Caller, run: Run) -> Iterator[Violation]:
    """The links that were paid after another one, although nothing documented allowed it."""
    before: Server | None = None
    for server in caller.servers:
        contacts = [contact for contact in server.contacts if contact.run == run.number]
        posts = [post for post in server.posts if post.run == run.number]
        if posts and before is not None:
            why = _forbidden(before, run, posts[0].at, is_blind=_is_blind(caller, before, run))
            if why is not None:
                yield Violation(PAID_FALLBACK, f"call {run.number} paid link {server.number}, although {why}")
        before = server if contacts else before


def _is_blind(caller: Caller, server: Server, run: Run) -> bool:
    """Whether a call resumed a submission at this server that was cut off, so that it cannot know what became of it."""
    saved = run.job
    if saved is None or saved.state != "submitting" or saved.position != server.number:
        return False
    return any(
        isinstance(earlier.outcome, Died) or earlier.interruptions
        for earlier in caller.runs
        if earlier.number < run.number
    )


def _forbidden(before: Server, run: Run, at: float, *, is_blind: bool) -> str | None:
    """Why nobody else may be paid after what this server saw; None if a fallback is allowed."""
    link, name = before.link, f"link {before.number}"
    posts = [post for post in before.posts if post.prompt == run.prompt and post.at < at]
    jobs = [job for job in before.jobs.values() if job.prompt == run.prompt and not job.is_strangers]
    for job in jobs:
        if job.completion_told.get(run.number, at) < at:
            if "result_unavailable" not in link.fallback_on:
                return f"{name} had said that {job.id} is done"
        elif (
            link.on_timeout == "detach"
            and run.number in job.known_in
            and not job.has_ended(at)
            and job.cancelled_at is None
        ):
            return f"{job.id} still runs at {name} and is to be detached"
    open_since = max(
        (post.at for post in posts if post.told == "open"), default=run.began if is_blind else None
    )
    is_open = open_since is not None and not any(
        (job.known_at < at and not is_blind) or run.number in job.known_in for job in jobs
    )
    if open_since is not None and is_open:
        # one "no such job" may be hasty; only when it is repeated, it is a proof
        denials = sum(
            open_since < denied <= at for denied in before.denied_at.get((run.prompt, run.number), ())
        )
        is_open = denials < DENIALS
    if is_open and link.on_unknown == "raise":
        return f"a job may exist at {name}, and on_unknown_submission is 'raise'"
    if not is_open and not link.fallback_on:
        return f"fallback_on of {name} is empty"
    return None


def _losers(caller: Caller, run: Run) -> Iterator[Violation]:
    """The jobs that a call gave up without asking its provider to cancel them."""
    if (
        run.was_over
        or isinstance(run.outcome, Died)
        or len(run.interruptions) + (run.callback_error is not None) > 1
    ):
        return
    held = {job.request_id for job, made in caller.held if made == run.number}
    for server in caller.servers:
        asked = {contact.endpoint for contact in server.contacts if contact.run == run.number}
        if server.link.traits.cancelling not in {"cancels", "refuses"} or not asked:
            continue
        for job in server.jobs.values():
            is_ours = job.prompt == run.prompt and not job.is_strangers and run.number in job.known_in
            is_over = job.has_ended(run.ended) or job.cancelled_at is not None or job.id in held
            if is_ours and not is_over and "cancel" not in asked and not _was_unread(run, server):
                yield Violation(
                    LOSER_CANCELLED, f"call {run.number} left {job.id} of link {server.number} running"
                )


def _finished(caller: Caller, run: Run) -> Iterator[Violation]:
    """The finished jobs that a call neither returned nor handed back: on its exception, or as unsettled if it was interrupted."""
    if not isinstance(run.outcome, Raised):
        return
    held = [job for job, made in caller.held if made == run.number]
    if run.interruptions or run.callback_error is not None:
        held += run.unsettled
        if caller.journal is not None:
            # a result that an interruption kept back while the call released its claim is there
            held += caller.journal.entries.values()
    for server in caller.servers:
        if "result_unavailable" in server.link.fallback_on or _was_unread(run, server):
            continue
        for job in server.jobs.values():
            is_ours = run.number in job.completion_told and job.prompt == run.prompt
            if is_ours and job.cancelled_at is None and not any(_names(one, server, job) for one in held):
                yield Violation(
                    HANDED_BACK, f"call {run.number} raised {run.outcome.error!r} without {job.id}"
                )


def _was_unread(run: Run, server: Server) -> bool:
    """Whether an interruption came between the answer to the submission and the plugin that reads it: then it is unknown."""
    asked = {contact.endpoint for contact in server.contacts if contact.run == run.number}
    error = run.outcome.error if isinstance(run.outcome, Raised) else None
    notes = getattr(error, "__notes__", ())
    return (
        bool(run.interruptions)
        and asked <= {"upload", "submit", "find"}
        and any("submitted: unknown" in note for note in notes)
    )


# The rest.


def _strangers(caller: Caller) -> Iterator[Violation]:
    for server in caller.servers:
        for job in server.jobs.values():
            if job.is_strangers and (
                job.cancel_requests or job.cancelled_at is not None or job.completion_told
            ):
                yield Violation(STRANGERS, f"link {server.number}: {job}")


def _unwritten(caller: Caller) -> Iterator[Violation]:
    """The submissions that no journal entry preceded; the performer of the step has looked."""
    for server in caller.servers:
        for post in server.posts:
            if not post.was_written:
                yield Violation(WRITTEN_AHEAD, f"link {server.number} got {post.key} at {post.at:.1f} s")
