"""The limiter decides who may start: a share for every origin and account, the urgent first, and nothing remembered afterwards."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.messages import OutgoingCall, Purpose
from tarash.tarash_gateway.plugin import HttpCall
from tarash.tarash_gateway.transport import Limits
from tarash.tarash_gateway.transport.limiter import Key, Limiter, Slot, key_of
from tarash.tarash_gateway.transport.limits import answer_bytes, with_time_left

MAX_REQUESTS_PER_ORIGIN, MAX_CONNECTIONS = Limits().max_requests_per_origin, Limits().max_connections
A, B = ("https://a.example", ""), ("https://b.example", "")


def _taken(limiter: Limiter, key: Key) -> Slot | None:
    """Return a slot that has started, or None if it must wait."""
    slot = Slot(key, "read")
    return slot if limiter.take(slot) else None


def _take_all(limiter: Limiter, key: Key) -> list[Slot]:
    return list(iter(lambda: _taken(limiter, key), None))


def test_one_account_reaches_its_limit_and_no_more() -> None:
    limiter = Limiter(per_key=MAX_REQUESTS_PER_ORIGIN, total=MAX_CONNECTIONS)
    there, elsewhere = _take_all(limiter, A), _take_all(limiter, B)
    assert len(there) == len(elsewhere) == MAX_REQUESTS_PER_ORIGIN


def test_one_origin_cannot_exhaust_the_total_however_many_accounts_it_has() -> None:
    limiter = Limiter(per_key=100, total=60)
    taken = [_take_all(limiter, (A[0], f"account {number}")) for number in range(200)]
    assert sum(map(len, taken)) == 30
    assert len(taken[0]) == 20
    assert len(_take_all(limiter, B)) > 1


def test_several_origins_that_hang_leave_room_for_one_more() -> None:
    limiter = Limiter(per_key=MAX_REQUESTS_PER_ORIGIN, total=MAX_CONNECTIONS)
    hanging = [_take_all(limiter, (f"https://{number}.example", "")) for number in range(8)]
    assert all(hanging)
    assert len(_take_all(limiter, A)) > 1


def test_the_smallest_limit_still_lets_one_request_start_at_a_time() -> None:
    limiter = Limiter(per_key=1, total=1)
    (first,) = _take_all(limiter, A)
    limiter.release(first)
    assert len(_take_all(limiter, B)) == 1


class _Queued:
    """Requests that wait for their turn, by name; those that have started stay in flight until the next one is to start."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter
        self.slots: dict[str, Slot] = {}
        self.started: list[str] = []

    def add(self, key: Key, purpose: Purpose, name: str) -> None:
        slot = self.slots[name] = Slot(key, purpose)
        self._limiter.queue(slot, lambda: self.started.append(name))

    def end_the_last(self) -> None:
        self._limiter.release(self.slots[self.started[-1]])


def test_cancels_start_first_then_reads_then_submits_each_in_order() -> None:
    limiter = Limiter(per_key=1, total=10)
    queued, first = _Queued(limiter), _taken(limiter, A)
    assert first is not None
    for number in range(50):
        queued.add(A, "submit", f"submit {number}")
    for name in ("read 0", "read 1"):
        queued.add(A, "read", name)
    queued.add(A, "cancel", "cancel")
    limiter.release(first)
    for _ in range(53):
        queued.end_the_last()
    assert queued.started == ["cancel", "read 0", "read 1", *(f"submit {number}" for number in range(50))]
    assert limiter.is_empty


def test_a_submit_gets_its_turn_although_reads_never_end() -> None:
    limiter = Limiter(per_key=1, total=10)
    queued, first = _Queued(limiter), _taken(limiter, A)
    assert first is not None
    queued.add(A, "submit", "submit")
    queued.add(A, "read", "read")
    limiter.release(first)
    for number in range(12):
        queued.add(A, "read", f"read {number}")
        queued.end_the_last()
    assert "submit" in queued.started[:4]


def test_keys_that_wait_take_turns() -> None:
    limiter = Limiter(per_key=2, total=3)
    queued, first = _Queued(limiter), [_taken(limiter, key) for key in (A, B)]
    for name, key in (("a 0", A), ("a 1", A), ("a 2", A), ("b 0", B), ("b 1", B), ("b 2", B)):
        assert _taken(limiter, key) is None
        queued.add(key, "submit", name)
    for slot in first:
        assert slot is not None
        limiter.release(slot)
    for name in queued.started[:2]:
        limiter.release(queued.slots[name])
    turns = [name[0] for name in queued.started]
    assert Counter(turns[:2]) == Counter(turns[2:4]) == {"a": 1, "b": 1}


def test_a_waiter_that_gives_up_leaves_its_place_to_the_next() -> None:
    limiter = Limiter(per_key=1, total=10)
    queued, running = _Queued(limiter), _taken(limiter, A)
    assert running is not None
    for name in ("first", "second", "third"):
        queued.add(A, "submit", name)
    limiter.release(queued.slots["first"])
    limiter.release(running)
    assert queued.started == ["second"]
    # cancelled at the same moment as it was granted
    limiter.release(queued.slots["second"])
    assert queued.started == ["second", "third"]
    queued.end_the_last()
    assert limiter.is_empty


def test_a_request_elsewhere_that_ends_makes_room() -> None:
    limiter = Limiter(per_key=10, total=4)
    queued, here, there = _Queued(limiter), _taken(limiter, A), _taken(limiter, B)
    assert here is not None
    assert there is not None
    assert _taken(limiter, A) is None
    queued.add(A, "read", "a")
    limiter.release(there)
    assert queued.started == ["a"]


def test_a_second_release_does_nothing() -> None:
    limiter = Limiter(per_key=2, total=10)
    first, second = _take_all(limiter, A)
    for _ in range(3):
        limiter.release(first)
    assert limiter.is_in_flight(second)
    assert len(_take_all(limiter, A)) == 1


def test_a_request_that_nothing_refers_to_any_more_does_not_count() -> None:
    limiter = Limiter(per_key=1, total=10)
    for _ in range(3):
        assert _taken(limiter, A) is not None


class _Random:
    """Random requests that start, wait, end, give up and get lost, and what may never be true of them."""

    def __init__(self, chance: random.Random, per_key: int, total: int) -> None:
        self._chance = chance
        self._per_key, self._total = per_key, total
        self._keys = [(f"https://{origin}.example", account) for origin in "abc" for account in ("", "x")]
        self.limiter = Limiter(per_key=per_key, total=total)
        self.flying: list[Slot] = []
        self.waiting: list[Slot] = []

    def act(self) -> None:
        action = self._chance.random()
        if action < 0.5:
            self.ask(self._chance.choice(self._keys))
        elif action < 0.85 and self.flying:
            self.end()
        elif action < 0.9 and self.flying:
            # lost without a release
            self.flying.pop(self._chance.randrange(len(self.flying)))
            self.ask(self._chance.choice(self._keys))
        elif self.waiting:
            self.limiter.release(self.waiting.pop(self._chance.randrange(len(self.waiting))))

    def ask(self, key: Key) -> None:
        slot = Slot(key, self._chance.choice(("submit", "read", "cancel")))
        if self.limiter.take(slot):
            self.flying.append(slot)
        else:
            self.waiting.append(slot)
            self.limiter.queue(slot, lambda: None)

    def end(self) -> None:
        self.limiter.release(self.flying.pop(self._chance.randrange(len(self.flying))))

    def check(self) -> None:
        self.flying += filter(self.limiter.is_in_flight, self.waiting)
        self.waiting = [slot for slot in self.waiting if not self.limiter.is_in_flight(slot)]
        counts = Counter(slot.key for slot in self.flying)
        at_origin = Counter(slot.key[0] for slot in self.flying)
        assert len(self.flying) <= self._total
        assert max(counts.values(), default=0) <= self._per_key
        for key in {slot.key for slot in self.waiting}:
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
    assert key_of(OutgoingCall(method="GET", url=url, account="mine")) == (origin, "mine")


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_requests_per_origin": 0},
        {"max_connections": 0},
        {"max_streams": -1},
        {"max_connections": 1.5},
        {"submissions_per_minute": 0},
        {"submissions_per_minute": {"fal": "60/min"}},
        {"submissions_per_minute": {"fal": 0}},
    ],
    ids=str,
)
def test_a_limit_that_stops_everything_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=f"{next(iter(wrong))}.*=.* is not allowed; use a whole number"):
        Limits(**wrong)


def test_the_smallest_limits_are_allowed() -> None:
    limits = Limits(
        max_requests_per_origin=1, max_connections=1, max_streams=0, submissions_per_minute={"fal": 1}
    )
    assert limits.max_streams == 0, "status streams are not opened, and jobs are polled"


def test_a_call_that_has_waited_for_all_of_its_time_has_some_left() -> None:
    call = with_time_left(HttpCall(method="GET", url="https://api.example/", timeout_seconds=5.0), -1.0)
    assert call.timeout_seconds is not None
    assert 0 < call.timeout_seconds < 0.1


def test_the_smaller_limit_of_an_answer_counts() -> None:
    call = HttpCall(method="GET", url="https://api.example/")
    assert answer_bytes(call, 100) == 100
    assert answer_bytes(replace(call, max_answer_bytes=10), 100) == 10
    assert answer_bytes(replace(call, max_answer_bytes=1000), 100) == 100
