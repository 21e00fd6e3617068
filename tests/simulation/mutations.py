"""Owns the mutations: deliberate bugs of the engine, each of which the simulation must notice, and the invariant that does.

A mutation changes the code of one function in memory: its source is compiled again with a text replaced that is there exactly
once. No file changes.
"""

from __future__ import annotations
import __future__

import importlib
import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType
from typing import cast

from . import invariants
from .schedule import run_schedule

ENGINE = "tarash.tarash_gateway.engine"
MOST_SCHEDULES = 6_000
"""Schedules in which each mutation must be caught."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One bug.

    Attributes:
        name: what the engine would do wrong.
        where: module and qualified name of the function.
        changes: each text of the function, and what stands there instead.
        caught_by: the invariant that must notice it.
        first_seed: seed to begin with, if only a rare schedule notices it; those before it need not be run again each time.
    """

    name: str
    where: str
    changes: tuple[tuple[str, str], ...]
    caught_by: str
    first_seed: int = 0


@dataclass(frozen=True, slots=True)
class Caught:
    """When a mutation was noticed.

    Attributes:
        seed: the first schedule that broke the expected invariant.
        detail: how.
    """

    seed: int
    detail: str


def hunt(mutation: Mutation, *, most_schedules: int = MOST_SCHEDULES) -> Caught | None:
    """Run schedules with the mutation until one breaks its invariant; None if none does."""
    with applied(mutation):
        for seed in range(mutation.first_seed, mutation.first_seed + most_schedules):
            for violation in run_schedule(seed).violations:
                if violation.invariant == mutation.caught_by:
                    return Caught(seed, violation.detail)
    return None


@contextmanager
def applied(mutation: Mutation) -> Iterator[None]:
    """Apply a mutation to this process for as long as the context lasts."""
    function = _function(mutation.where)
    before = function.__code__
    function.__code__ = _changed(function, mutation.changes).__code__
    try:
        yield
    finally:
        function.__code__ = before


def _function(where: str) -> FunctionType:
    module, _, name = where.partition(":")
    found: object = importlib.import_module(module)
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    return cast("FunctionType", found)


def _changed(function: FunctionType, changes: tuple[tuple[str, str], ...]) -> FunctionType:
    source = textwrap.dedent(inspect.getsource(function))
    for old, new in changes:
        found = source.count(old)
        if found != 1:
            raise AssertionError(
                f"{function.__qualname__} has {found} times {old!r}; bring the mutation up to date"
            )
        source = source.replace(old, new)
    names: dict[str, object] = dict(function.__globals__)
    code = compile(source, f"<mutated {function.__qualname__}>", "exec", __future__.annotations.compiler_flag)
    exec(code, names)  # noqa: S102 - our own source, with one change
    return cast("FunctionType", names[function.__name__])


def _in(module: str, function: str) -> str:
    return f"{ENGINE}.{module}:{function}"


MUTATIONS = (
    Mutation(
        "submit again after any temporary failure",
        _in("exchange", "Exchange.send"),
        (("if not creates else http.idempotent", "if not creates else True"),),
        invariants.ONE_POST,
    ),
    Mutation(
        "take a 503 for a refusal, and submit again",
        _in("retry", "leaves_open"),
        (("or not is_refusal", "or not (is_refusal or reply.status == 503)"),),
        invariants.ONE_POST,
    ),
    Mutation(
        "submit again after a read timeout",
        _in("exchange", "Exchange._broken"),
        (("if creates and arrived:", 'if creates and arrived and failure.kind != "timeout":'),),
        invariants.ONE_POST,
        first_seed=944,
    ),
    Mutation(
        "take a refusal for a proof, although an earlier try is lost",
        _in("standing", "Standing.refused"),
        (("self if self.is_lost else ", ""),),
        invariants.LEDGER,
    ),
    Mutation(
        "submit again on a resume, although nobody knows what became of the job",
        _in("attempt", "Attempt.recover"),
        (
            (
                "if exchange.call.provider.idempotent_submit and may_submit:\n            return",
                "if may_submit:\n            exchange.standing = exchange.standing.not_found()\n            return",
            ),
        ),
        invariants.ONE_POST,
    ),
    Mutation(
        "submit with a new key on a resume",
        _in("attempts", "Attempts.restored"),
        (("idempotency_key=job.idempotency_key", 'idempotency_key="0" * 32'),),
        invariants.ONE_POST,
    ),
    Mutation(
        "believe the first 'no such job'",
        _in("submitting", "look_up"),
        (("for pause in LOOK_UP_PAUSES_SECONDS:", "for pause in (0.0,):"),),
        invariants.LEDGER,
    ),
    Mutation(
        "adopt any job that a look-up lists",
        "simulation.provider:_find",
        (('if wire.text(entry, "key") == call.idempotency_key:', 'if wire.text(entry, "id"):'),),
        invariants.STRANGERS,
    ),
    Mutation(
        "pay the fallbacks of an attempt that was given up",
        _in("unsettled", "UnsettledJobs.give_up"),
        (("key[1] < before", "key[1] < 0"),),
        invariants.NONE_AFTER_SUCCESS,
    ),
    Mutation(
        "pay another provider although a job may exist",
        _in("fallback", "falls_back"),
        (('== "raise":\n        return False', '== "raise":\n        return True'),),
        invariants.PAID_FALLBACK,
    ),
    Mutation(
        "lose a finished job whose result is away",
        _in("attempt", "Attempt.leaves_job"),
        (('return "result_unavailable" not in self.link.config.fallback_on', "return False"),),
        invariants.HANDED_BACK,
    ),
    Mutation(
        "fall back after a success",
        _in("generation", "Generation._to_result"),
        (("if response is not None:", "if response is not None and self._attempts.position == len(self._records.chain.links):"),),
        invariants.PAID_FALLBACK,
    ),
    Mutation(
        "give a running job up for one refused status request",
        _in("waiting", "Waiting._judge"),
        (("self.refusal, self._refused_since = problem, seconds", "raise problem"),),
        invariants.PAID_FALLBACK,
        first_seed=369,
    ),
    Mutation(
        "drop the cancel",
        _in("settling", "cancel"),
        (('flow = exchange.start("tarash_cancel", job=job)', "flow = None"),),
        invariants.LOSER_CANCELLED,
    ),
    Mutation(
        "say cancelled of a job that had finished",
        _in("standing", "Standing.after_cancel"),
        (("cancelled=cancelled, ", 'cancelled="yes", '),),
        invariants.LEDGER,
    ),
    Mutation(
        "lose the job on detach",
        _in("generation", "Generation._detach"),
        (("error.job = job = self._records.job(attempt)", "job = self._records.job(attempt)"),),
        invariants.LOSER_CANCELLED,
    ),
    Mutation(
        "lose the job of an interrupted call",
        _in("generation", "Generation._abandon"),
        (("attempt, self._running = self._running, None", "attempt = self._running = None"),),
        invariants.ACCOUNTED,
    ),
    Mutation(
        "lose the result that an interruption keeps from the caller",
        _in("generation", "Generation._abandon"),
        (("if self._finished is not None:", "if False:"),),
        invariants.HANDED_BACK,
        first_seed=873,
    ),
    Mutation(
        "swallow an error of the callback",
        _in("generation", "Generation._recorded"),
        (("yield from self._abandon(error)\n        raise", "yield from self._abandon(error)\n        return None"),),
        invariants.OUTCOME,
    ),
    Mutation(
        "report a refusal although the job was accepted",
        _in("submitting", "submit"),
        (("exchange.standing = exchange.standing.accepted()", "exchange.standing = exchange.standing.refused()"),),
        invariants.LEDGER,
    ),
    Mutation(
        "report a charged job as free",
        _in("attempt", "Attempt._collect"),
        (("charged(collected.generated.cost_usd)", "charged(0.0)"),),
        invariants.LEDGER,
    ),
    Mutation(
        "forget the earlier attempts in the ledger",
        _in("ledger", "Ledger.metadata"),
        (("attempts=self._entries", "attempts=self._entries[-1:]"),),
        invariants.LEDGER,
    ),
    Mutation(
        "forget the jobs that are not settled",
        _in("memory", "Memory.remember"),
        (("self.unsettled.add(", "bool("),),
        invariants.ACCOUNTED,
    ),
    Mutation(
        "write the journal after the submission",
        _in("exchange", "Exchange._once"),
        (
            ("if creates and not self._noted:\n        yield from self.note()\n        self._noted = True\n", "pass\n"),
            (
                "    if reply.is_success:\n",
                "    if creates and not self._noted:\n        yield from self.note()\n    if reply.is_success:\n",
            ),
        ),
        invariants.WRITTEN_AHEAD,
    ),
    Mutation(
        "ignore the deadline in a call",
        _in("exchange", "Exchange._once"),
        (("remaining = limit - now.monotonic_seconds", "remaining = 1e9"),),
        invariants.DEADLINE,
    ),
    Mutation(
        "open a stream beyond the deadline",
        _in("streaming", "_open"),
        (("remaining = exchange.deadline_seconds - now.monotonic_seconds", "remaining = 1e9"),),
        invariants.DEADLINE,
        first_seed=1765,
    ),
    Mutation(
        "let a submission go before its turn",
        _in("attempts", "Attempts._turn"),
        (("yield Sleep(seconds)", "yield Sleep(seconds / 2)"),),
        invariants.RATE,
    ),
    Mutation(
        "leave a stream open",
        _in("streaming", "_watch"),
        (("followed_by(CloseStream(handle), _watched(waiting, stream, handle, now))", "_follow(waiting, stream, handle)"),),
        invariants.CLOSED,
    ),
    Mutation(
        "pay elsewhere for a job whose result was announced",
        _in("settling", "last_look"),
        (("if waiting.is_announced and (", "if False and ("),),
        invariants.HANDED_BACK,
        first_seed=1909,
    ),
    Mutation(
        "let two calls work on one job",
        _in("journaling", "claimed"),
        (("if not claim:", "if False:"),),
        invariants.ONE_POST,
        first_seed=256,
    ),
    Mutation(
        "disclose the key in a message",
        _in("foreign_errors", "_hide"),
        (
            (
                "error.message = rewritten(error.message, partial(redact_text, secrets=secrets))",
                "error.message = str(error.message)",
            ),
        ),
        invariants.SECRETS,
    ),
    Mutation(
        "disclose the key in the cause of an exception",
        _in("foreign_errors", "clean"),
        (('BaseException.__setattr__(error, "args", tuple(cleaned))', "return True"),),
        invariants.SECRETS,
    ),
)  # fmt: skip
