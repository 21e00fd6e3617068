"""What other tests rely on: the guard against leaving this machine, the ways to run a call, the choice of a simulator."""

from __future__ import annotations

import asyncio
import socket
from asyncio.proactor_events import BaseProactorEventLoop

import pytest
import sniffio

from execution import Run
from loopback_only import OutsideConnectionError
from simulators.every_provider import SIMULATORS, provider_named_in, provider_of, running
from simulators.luma import DreamMachineSimulator


class Clock:
    """A target with the pair of methods that `run` chooses from."""

    def library(self, suffix: str) -> str:
        return f"none{suffix}"

    async def library_async(self, suffix: str) -> str:
        return f"{sniffio.current_async_library()}{suffix}"


def test_run_executes_the_call_in_the_mode_it_is_named_after(run: Run) -> None:
    assert run(Clock(), "library", suffix="!") == {"sync": "none!"}.get(run.mode, f"{run.mode}!")


@pytest.mark.parametrize("address", [("203.0.113.7", 443), ("10.0.0.1", 80)])
def test_a_connection_off_loopback_is_refused(address: tuple[str, int]) -> None:
    with socket.socket() as client, pytest.raises(OutsideConnectionError, match="tests stay on loopback"):
        client.connect(address)


def test_a_datagram_off_loopback_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as client, pytest.raises(OutsideConnectionError):
        client.sendto(b"hello", ("203.0.113.7", 53))


def test_asyncio_cannot_leave_this_machine_either() -> None:
    with pytest.raises(OutsideConnectionError):
        asyncio.run(asyncio.open_connection("203.0.113.7", 443))


def test_the_event_loop_of_windows_cannot_either() -> None:
    class Loop(BaseProactorEventLoop):
        def __init__(self) -> None:
            """Without the completion port that only Windows has."""

        def __del__(self) -> None:
            """Nothing is open."""

    with socket.socket() as client, pytest.raises(OutsideConnectionError):
        asyncio.run(Loop().sock_connect(client, ("203.0.113.7", 443)))


def test_a_look_up_of_an_outside_name_is_refused() -> None:
    with pytest.raises(OutsideConnectionError, match=r"provider\.example"):
        socket.getaddrinfo("provider.example", 443)


def test_a_name_that_can_never_exist_is_answered_without_a_resolver() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("provider.invalid", 443)


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert client.getpeername() == server.getsockname()


@pytest.mark.parametrize(
    ("words", "provider"),
    [("fal", "fal"), ("openai_errors", "openai"), ("azure_openai_errors", "azure_openai")],
)
def test_a_module_of_tests_is_about_the_provider_that_it_is_named_after(words: str, provider: str) -> None:
    assert provider_named_in(words) == provider


@pytest.mark.parametrize("words", ["falcon_errors", "errors_of_fal", ""])
def test_a_module_named_after_no_provider_gets_no_simulator(words: str) -> None:
    with pytest.raises(LookupError, match="name the module after one of them"):
        provider_named_in(words)


def test_a_simulator_plays_the_provider_it_stands_for_in_the_table() -> None:
    assert [provider_of(running(provider)) for provider in SIMULATORS] == list(SIMULATORS)
    assert provider_of(DreamMachineSimulator()) == "luma"
