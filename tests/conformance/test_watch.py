"""What a garbage collection does while a hook runs is not the hook's."""

from __future__ import annotations

import gc
import time

from tarash.tarash_gateway.testing.conformance.watch import Watch


def _read_the_clock(_phase: str, _info: dict[str, int]) -> None:
    time.perf_counter()


def _make_garbage() -> None:
    for _ in range(20_000):
        ring: list[object] = []
        ring.append(ring)


def test_a_collection_is_not_the_hooks() -> None:
    watch = Watch()
    gc.callbacks.append(_read_the_clock)
    try:
        with watch.over("tarash_map"):
            _make_garbage()
    finally:
        gc.callbacks.remove(_read_the_clock)
    assert (watch.of("clock"), gc.isenabled()) == ([], True)


def test_a_clock_of_the_hook_is_found() -> None:
    watch = Watch()
    with watch.over("tarash_map"):
        time.thread_time()
    assert [impurity.function for impurity in watch.of("clock")] == ["time.thread_time"]
