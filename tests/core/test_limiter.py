"""The limiter decides who may start: a share for every origin and account, the urgent first, and nothing remembered afterwards."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.messages import Purpose
from tarash.tarash_gateway.plugin import HttpCall
from tarash.tarash_gateway.transport import MAX_CONNECTIONS, MAX_REQUESTS_PER_ORIGIN, Limits
from tarash.tarash_gateway.transport.limiter import Key, Limiter, Waiter, key_of

A, B = ("https://a.example", ""), ("https://b.example", "")


def _take_all(limiter: Limiter, key: Key) -> int:
    count = 0
    while limiter.take(key):
        count += 1
    return count


def test_one_account_reaches_its_limit_and_no_more() -> None:
    limiter = Limiter(per_key=MAX_REQUESTS_PER_ORIGIN, total=MAX_CONNECTIONS)
    assert _take_all(limiter, A) == MAX_REQUESTS_PER_ORIGIN
    assert _take_all(limiter, B) == MAX_REQUESTS_PER_ORIGIN


def test_one_origin_cannot_exhaust_the_total_however_many_accounts_it_has() -> None:
    limiter = Limiter(per_key=100, total=60)
    taken = [_take_all(limiter, (A[0], f"account {number}")) for number in range(200)]
    assert sum(taken) == 30
    assert taken[0] == 20
    assert _take_all(limiter, B) > 1


def test_several_origins_that_hang_leave_room_for_one_more() -> None:
    limiter = Limiter(per_key=MAX_REQUESTS_PER_ORIGIN, total=MAX_CONNECTIONS)
    for number in range(8):
        assert _take_all(limiter, (f"https://{number}.example", "")) > 0
    assert _take_all(limiter, A) > 1


def test_the_smallest_limit_still_lets_one_request_start_at_a_time() -> None:
    limiter = Limiter(per_key=1, total=1)
    assert _take_all(limiter, A) == 1
    limiter.release(A)
    assert _take_all(limiter, B) == 1


def _queue(limiter: Limiter, key: Key, purpose: Purpose, started: list[str], name: str) -> Waiter:
    return limiter.queue(key, purpose, lambda: started.append(name))


def test_cancels_start_first_then_reads_then_submits_each_in_order() -> None:
    limiter, started = Limiter(per_key=1, total=10), list[str]()
    limiter.take(A)
    for number in range(50):
        _queue(limiter, A, "submit", started, f"submit {number}")
    for name in ("read 0", "read 1"):
        _queue(limiter, A, "read", started, name)
    _queue(limiter, A, "cancel", started, "cancel")
    for _ in range(53):
        limiter.release(A)
    assert started == ["cancel", "read 0", "read 1", *(f"submit {number}" for number in range(50))]
    limiter.release(A)
    assert limiter.is_empty


def test_a_submit_gets_its_turn_although_reads_never_end() -> None:
    limiter, started = Limiter(per_key=1, total=10), list[str]()
    limiter.take(A)
    _queue(limiter, A, "submit", started, "submit")
    for number in range(12):
        _queue(limiter, A, "read", started, f"read {number}")
        limiter.release(A)
    assert "submit" in started[:4]


def test_keys_that_wait_take_turns() -> None:
    limiter, started = Limiter(per_key=2, total=3), list[str]()
    assert limiter.take(A)
    assert limiter.take(B)
    for name, key in (("a", A), ("a", A), ("a", A), ("b", B), ("b", B), ("b", B)):
        assert not limiter.take(key)
        _queue(limiter, key, "submit", started, name)
    for _ in range(2):
        limiter.release(A)
        limiter.release(B)
    assert Counter(started[:2]) == Counter(started[2:4]) == {"a": 1, "b": 1}


def test_a_waiter_that_gives_up_leaves_its_place_to_the_next() -> None:
    limiter, started = Limiter(per_key=1, total=10), list[str]()
    limiter.take(A)
    first = _queue(limiter, A, "submit", started, "first")
    second = _queue(limiter, A, "submit", started, "second")
    _queue(limiter, A, "submit", started, "third")
    limiter.leave(first)
    limiter.release(A)
    assert started == ["second"]
    # cancelled at the same moment as it was granted
    limiter.leave(second)
    assert started == ["second", "third"]
    limiter.release(A)
    assert limiter.is_empty


def test_a_request_elsewhere_that_ends_makes_room() -> None:
    limiter, started = Limiter(per_key=10, total=4), list[str]()
    assert limiter.take(A)
    assert limiter.take(B)
    assert not limiter.take(A)
    _queue(limiter, A, "read", started, "a")
    limiter.release(B)
    assert started == ["a"]


class _Random:
    """Random requests that start, wait, end and give up, and what may never be true of them."""

    def __init__(self, chance: random.Random, per_key: int, total: int) -> None:
        self._chance = chance
        self._per_key, self._total = per_key, total
        self._keys = [(f"https://{origin}.example", account) for origin in "abc" for account in ("", "x")]
        self.limiter = Limiter(per_key=per_key, total=total)
        self.flying: list[Key] = []
        self.waiting: dict[Waiter, Key] = {}

    def act(self) -> None:
        action = self._chance.random()
        if action < 0.5:
            self.ask(self._chance.choice(self._keys))
        elif action < 0.9 and self.flying:
            self.end()
        elif self.waiting:
            waiter = self._chance.choice(list(self.waiting))
            del self.waiting[waiter]
            self.limiter.leave(waiter)

    def ask(self, key: Key) -> None:
        if self.limiter.take(key):
            self.flying.append(key)
        else:
            purpose: Purpose = self._chance.choice(("submit", "read", "cancel"))
            self.waiting[self.limiter.queue(key, purpose, lambda: None)] = key

    def end(self) -> None:
        self.limiter.release(self.flying.pop(self._chance.randrange(len(self.flying))))

    def check(self) -> None:
        started = [waiter for waiter in self.waiting if waiter.is_granted]
        self.flying += [self.waiting.pop(waiter) for waiter in started]
        counts, at_origin = Counter(self.flying), Counter(origin for origin, _ in self.flying)
        assert len(self.flying) <= self._total
        assert max(counts.values(), default=0) <= self._per_key
        for key in set(self.waiting.values()):
            free = self._total - len(self.flying) - at_origin[key[0]]
            assert counts[key] >= min(self._per_key, free)


@given(seed=st.integers(), per_key=st.integers(1, 5), total=st.integers(1, 20))
def test_no_limit_is_exceeded_nobody_waits_without_need_and_nothing_is_left(
    seed: int, per_key: int, total: int
) -> None:
    requests = _Random(random.Random(seed), per_key, total)
    for _ in range(200):
        requests.act()
        requests.check()
    while requests.flying:
        requests.end()
        requests.check()
    assert not requests.waiting
    assert requests.limiter.is_empty


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.example/v1/jobs?key=secret", "https://api.example"),
        ("https://API.example:8443/v1", "https://api.example:8443"),
        ("https://api.example?next=/v1", "https://api.example"),
        ("https://api.example", "https://api.example"),
        ("https://user:secret@api.example/v1", "https://api.example"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("https://[broken/", "https://[broken"),
        ("https://[broken?/", ""),
    ],
)
def test_the_key_is_the_origin_alone_and_the_account(url: str, origin: str) -> None:
    assert key_of(HttpCall(method="GET", url=url, account="mine")) == (origin, "mine")


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_requests_per_origin": 0},
        {"max_connections": 0},
        {"max_streams": -1},
        {"max_connections": 1.5},
        {"submissions_per_minute": 0},
        {"submissions_per_minute": {"fal": "60/min"}},
    ],
    ids=str,
)
def test_a_limit_that_stops_everything_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=f"{next(iter(wrong))}.*=.* is not allowed; use a whole number"):
        Limits(**wrong)
