"""A submission that the caller gives up before it is sent has created no job, and the ledger says so."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Iterator

import anyio
import anyio.to_thread
import pytest

from core.acme import acme, generation
from core.raw_server import Connection, RawServer, Received, answer
from core.transports import WAYS, Way
from tarash.tarash_gateway.transport.async_driver import AsyncDriver
from tarash.tarash_gateway.transport.blocking_driver import BlockingDriver
from tarash.tarash_gateway.transport.limited import LimitedTransports
from tarash.tarash_gateway.transport.limits import Limits

pytestmark = pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="Ctrl-C from another thread")


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """Take Ctrl-C as a program in the foreground does: whoever starts the tests in the background lets them ignore it."""
    earlier = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, earlier)


def _given_up(way: Way, url: str, is_time: threading.Event) -> str:
    """Give up a generation when it is time; return what its exception says of the submission."""
    flow = generation(acme(base_url=url)).generate()
    transports = LimitedTransports(way.transports(), Limits())

    def blocking() -> list[str]:
        transport = transports.blocking()
        interrupt = threading.Thread(target=_interrupt_after, args=(is_time, threading.get_ident()))
        interrupt.start()
        with pytest.raises(KeyboardInterrupt) as caught:
            BlockingDriver(lambda: transport).run(flow)
        interrupt.join()
        transport.close()
        return caught.value.__notes__

    async def asynchronous() -> list[str]:
        transport = transports.asynchronous()
        notes: list[str] = []

        async def generate() -> None:
            try:
                await AsyncDriver(lambda: transport).run(flow)
            except BaseException as error:
                notes.extend(error.__notes__)
                raise

        async with anyio.create_task_group() as group:
            group.start_soon(generate)
            await anyio.to_thread.run_sync(is_time.wait, 10)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
        await transport.aclose()
        return notes

    notes = blocking() if way.mode == "sync" else anyio.run(asynchronous, backend=way.mode)
    return next(note for note in notes if note.startswith("attempt 1"))


def _interrupt_after(is_time: threading.Event, thread: int) -> None:
    is_time.wait(10)
    signal.pthread_kill(thread, signal.SIGINT)


# an interruption may lose a socket that nobody has yet: the garbage collector closes it, and warns
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("way", WAYS)
def test_a_submission_given_up_before_it_is_connected_was_not_sent(way: Way) -> None:
    is_reached = threading.Event()

    def silent(connection: Connection) -> None:
        # connected, but not in TLS
        connection.socket.recv(1)
        is_reached.set()
        connection.stopping.wait(10)

    with RawServer(answer(), taking=silent) as server:
        note = _given_up(way, server.url.replace("http:", "https:"), is_reached)
        gc.collect()
    assert "submitted: no, billed: no" in note


@pytest.mark.parametrize("way", WAYS)
def test_a_submission_given_up_while_it_waits_for_its_answer_may_have_been_sent(way: Way) -> None:
    is_reached = threading.Event()

    def silent(connection: Connection, _request: Received) -> None:
        is_reached.set()
        connection.stopping.wait(10)

    with RawServer(silent) as server:
        note = _given_up(way, server.url, is_reached)
    assert "submitted: unknown, billed: unknown" in note
