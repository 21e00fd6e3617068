"""What one of many processes does with a database that they share."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

DEAD_SECONDS = 30.0
"""How long after its last heartbeat a worker counts as dead, in seconds; its rows are taken over within a minute."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a process does with a database that many processes share.

    Attributes:
        executor: name of the process, which no other one has or had.
        queues: the queues from which it takes rows; None is all of them, and none is for a process that only queues rows.
    """

    executor: str = field(default_factory=lambda: f"queuing-{uuid4().hex}")
    queues: tuple[str, ...] | None = ()


__all__ = ["DEAD_SECONDS", "Part"]
