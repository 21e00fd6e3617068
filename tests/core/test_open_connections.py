"""A client keeps one connection for each origin, and gives up those that have ended or expired."""

from __future__ import annotations

import httpcore

from tarash.tarash_gateway.transport.httpx.open_connections import OpenConnections

HERE = httpcore.Origin(b"http", b"here.example", 80)
THERE = httpcore.Origin(b"https", b"there.example", 443)


class Kept(httpcore.ConnectionInterface):
    """A connection whose state the test sets."""

    def __init__(self, origin: httpcore.Origin) -> None:
        self.origin = origin
        self.closed = self.expired = False

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        return origin == self.origin

    def is_closed(self) -> bool:
        return self.closed

    def has_expired(self) -> bool:
        return self.expired


def test_the_connection_to_an_origin_is_used_again() -> None:
    opened = OpenConnections(Kept)
    here, _ = opened.take(HERE)
    there, _ = opened.take(THERE)
    assert here is not there
    assert opened.take(HERE) == (here, [])
    assert opened.take(THERE) == (there, [])


def test_connections_that_have_ended_or_expired_are_replaced_and_to_be_closed() -> None:
    opened = OpenConnections(Kept)
    here, _ = opened.take(HERE)
    there, _ = opened.take(THERE)
    here.closed = there.expired = True
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
