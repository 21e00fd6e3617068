"""Lanes: a client serves one request at a time, the last one used is used next, and the old ones are closed."""

from __future__ import annotations

from itertools import count

from tarash.tarash_gateway.transport.client_pool import IDLE_SECONDS, Lanes


def numbered() -> Lanes[int]:
    numbers = count()
    return Lanes(lambda: next(numbers))


def test_two_requests_at_a_time_have_two_clients() -> None:
    lanes = numbered()
    assert (lanes.enter().client, lanes.enter().client) == (0, 1)


def test_the_client_used_last_is_used_next() -> None:
    lanes = numbered()
    first, second = lanes.enter(), lanes.enter()
    first.leave(0.0)
    second.leave(0.0)
    assert lanes.enter().client == second.client


def test_a_client_that_was_idle_too_long_is_to_be_closed() -> None:
    lanes = numbered()
    first, second = lanes.enter(), lanes.enter()
    assert first.leave(0.0) == []
    assert second.leave(IDLE_SECONDS) == [first.client]


def test_after_closing_every_client_is_to_be_closed_even_one_still_in_use() -> None:
    lanes = numbered()
    idle, busy = lanes.enter(), lanes.enter()
    idle.leave(0.0)
    assert lanes.close() == [idle.client]
    assert busy.leave(0.0) == [busy.client]
