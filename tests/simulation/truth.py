"""Owns the records of what a simulated provider saw: its jobs, the submissions and every other call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .scenario import Ending

Told: TypeAlias = Literal["accepted", "refused", "open"]
"""What the answer to a submission proved to the client."""


@dataclass(slots=True)
class AcceptedJob:
    """One job that the provider has accepted: the truth.

    Attributes:
        key: the idempotency key that came with it, which names the attempt.
        prompt: names the call of the caller.
        completion_told: when a client was first told that it is done, by the number of its run.
        known_at, known_in: when a client was first told its id, and the runs that dealt with it.
        cancel_requests: how often a cancel of it was asked for, or looked for before a deletion.
    """

    id: str
    key: str
    prompt: str
    accepted_at: float
    ends_at: float
    ending: Ending
    is_strangers: bool = False
    cancelled_at: float | None = None
    deleted_at: float | None = None
    completion_told: dict[int, float] = field(default_factory=dict)
    known_at: float = float("inf")
    known_in: set[int] = field(default_factory=set)
    cancel_requests: int = 0

    def has_ended(self, now: float) -> bool:
        """Whether it came to its own end by `now`."""
        return self.cancelled_at is None and self.ending != "never" and now >= self.ends_at


@dataclass(slots=True)
class Post:
    """One submission as the server saw it, and what its answer proved to the client."""

    key: str
    prompt: str
    at: float
    run: int
    job: AcceptedJob | None = None
    told: Told = "open"
    is_repeated: bool = False
    was_written: bool = True


@dataclass(slots=True)
class Contact:
    """One call: when it came, when its answer was there, and what it was for."""

    endpoint: str
    began: float
    ended: float
    run: int
