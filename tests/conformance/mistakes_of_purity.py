"""Owns mistakes in which a hook reads or opens something besides its arguments, or waits."""

from __future__ import annotations

import functools
import hashlib
import http.client
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from conformance.acme_plugin import AcmePlugin
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Cancellation,
    Flow,
    Generated,
    GenerationRequest,
    HttpCall,
    HttpReply,
    JobReference,
    JobStatus,
    Mapped,
    TarashException,
    default_error,
    hookimpl,
)
from tarash.tarash_gateway.testing.conformance.checks.purity import LONGEST_SECONDS


class DatesItsPayload(AcmePlugin):
    """The wall-clock date in a mapping."""

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        mapped = super().tarash_map(call, request)
        return replace(
            mapped,
            payload={**mapped.payload, "prompt": f"{request.prompt}, {datetime.now(UTC):%Y-%m-%d}"},
        )


class StampsItsRequests(AcmePlugin):
    """The time of day in a header, formatted by `time.strftime`."""

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        made = super().submission(call, body)
        return replace(made, headers={**made.headers, "X-Date": time.strftime("%H:%M")})


class TimesItsPolls(AcmePlugin):
    """A stopwatch in a poll."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        began = time.monotonic()
        status = yield from super().tarash_poll(call, job)
        return replace(status, logs=(f"{time.monotonic() - began} s",))


class ReadsTheEnvironment(AcmePlugin):
    """A key from the environment, whatever the configuration says."""

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        made = super().submission(call, body)
        return replace(made, headers={**made.headers, "X-Team": os.environ.get("ACME_TEAM", "none")})


class ReadsTheHomeFolder(AcmePlugin):
    """The user's home folder, which a variable names."""

    def assets(self, call: Call, raw: object) -> tuple[Asset, ...]:
        return super().assets(call, raw) if str(Path.home()) else ()


class ReadsTheEnvironmentInErrors(AcmePlugin):
    """A debug switch from the environment, read where errors are made."""

    @hookimpl
    def tarash_error(self, response: HttpReply) -> TarashException:
        error = super().tarash_error(response)
        return default_error(response) if os.getenv("ACME_DEBUG") else error


class SendsByItself(AcmePlugin):
    """A request of its own in a flow, with the standard library."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        connection = http.client.HTTPConnection(urlsplit(call.base_url).netloc)
        connection.request("GET", f"/v1{self.path(job)}", headers=call.auth_headers())
        connection.getresponse().read()
        connection.close()
        return (yield from super().tarash_poll(call, job))


class WritesAFile(AcmePlugin):
    """A file of its own in a flow."""

    def assets(self, call: Call, raw: object) -> tuple[Asset, ...]:
        (Path(tempfile.gettempdir()) / "acme-last-result.txt").write_text(str(raw)[:10], encoding="utf-8")
        return super().assets(call, raw)


class LooksUpAHost(AcmePlugin):
    """A name look-up of its own."""

    @hookimpl
    def tarash_normalize(self, call: Call, raw: object) -> Flow[Generated]:
        socket.gethostbyname("localhost")
        return (yield from super().tarash_normalize(call, raw))


class StartsAProgram(AcmePlugin):
    """Another program, in a cancel."""

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        subprocess.run([sys.executable, "-S", "-c", ""], check=True, env={})
        return (yield from super().tarash_cancel(call, job))


class DrawsItsOwnKey(AcmePlugin):
    """A new idempotency key for every submission."""

    def submission(self, call: Call, body: Mapping[str, object]) -> HttpCall:
        made = super().submission(call, body)
        return replace(made, headers={**made.headers, "Idempotency-Key": uuid.uuid4().hex})


class PicksASeed(AcmePlugin):
    """A random seed where the user gave none."""

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        mapped = super().tarash_map(call, request)
        return replace(mapped, payload={"seed": random.randrange(2**32), **mapped.payload})


class SleepsInAPoll(AcmePlugin):
    """`time.sleep`, for a moment only."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        time.sleep(0.001)
        return (yield from super().tarash_poll(call, job))


class WaitsForALock(AcmePlugin):
    """Something that blocks without `time.sleep`."""

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        threading.Event().wait(0.4)
        return (yield from super().tarash_cancel(call, job))


def _digest(text: str, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", text.encode(), b"salt", iterations)


@functools.cache
def _iterations_for(*, seconds: float) -> int:
    """How often a digest is computed in about `seconds` on this machine."""
    tried = 50_000
    began = time.thread_time()
    _digest("", tried)
    return int(tried * seconds / (time.thread_time() - began))


class ComputesForLong(AcmePlugin):
    """A computation that keeps the processor busy between two yields."""

    def __init__(self) -> None:
        super().__init__()
        # not in the hook, which may read no clock
        self._iterations = _iterations_for(seconds=4 * LONGEST_SECONDS)

    @hookimpl
    def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
        digest = _digest(str(job["id"]), self._iterations)
        return (yield from super().tarash_cancel(call, {**job, "digest": digest}))


MISTAKES: dict[type[AcmePlugin], frozenset[str]] = {
    DatesItsPayload: frozenset({"hooks_read_no_clock"}),
    StampsItsRequests: frozenset({"hooks_read_no_clock"}),
    TimesItsPolls: frozenset({"hooks_read_no_clock"}),
    ReadsTheEnvironment: frozenset({"hooks_read_no_environment"}),
    ReadsTheHomeFolder: frozenset({"hooks_read_no_environment"}),
    ReadsTheEnvironmentInErrors: frozenset({"hooks_read_no_environment"}),
    SendsByItself: frozenset({"hooks_do_no_io"}),
    WritesAFile: frozenset({"hooks_do_no_io"}),
    LooksUpAHost: frozenset({"hooks_do_no_io"}),
    StartsAProgram: frozenset({"hooks_do_no_io"}),
    DrawsItsOwnKey: frozenset(
        {
            "hooks_draw_no_random_numbers",
            "the_idempotency_key_is_sent",
        }
    ),
    PicksASeed: frozenset({"hooks_draw_no_random_numbers", "mapping_is_pure_and_repeatable"}),
    SleepsInAPoll: frozenset({"hooks_never_wait"}),
    WaitsForALock: frozenset({"hooks_never_wait"}),
    ComputesForLong: frozenset({"hooks_never_wait"}),
}
