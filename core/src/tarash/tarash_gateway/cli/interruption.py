"""Knows what became of the job that Ctrl-C left behind."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

PACKAGE = "tarash.tarash_gateway"
ABANDONED = "generation abandoned"
ANNOUNCEMENT = b"\ninterrupting: asking the provider to cancel the job; Ctrl-C again stops waiting for that\n"


@dataclass(slots=True)
class Abandonment:
    """What the gateway says of a job that it gave up because the caller was interrupted.

    Attributes:
        provider, request_id: whose job, and the provider's id of it; None where none was accepted.
        cancelled: "yes", "no", "unconfirmed", or None where there was nothing to cancel.
    """

    provider: str | None = None
    request_id: str | None = None
    cancelled: str | None = None

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
def watching_for_abandonment() -> Iterator[Abandonment]:
    """Yield a record that is filled in when the gateway gives up a job.

    The exception is Python's own KeyboardInterrupt and carries no ledger, so the facts are taken from the gateway's log record.
    """
    abandonment = Abandonment()
    log = logging.getLogger(PACKAGE)
    handler = _Listener(abandonment)
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield abandonment
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


@contextmanager
def announcing_interrupts() -> Iterator[None]:
    """Say at once what Ctrl-C sets off: cancelling at the provider may take seconds."""
    usual = signal.getsignal(signal.SIGINT)
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or usual is not signal.default_int_handler:
        # somebody else decides what an interrupt means
        yield
        return

    def announce(number: int, frame: FrameType | None) -> None:
        # not print: the interrupted code may be in the middle of writing to the same buffer
        os.write(sys.stderr.fileno(), ANNOUNCEMENT)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, announce)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


class _Listener(logging.Handler):
    def __init__(self, abandonment: Abandonment) -> None:
        super().__init__(logging.INFO)
        self._abandonment = abandonment

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == ABANDONED:
            facts = record.__dict__
            self._abandonment.provider = facts.get("provider")
            self._abandonment.request_id = facts.get("job_id")
            self._abandonment.cancelled = facts.get("cancelled")
