"""Keeps the transports of a process: one for blocking code and one for each event loop; a forked child opens its own."""

from __future__ import annotations

import functools
import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from ..exceptions import ValidationError
from ..fork_safety import Loading, fork_safe_lock
from ..steps import Flow, JournalStep
from .httpx.factory import HttpxTransports
from .limited import LimitedTransports
from .limits import Limits
from .loop_client import LoopClient
from .protocols import BlockingTransport, TransportFactory

if TYPE_CHECKING:
    from anyio.lowlevel import RunVar

    from .async_driver import AsyncDriver
    from .blocking_driver import BlockingDriver
    from .driving import ProgressCallback

T = TypeVar("T")


class Connections:
    """Connections that several gateways share: pass the same ones to `Gateway(transport=...)` of each.

    A service may then have a gateway for each customer, with a budget and a journal of its own, and still one pool and one limit of
    requests in flight. No gateway closes them: use `with` or `async with` around the gateways, or call `close` or `aclose` at the end.

    Args:
        transports: factory of the transports; None uses httpx.
        limits: how many requests may be in flight at once; None uses the defaults of `Limits`.

    Attributes:
        limits: those in force.

    Raises:
        ValidationError: `limits` is something else.
    """

    def __init__(self, transports: TransportFactory | None = None, limits: Limits | None = None) -> None:
        if limits is not None and not isinstance(limits, Limits):
            raise ValidationError(f"limits={limits!r} is not allowed; use Limits(max_connections=…)")
        self.limits = limits or Limits()
        self._transports = LimitedTransports(transports or HttpxTransports(), self.limits)
        self._lock = fork_safe_lock(self, "_lock")
        self._blocking: BlockingTransport | None = None
        self._blocking_pid = 0
        self._per_loop: RunVar[LoopClient] | None = None

    def run_blocking(
        self,
        flow: Flow[T],
        on_progress: ProgressCallback | None = None,
        journal: JournalStep | None = None,
    ) -> T:
        """Run a flow in this thread."""
        return _drivers()[0](self._blocking_transport, on_progress, journal).run(flow)

    async def run_async(
        self,
        flow: Flow[T],
        on_progress: ProgressCallback | None = None,
        journal: JournalStep | None = None,
    ) -> T:
        """Run a flow under the running event loop."""
        return await (await self.async_driver(on_progress, journal)).run(flow)

    async def async_driver(
        self, on_progress: ProgressCallback | None = None, journal: JournalStep | None = None
    ) -> AsyncDriver:
        """Return what runs a flow under the running event loop."""
        client = await self._loop_client()
        return _drivers()[1](client.transport, on_progress, journal, client.wind_ups)

    def prepare(self) -> None:
        """Load what blocking calls send with; no connection is opened yet."""
        _drivers()
        self._blocking_transport()

    async def prepare_async(self) -> None:
        """Load what calls under the running event loop send with; no connection is opened yet."""
        _drivers()
        (await self._loop_client()).transport()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def close(self) -> None:
        """Close the blocking connections. Asynchronous connections close with their event loop, or with `aclose`."""
        with self._lock:
            transport, self._blocking = self._blocking, None
        if transport is not None and self._blocking_pid == os.getpid():
            transport.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop and the blocking ones.

        Calls that were cancelled may cancel their jobs at the provider first, which takes at most 30 s.
        """
        try:
            self.close()
        finally:
            # a transport of the user that cannot close must not keep the others open
            client = None if self._per_loop is None else self._per_loop.get(None)
            if self._per_loop is not None and client is not None:
                try:
                    await client.wind_ups.finish()
                finally:
                    self._per_loop.set(LoopClient(None))
                    await client.aclose()

    def _blocking_transport(self) -> BlockingTransport:
        transport = self._blocking
        if transport is not None and self._blocking_pid == os.getpid():
            return transport
        with Loading(), self._lock:
            # a forked child must not write to its parent's connections, so it opens its own
            if self._blocking is None or self._blocking_pid != os.getpid():
                self._blocking, self._blocking_pid = self._transports.blocking(), os.getpid()
            return self._blocking

    async def _loop_client(self) -> LoopClient:
        if self._per_loop is None:
            with Loading(), self._lock:
                from anyio.lowlevel import RunVar

                if self._per_loop is None:
                    self._per_loop = RunVar("tarash_gateway_client")
        client = self._per_loop.get(None)
        if client is None or client.is_empty:
            client = LoopClient(self._transports)
            self._per_loop.set(client)
            await client.tie_to_loop()
        return client


@functools.cache
def _drivers() -> tuple[type[BlockingDriver], type[AsyncDriver]]:
    with Loading():
        from .async_driver import AsyncDriver
        from .blocking_driver import BlockingDriver
    return BlockingDriver, AsyncDriver


_process_connections: Connections | None = None
_process_lock = fork_safe_lock(sys.modules[__name__], "_process_lock")


def process_connections() -> Connections:
    """Return the connections that the process shares, for the module-level functions and for `response.save`."""
    global _process_connections
    if _process_connections is None:
        import atexit

        with _process_lock:
            if _process_connections is None:
                _process_connections = Connections()
                atexit.register(_process_connections.close)
    return _process_connections
