"""Reports what became of a job after Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from ..plugin.events import Event

NOTICE = b"\ninterrupted: cancelling the job at the provider; press Ctrl-C again to stop waiting for that\n"


@dataclass(slots=True)
class Abandonment:
    """What became of a job after an interrupt; pass `note` to the gateway as `on_event`.

    Attributes:
        provider, request_id: provider id, and the provider's id of the job; None if no job was accepted.
        cancelled: "yes", "no" or "unconfirmed"; None if there was nothing to cancel.
    """

    provider: str | None = None
    request_id: str | None = None
    cancelled: str | None = None

    def note(self, event: Event) -> None:
        """Record the facts if the event says that a job was given up."""
        if event.kind == "abandoned":
            self.provider, self.request_id, self.cancelled = event.provider, event.request_id, event.cancelled

    def sentence(self) -> str:
        """Return a sentence that says what was cancelled and what may still be billed."""
        if self.provider is None:
            return (
                "no job is known to be running; if one was just being submitted or cancelled, "
                "check the provider's console"
            )
        if self.request_id is None and self.cancelled is None:
            return (
                f"{self.provider} had not accepted a job yet; if a submission was under way, check in its "
                "console whether a job exists"
            )
        job = f"job {self.request_id} at {self.provider}"
        match self.cancelled:
            case "yes":
                return f"{job} was cancelled (cancelled: yes)"
            case "unconfirmed":
                return f"{job}: the cancel was not confirmed; check its console (cancelled: unconfirmed)"
            case _:
                return f"{job} could not be cancelled; it may finish and be billed (cancelled: no)"


@contextmanager
def explaining_interrupts() -> Iterator[None]:
    """Print a notice at Ctrl-C, since cancelling at the provider may take seconds."""
    usual = signal.getsignal(signal.SIGINT)
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or usual is not signal.default_int_handler:
        # another handler decides what an interrupt means
        yield
        return

    def explain(number: int, frame: FrameType | None) -> None:
        # not print: the interrupted code may be writing to the same buffer
        os.write(sys.stderr.fileno(), NOTICE)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, explain)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
