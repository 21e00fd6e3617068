"""A client keeps one connection for each server, and gives up those that have ended."""

from __future__ import annotations

from tarash.tarash_gateway.transport.httpx.messages import Server
from tarash.tarash_gateway.transport.httpx.open_connections import MOST_SERVERS, OpenConnections

HERE = Server("http", "here.example", 80, "here.example")
THERE = Server("https", "there.example", 443, "there.example")


class Kept:
    """A connection whose state the test sets."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.ended = False

    def has_ended(self) -> bool:
        return self.ended


def test_the_connection_to_a_server_is_used_again() -> None:
    opened = OpenConnections(Kept)
    here, _ = opened.take(HERE)
    there, _ = opened.take(THERE)
    assert here is not there
    assert opened.take(HERE) == (here, [])
    assert opened.take(THERE) == (there, [])


def test_connections_that_have_ended_are_replaced_and_to_be_closed() -> None:
    opened = OpenConnections(Kept)
    here, _ = opened.take(HERE)
    there, _ = opened.take(THERE)
    here.ended = there.ended = True
    fresh, ended = opened.take(HERE)
    assert fresh not in (here, there)
    assert ended == [here, there]
    assert opened.take(HERE) == (fresh, [])


def test_a_client_that_is_closed_forgets_its_connections() -> None:
    opened = OpenConnections(Kept)
    here, _ = opened.take(HERE)
    assert opened.clear() == [here]
    assert opened.clear() == []
    assert opened.take(HERE)[0] is not here


def test_a_client_that_meets_many_servers_keeps_the_newest_connections() -> None:
    opened = OpenConnections(Kept)
    servers = [Server("http", f"{number}.example", 80, f"{number}.example") for number in range(MOST_SERVERS)]
    kept = [opened.take(server)[0] for server in servers]
    assert opened.take(HERE)[1] == kept[:1]
    assert opened.take(servers[1]) == (kept[1], [])
    assert len(opened.clear()) == MOST_SERVERS
