"""A call that nobody runs on gives up its claim, although it can perform no step any more."""

from __future__ import annotations

import asyncio
import gc
import threading
from pathlib import Path
from typing import NoReturn

import anyio
import pytest

from core.acme import AcmeServer, acme, generation
from core.memory_journal import MemoryJournal
from tarash.tarash_gateway import JournalFolder
from tarash.tarash_gateway.engine.journaling import claimed
from tarash.tarash_gateway.plugin import HttpCall, HttpReply, send
from tarash.tarash_gateway.steps import Flow, Instant, ReleaseJob, WriteJournal, read_clock
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.transport.async_driver import AsyncDriver
from tarash.tarash_gateway.transport.blocking_driver import BlockingDriver
from tarash.tarash_gateway.transport.protocols import AsyncBody, AsyncEventSource

ID = "c" * 32


class WatchedFolder(JournalFolder):
    """A journal in a folder that tells when a job is released, in whatever thread."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.released = threading.Event()

    def release(self, job_id: str) -> None:
        super().release(job_id)
        self.released.set()


@pytest.fixture
def journal(tmp_path: Path) -> WatchedFolder:
    return WatchedFolder(tmp_path / "jobs")


class SilentServer:
    """A transport whose calls are never answered.

    Args:
        in_scope: whether a call waits in a scope of anyio, as those with a time limit do.
    """

    def __init__(self, *, in_scope: bool) -> None:
        self.in_scope = in_scope
        self.sent: list[HttpCall] = []

    async def exchange(self, call: HttpCall) -> HttpReply:
        self.sent.append(call)
        if self.in_scope:
            with anyio.fail_after(600):
                await anyio.sleep_forever()
        await anyio.sleep_forever()
        raise AssertionError("nobody answers")

    async def open_stream(self, call: HttpCall) -> AsyncEventSource:
        raise NotImplementedError

    async def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> AsyncEventSource:
        raise NotImplementedError

    async def open_download(self, call: HttpCall, silence_seconds: float) -> AsyncBody:
        raise NotImplementedError

    async def aclose(self) -> None:
        raise NotImplementedError


def settling(call: HttpCall) -> Flow[HttpReply]:
    """Send a call, and another one if it is interrupted, as a generation does to cancel its job."""
    try:
        return (yield from send(call))
    except GeneratorExit:
        raise
    except BaseException:
        yield from send(call)
        raise


@pytest.mark.parametrize(
    ("way", "in_scope"),
    # anyio itself keeps a forgotten task that waits in a scope
    [("closed", True), ("closed", False), ("forgotten", False)],
)
def test_an_abandoned_task_gives_up_its_claim(journal: WatchedFolder, way: str, in_scope: bool) -> None:
    transport = SilentServer(in_scope=in_scope)
    call = HttpCall(method="GET", url="https://acme.example/jobs/1")
    coroutine = AsyncDriver(lambda: transport, None, journal).run(claimed(ID, settling(call)))
    loop = asyncio.new_event_loop()
    task = loop.create_task(coroutine)

    async def until_sent() -> None:
        while not transport.sent:  # noqa: ASYNC110 - the transport has no event
            await asyncio.sleep(0.001)

    loop.run_until_complete(until_sent())
    assert not journal.claim(ID)
    if way == "closed":
        coroutine.close()
    loop.close()
    del task, coroutine
    gc.collect()
    assert journal.released.wait(10), "the claim is given up"
    assert journal.claim(ID)
    journal.release(ID)
    assert len(transport.sent) == 1, "nothing more is sent"


def test_a_task_cancelled_while_it_claims_leaves_no_claim(tmp_path: Path) -> None:
    """The thread that claims goes on when its task is cancelled, and nobody learns that it succeeded."""
    claiming, may_claim = threading.Event(), threading.Event()

    class Slow(WatchedFolder):
        def claim(self, job_id: str) -> bool:
            claiming.set()
            may_claim.wait(10)
            return super().claim(job_id)

    journal = Slow(tmp_path / "jobs")
    call = HttpCall(method="GET", url="https://acme.example/jobs/1")
    transport = SilentServer(in_scope=False)

    async def main() -> None:
        driver = AsyncDriver(lambda: transport, None, journal)
        task = asyncio.create_task(driver.run(claimed(ID, send(call))))
        await asyncio.to_thread(claiming.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        may_claim.set()

    asyncio.run(main())
    assert journal.released.wait(10)
    assert JournalFolder(journal.path).claim(ID)
    journal.release(ID)
    assert transport.sent == []


def test_a_closed_generator_gives_up_its_claim() -> None:
    server, journal = AcmeServer(), MemoryJournal()
    flow = generation(acme(), journals=True).generate()
    driver = VirtualTime(server, journal=journal)
    step = next(flow)
    while not (isinstance(step, HttpCall) and step.method == "GET"):
        step = flow.send(driver._perform(step))
    assert not journal.claim(journal.only.generation_id)
    flow.close()
    assert journal.released.wait(10)
    assert journal.claim(journal.only.generation_id)
    assert server.cancelled == [], "a closed generator performs no step"


def test_a_forgotten_generator_gives_up_its_claim() -> None:
    server, journal = AcmeServer(), MemoryJournal()

    def begin() -> None:
        flow = generation(acme(), journals=True).generate()
        driver = VirtualTime(server, journal=journal)
        step = next(flow)
        while not isinstance(step, WriteJournal):
            step = flow.send(driver._perform(step))
        driver._perform(step)
        circle: list[object] = [flow]
        circle.append(circle)

    begin()
    gc.collect()
    assert journal.released.wait(10)
    assert journal.claim(journal.only.generation_id)


def test_a_claim_is_given_up_while_the_journal_holds_its_lock() -> None:
    """The garbage collector may run inside the journal: what it does must not wait for the journal."""

    class Locking(MemoryJournal):
        def __init__(self) -> None:
            super().__init__()
            self.lock = threading.Lock()

        def release(self, job_id: str) -> None:
            with self.lock:
                super().release(job_id)

    journal = Locking()
    flow = generation(acme(), journals=True).generate()
    driver = VirtualTime(AcmeServer(), journal=journal)
    step = next(flow)
    while not isinstance(step, WriteJournal):
        step = flow.send(driver._perform(step))
    with journal.lock:
        flow.close()
        del flow
        gc.collect()
        assert not journal.released.is_set()
    assert journal.released.wait(10)


@pytest.mark.parametrize("way", ["blocking", "asyncio"])
def test_a_claim_ends_although_its_caller_keeps_the_interruption(journal: WatchedFolder, way: str) -> None:
    """Ctrl-C comes when nothing is left but to release the claim; the exception refers to the frames that hold it."""

    def interrupted(flow: Flow[Instant]) -> Flow[Instant]:
        step = next(flow)
        while not isinstance(step, ReleaseJob):
            step = flow.send((yield step))
        flow.throw(KeyboardInterrupt())
        raise AssertionError("the interruption leaves the flow")

    def no_transport() -> NoReturn:
        raise AssertionError("the flow sends nothing")

    def run(flow: Flow[Instant]) -> Instant:
        if way == "blocking":
            return BlockingDriver(no_transport, None, journal).run(flow)
        return asyncio.run(AsyncDriver(no_transport, None, journal).run(flow))

    with pytest.raises(KeyboardInterrupt) as kept:
        run(interrupted(claimed(ID, read_clock())))
    assert journal.claim(ID), f"the job is free, although the caller keeps {kept.value!r}"
