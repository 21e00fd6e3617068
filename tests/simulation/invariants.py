"""Owns the names of the invariants that hold after every schedule; one violation names its invariant first."""

from __future__ import annotations

from typing import NamedTuple

ONE_POST = "at most one accepted POST per attempt"
NONE_AFTER_SUCCESS = "no accepted POST after a success"
ACCOUNTED = "every accepted job is returned, cancelled, detached or listed"
LEDGER = "the ledger says what the provider saw"
PAID_FALLBACK = "a fallback is paid for a documented reason only"
LOSER_CANCELLED = "a job that is given up is cancelled where the provider can"
HANDED_BACK = "an exception carries a finished job whose result cannot be fetched"
WRITTEN_AHEAD = "an attempt is in the journal before it is sent"
STRANGERS = "no job of another caller is touched"
DEADLINE = "the deadline is kept"
RATE = "no server gets more submissions in a minute than allowed"
SECRETS = "no secret is disclosed"
CLOSED = "nothing is left open"
OUTCOME = "what the caller raises reaches the caller, and nothing else escapes"
RELEASED = "no claim outlives its call"


class Violation(NamedTuple):
    """One invariant that a schedule broke, and how."""

    invariant: str
    detail: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.detail}"
