"""Owns what a cell may come to: the documented behaviours, and what must hold of the money in every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .cells import Facts

OVER_AT_PROVIDER = ("GenerationFailedError", "ContentModerationError")
"""Classes of exceptions that say that the job itself has ended."""


@dataclass(frozen=True)
class Behaviour:
    """One documented behaviour.

    Attributes:
        code: one letter.
        name: a few words.
        words: what happens, in one or two sentences.
        holds: tells whether the facts of a cell are this behaviour.
    """

    code: str
    name: str
    words: str
    holds: Callable[[Facts], bool]


BEHAVIOURS = (
    Behaviour(
        "R",
        "result",
        "The call was sent again, its answer was not needed, or the job was found. The result is delivered, and one job was created.",
        lambda facts: facts.result == "own",
    ),
    Behaviour(
        "N",
        "next provider, nothing submitted",
        "It is certain that no job exists. The next provider delivers the result.",
        lambda facts: facts.result == "next" and facts.submitted == "no",
    ),
    Behaviour(
        "U",
        "next provider, submission unknown",
        "A job may exist. It is not submitted again; the next provider delivers the result, and `Gateway.unsettled()` lists the job. "
        '`on_unknown_submission="raise"` raises instead.',
        lambda facts: facts.result == "next" and facts.submitted == "unknown" and facts.job == "unsettled",
    ),
    Behaviour(
        "C",
        "next provider, job cancelled",
        "The job was not finished at the deadline, and the provider confirmed its cancellation. The next provider delivers the result.",
        lambda facts: facts.result == "next" and facts.submitted == "yes" and facts.cancelled == "yes",
    ),
    Behaviour(
        "L",
        "next provider, job left",
        "The job was not finished at the deadline, and it could not be cancelled, or nobody confirmed it. The next provider delivers the "
        "result, and `Gateway.unsettled()` lists the job.",
        lambda facts: (
            facts.result == "next"
            and (facts.submitted, facts.error, facts.job) == ("yes", "TimeoutError", "unsettled")
            and facts.cancelled in ("no", "unconfirmed")
        ),
    ),
    Behaviour(
        "F",
        "next provider, job failed",
        "The provider documents this answer as the failure of the job. The next provider delivers the result.",
        lambda facts: facts.result == "next" and facts.submitted == "yes" and facts.error in OVER_AT_PROVIDER,
    ),
    Behaviour(
        "J",
        "job handed back",
        "The job may go on or have a result, so nobody else is paid. The exception carries the `Job`, which `resume` takes later.",
        lambda facts: facts.result == "none" and facts.job == "exception" and facts.cancelled == "",
    ),
    Behaviour(
        "X",
        "raised, nothing submitted",
        "It is certain that no job exists, and another provider would not help: the request or the address is wrong.",
        lambda facts: facts.result == "none" and facts.submitted == "no",
    ),
    Behaviour(
        "Q",
        "raised, submission unknown",
        "A job may exist, and the answer says that the address is wrong. It is not submitted again, and nobody else is paid; "
        "`Gateway.unsettled()` lists the job.",
        lambda facts: facts.result == "none" and facts.submitted == "unknown" and facts.job == "unsettled",
    ),
)


def behaviour_of(facts: Facts) -> Behaviour | None:
    """Return the documented behaviour that the facts are; None if they are none."""
    return next((behaviour for behaviour in BEHAVIOURS if behaviour.holds(facts)), None)


def violations(facts: Facts) -> list[str]:
    """Return what contradicts the promises about money, in words."""
    has_job = facts.accepted > 0
    is_collected = facts.result == "own"
    rules = {
        "more than one job was created": facts.accepted > 1,
        "the ledger says that nothing was submitted, but there is a job": facts.submitted == "no" and has_job,
        "the ledger says that a job was submitted, but there is none": facts.submitted == "yes" and not has_job,
        "the ledger says that the job was cancelled, but it runs": facts.cancelled == "yes" and not facts.was_cancelled,
        "the ledger says that the job was not cancelled, but it was": facts.cancelled == "no" and facts.was_cancelled,
        "the ledger says that nothing was billed, but a job went on":
            facts.billed == "no" and has_job and not facts.was_cancelled,
        "a job went on, and nobody can find it": has_job
            and not (is_collected or facts.was_cancelled or facts.job or facts.error in OVER_AT_PROVIDER),
        "no documented behaviour": behaviour_of(facts) is None,
    }  # fmt: skip
    return [words for words, is_violated in rules.items() if is_violated]


def codes_of(outcomes: Iterable[Facts]) -> Mapping[Facts, str]:
    """Return a short code for each distinct outcome: the letter of its behaviour, and a number."""
    found: dict[Facts, str] = {}
    for behaviour in BEHAVIOURS:
        ours = sorted({facts for facts in outcomes if behaviour_of(facts) is behaviour})
        found |= {
            facts: f"{behaviour.code}{number if len(ours) > 1 else ''}"
            for number, facts in enumerate(ours, 1)
        }
    return found
