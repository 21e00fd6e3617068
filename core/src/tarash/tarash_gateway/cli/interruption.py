"""Knows what became of the job that Ctrl-C left behind."""

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

NOTICE = b"\ninterrupting: asking the provider to cancel the job; Ctrl-C again stops waiting for that\n"


@dataclass(slots=True)
class Abandonment:
    """What became of the job that an interrupt left behind; its `note` listens to the gateway's events.

    Attributes:
        provider, request_id: whose job, and the provider's id of it; None where none was accepted.
        cancelled: "yes", "no", "unconfirmed", or None where there was nothing to cancel.
    """

    provider: str | None = None
    request_id: str | None = None
    cancelled: str | None = None

    def note(self, event: Event) -> None:
        """Take the facts from the event that says a job was given up."""
        if event.kind == "abandoned":
            self.provider, self.request_id, self.cancelled = event.provider, event.request_id, event.cancelled

    def sentence(self) -> str:
        """Return for people what was cancelled and what may still be billed."""
        if self.provider is None:
            return (
                "no job is known to be running; if one was just being submitted or cancelled, "
                "look in the provider's console"
            )
        if self.request_id is None and self.cancelled is None:
            return (
                f"{self.provider} had not accepted a job yet; if a submission was under way, look in its "
                "console whether a job exists"
            )
        job = f"job {self.request_id} at {self.provider}"
        match self.cancelled:
            case "yes":
                return f"{job} was cancelled (cancelled: yes)"
            case "unconfirmed":
                return f"{job} was asked to stop, unconfirmed: look in its console (cancelled: unconfirmed)"
            case _:
                return f"{job} could not be cancelled; it may finish and be billed (cancelled: no)"


@contextmanager
def explaining_interrupts() -> Iterator[None]:
    """Say at once what Ctrl-C sets off: cancelling at the provider may take seconds."""
    usual = signal.getsignal(signal.SIGINT)
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or usual is not signal.default_int_handler:
        # somebody else decides what an interrupt means
        yield
        return

    def explain(number: int, frame: FrameType | None) -> None:
        # not print: the interrupted code may be in the middle of writing to the same buffer
        os.write(sys.stderr.fileno(), NOTICE)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, explain)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
