"""When the caller gives up, or its callback raises, the job is cancelled and the caller's own exception surfaces."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
import trio

from core.chains import BOAT, fal_video, replicate_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import Gateway, ProgressUpdate
from tarash.tarash_gateway.plugin import Event
from tarash.tarash_gateway.testing.simulator import SlowAnswer, Status

PROGRAM = Path(__file__).with_name("interrupted_program.py")


class CallerProblem(Exception):
    """What goes wrong in the caller's own code."""


def _assert_cancelled_and_not_replaced(fal: FalSimulator, replicate: ReplicateSimulator) -> None:
    assert [fal.job_state(job.id) for job in fal.jobs] == ["cancelled"]
    assert fal.count("submit") == 1
    assert replicate.requests == [], "nobody failed, so nobody takes over"


def test_a_cancelled_asyncio_task_cancels_the_job(
    gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.hold()
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])

    async def main() -> None:
        started = anyio.Event()
        call = gateway.generate_video_async(config, BOAT, on_progress=lambda _update: started.set())
        work = asyncio.create_task(call)
        await started.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(main())
    _assert_cancelled_and_not_replaced(fal, replicate)


def test_asyncio_timeout_around_a_call_cancels_the_job(
    gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.hold()
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])

    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await gateway.generate_video_async(config, BOAT)

    asyncio.run(main())
    _assert_cancelled_and_not_replaced(fal, replicate)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_scope_cancels_the_job(
    gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator, backend: str
) -> None:
    fal.hold()
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])

    async def main() -> None:
        async with anyio.create_task_group() as group:
            started = anyio.Event()

            async def generate() -> None:
                await gateway.generate_video_async(config, BOAT, on_progress=lambda _update: started.set())

            group.start_soon(generate)
            await started.wait()
            group.cancel_scope.cancel()

    anyio.run(main, backend=backend)
    _assert_cancelled_and_not_replaced(fal, replicate)


def test_a_trio_deadline_cancels_the_job(
    gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.hold()
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])

    async def main() -> bool:
        with trio.move_on_after(1.0) as scope:
            await gateway.generate_video_async(config, BOAT)
        return scope.cancelled_caught

    assert trio.run(main)
    _assert_cancelled_and_not_replaced(fal, replicate)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_caller_that_gives_up_while_polling_cancels_the_job(
    gateway: Gateway, replicate: ReplicateSimulator, backend: str
) -> None:
    replicate.hold()

    async def main() -> None:
        with anyio.move_on_after(1.0):
            await gateway.generate_video_async(replicate_video(replicate), BOAT)

    anyio.run(main, backend=backend)
    assert [replicate.job_state(job.id) for job in replicate.jobs] == ["cancelled"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_caller_that_gives_up_while_submitting_has_the_job_found_and_cancelled(
    gateway: Gateway, replicate: ReplicateSimulator, backend: str
) -> None:
    replicate.hold()
    replicate.inject("submit", SlowAnswer(5))

    async def main() -> None:
        with anyio.move_on_after(1.0):
            await gateway.generate_video_async(replicate_video(replicate), BOAT)

    anyio.run(main, backend=backend)
    assert [replicate.job_state(job.id) for job in replicate.jobs] == ["cancelled"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_giving_up_ends_although_the_provider_refuses_the_cancel(
    gateway: Gateway, fal: FalSimulator, backend: str
) -> None:
    fal.hold()
    fal.inject("cancel", Status(401, json={"detail": "no"}))

    async def main() -> None:
        with anyio.move_on_after(1.0):
            await gateway.generate_video_async(fal_video(fal), BOAT)

    anyio.run(main, backend=backend)
    assert fal.count("cancel") == 1


def _raise_plain(update: ProgressUpdate) -> None:
    raise CallerProblem(update.status)


async def _raise_async(update: ProgressUpdate) -> None:
    await anyio.lowlevel.checkpoint()
    raise CallerProblem(update.status)


def _raise_later(update: ProgressUpdate) -> object:
    """Hide an async function, so that the first call reveals it."""
    return _raise_async(update)


@pytest.mark.parametrize("callback", [_raise_plain, _raise_later], ids=["plain", "async"])
def test_an_exception_in_the_callback_surfaces_as_itself(
    run: Run,
    gateway: Gateway,
    fal: FalSimulator,
    replicate: ReplicateSimulator,
    callback: Callable[[ProgressUpdate], object],
) -> None:
    fal.hold()
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    expected: type[Exception] = CallerProblem
    if run.mode == "sync" and callback is _raise_later:
        expected = TypeError  # nobody awaits what it returns in a blocking call
    with pytest.raises(expected):
        run(gateway, "generate_video", config, BOAT, on_progress=callback)
    _assert_cancelled_and_not_replaced(fal, replicate)


@pytest.mark.parametrize(
    "error", [TimeoutError("mine"), ConnectionError("mine"), KeyError("mine"), SystemExit(3)]
)
def test_not_even_an_exception_that_looks_like_the_providers_starts_a_fallback(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator, error: BaseException
) -> None:
    fal.hold()

    def callback(update: ProgressUpdate) -> None:
        raise error

    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    with pytest.raises(type(error)) as caught:
        run(gateway, "generate_video", config, BOAT, on_progress=callback)
    assert caught.value is error
    _assert_cancelled_and_not_replaced(fal, replicate)


def test_an_exception_in_the_last_callback_surfaces_too(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    def callback(update: ProgressUpdate) -> None:
        if update.status == "completed":
            raise CallerProblem(update.status)

    with pytest.raises(CallerProblem):
        run(gateway, "generate_video", fal_video(fal), BOAT, on_progress=callback)
    assert fal.count("submit") == 1


def test_an_async_callback_is_awaited_in_order(gateway: Gateway, replicate: ReplicateSimulator) -> None:
    replicate.polls_until_done = 3
    seen: list[str] = []

    async def callback(update: ProgressUpdate) -> None:
        await anyio.lowlevel.checkpoint()
        seen.append(update.status)

    async def main() -> None:
        await gateway.generate_video_async(replicate_video(replicate), BOAT, on_progress=callback)

    anyio.run(main)
    assert seen == ["queued", "queued", "processing", "processing", "completed"]


@pytest.mark.parametrize("mode", ["blocking", "asyncio", "trio"])
def test_ctrl_c_cancels_the_job(fal: FalSimulator, replicate: ReplicateSimulator, mode: str) -> None:
    fal.hold()
    command = [sys.executable, str(PROGRAM), mode, fal.url, fal.api_key, replicate.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "submitted\n"
        program.send_signal(signal.SIGINT)
        said, complained = program.communicate(timeout=20)
    assert (said, program.returncode) == ("KeyboardInterrupt\n", 0), complained
    _assert_cancelled_and_not_replaced(fal, replicate)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_interrupted_submission_without_look_up_is_told_and_kept(
    gateway: Gateway, fal: FalSimulator, backend: str
) -> None:
    fal.hold()
    fal.inject("submit", SlowAnswer(5))
    told: list[BaseException] = []

    async def main() -> None:
        with anyio.move_on_after(1.0):
            try:
                await gateway.generate_video_async(fal_video(fal), BOAT)
            except BaseException as error:
                told.append(error)
                raise

    anyio.run(main, backend=backend)
    notes = "\n".join(told[0].__notes__)
    assert "a submission was under way, so a job may exist" in notes
    assert "submitted: unknown, billed: unknown" in notes
    (job,) = gateway.unsettled()
    assert (job.state, job.provider) == ("submitting", "fal")


def test_a_second_cancellation_of_a_task_does_not_stop_the_cancel_at_the_provider(fal: FalSimulator) -> None:
    fal.hold()
    fal.inject("cancel", SlowAnswer(0.4))

    async def main() -> None:
        started, cancelling = asyncio.Event(), asyncio.Event()

        def watch(event: Event) -> None:
            if event.kind == "request_sent" and str(event.facts["url"]).endswith("/cancel"):
                cancelling.set()

        async with Gateway(on_event=watch) as gateway:
            call = gateway.generate_video_async(
                fal_video(fal), BOAT, on_progress=lambda _update: started.set()
            )
            work = asyncio.create_task(call)
            await started.wait()
            work.cancel("first")
            await cancelling.wait()
            work.cancel("second")
            with pytest.raises(asyncio.CancelledError, match="first") as caught:
                await work
            assert any("cancelled: yes" in note for note in caught.value.__notes__)
            assert gateway.unsettled() == ()

    asyncio.run(main())
    assert [fal.job_state(job.id) for job in fal.jobs] == ["cancelled"]


@pytest.mark.parametrize("raised", [StopIteration, GeneratorExit, SystemExit])
def test_whatever_leaves_a_callback_leaves_the_call(
    gateway: Gateway, fal: FalSimulator, raised: type[BaseException]
) -> None:
    fal.hold()

    def stop(_update: ProgressUpdate) -> None:
        raise raised

    with pytest.raises(raised) as caught:
        gateway.generate_video(fal_video(fal), BOAT, on_progress=stop)
    assert any("cancelled: yes" in note for note in caught.value.__notes__)
    assert [fal.job_state(job.id) for job in fal.jobs] == ["cancelled"]


def test_an_interruption_tells_the_earlier_attempts_too(
    gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.fail_next("runner_disconnected")
    replicate.hold()

    def stop(update: ProgressUpdate) -> None:
        if update.provider == "replicate":
            raise CallerProblem

    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    with pytest.raises(CallerProblem) as caught:
        gateway.generate_video(config, BOAT, on_progress=stop)
    first, second = caught.value.__notes__
    assert first.startswith("attempt 1 at fal/")
    assert "GenerationFailedError" in first
    assert second.startswith("attempt 2 at replicate/")


def test_a_cancel_that_is_not_confirmed_leaves_the_job_with_the_gateway(
    gateway: Gateway, fal: FalSimulator
) -> None:
    fal.hold()
    fal.inject("cancel", Status(401, json={"detail": "no"}))

    def stop(_update: ProgressUpdate) -> None:
        raise CallerProblem

    with pytest.raises(CallerProblem):
        gateway.generate_video(fal_video(fal), BOAT, on_progress=stop)
    (job,) = gateway.unsettled()
    assert job.request_id == fal.jobs[0].id
    fal.release()
    assert gateway.resume(job, config=fal_video(fal)).request_id == job.request_id
    assert gateway.unsettled() == ()
