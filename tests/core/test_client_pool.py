"""A client serves one request at a time, the one used last is used next, and those idle too long are closed."""

from __future__ import annotations

from itertools import count

from tarash.tarash_gateway.transport.client_pool import IDLE_SECONDS, MOST_IDLE, ClientPool


def numbered(most_idle: int = MOST_IDLE) -> ClientPool[int]:
    numbers = count()
    return ClientPool(lambda: next(numbers), most_idle)


def test_two_requests_at_a_time_have_two_clients() -> None:
    pool = numbered()
    assert (pool.borrow().client, pool.borrow().client) == (0, 1)


def test_the_client_used_last_is_used_next() -> None:
    pool = numbered()
    first, second = pool.borrow(), pool.borrow()
    first.give_back(0.0)
    second.give_back(0.0)
    assert pool.borrow().client == second.client


def test_a_client_that_was_idle_too_long_is_to_be_closed() -> None:
    pool = numbered()
    first, second = pool.borrow(), pool.borrow()
    assert first.give_back(0.0) == []
    assert second.give_back(IDLE_SECONDS) == [first.client]


def test_of_too_many_idle_clients_the_one_that_was_idle_longest_is_to_be_closed() -> None:
    pool = numbered(most_idle=2)
    first, second, third = pool.borrow(), pool.borrow(), pool.borrow()
    assert first.give_back(0.0) == []
    assert second.give_back(1.0) == []
    assert third.give_back(2.0) == [first.client]
    assert (pool.borrow().client, pool.borrow().client) == (third.client, second.client)


def test_after_closing_every_client_is_to_be_closed_even_one_still_in_use() -> None:
    pool = numbered()
    idle, busy = pool.borrow(), pool.borrow()
    idle.give_back(0.0)
    assert pool.close() == [idle.client]
    assert busy.give_back(0.0) == [busy.client]
