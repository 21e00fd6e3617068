"""A gateway that is closed while its jobs wait loses none of them."""

from __future__ import annotations

import json
import subprocess
import sys

import anyio
import anyio.to_thread
import pytest

from core.chains import BOAT, fal_settings, replicate_video
from core.transports import ASYNC_WAYS, Way
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import Gateway, ValidationError
from tarash.tarash_gateway.plugin import Event

JOBS = 20


class Submissions:
    """Tells when all jobs are submitted."""

    def __init__(self) -> None:
        self._missing = JOBS
        self.are_complete = anyio.Event()

    def __call__(self, event: Event) -> None:
        self._missing -= event.kind == "submitted"
        if not self._missing:
            self.are_complete.set()


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_a_gateway_closed_while_jobs_wait_tells_so_and_every_job_can_be_resumed(
    way: Way, replicate: ReplicateSimulator
) -> None:
    replicate.hold()
    config = replicate_video(replicate, poll_interval=0.2)
    failures: list[str] = []

    async def main() -> None:
        submissions = Submissions()
        gateway = Gateway(environ={}, transport=way.transports(), on_event=submissions)

        async def generate() -> None:
            with pytest.raises(ValidationError) as caught:
                await gateway.generate_video_async(config, BOAT)
            failures.append(caught.value.message)

        with anyio.fail_after(30):
            async with anyio.create_task_group() as group:
                for _ in range(JOBS):
                    group.start_soon(generate)
                await submissions.are_complete.wait()
                await gateway.aclose()
            jobs = gateway.unsettled()
            assert len(jobs) == JOBS
            replicate.release()
            # the same gateway opens new connections
            response = await gateway.resume_async(jobs[0], config=config)
            assert response.status == "completed"
            await gateway.aclose()

    anyio.run(main, backend=way.mode)
    assert len(failures) == JOBS
    assert all("closed during the call; resume its job" in failure for failure in failures)
    assert replicate.count("cancel") == 0


CLOSING = """
import asyncio, json, signal, sys
import tarash.tarash_gateway as t

config = t.VideoGenerationConfig(**json.loads(sys.argv[1]))


async def handler(gateway):
    # as under a middleware of Starlette, a cancellation takes some turns of the loop to get here
    async with asyncio.TaskGroup() as group:
        group.create_task(gateway.generate_video_async(config, prompt="a paper boat"))


async def main():
    submitted = asyncio.Semaphore(0)
    note = lambda event: event.kind == "submitted" and submitted.release()
    async with t.Gateway(environ={}, on_event=note) as gateway:
        handlers = [asyncio.create_task(handler(gateway)) for _ in range(5)]
        for _ in handlers:
            await submitted.acquire()
        for running in handlers:
            running.cancel()
    # as uvicorn ends: it raises the signal again, and nothing else gets a turn
    signal.raise_signal(signal.SIGTERM)


asyncio.run(main())
"""


def test_a_server_that_cancels_its_handlers_and_closes_the_gateway_at_once_leaves_no_job_running(
    fal: FalSimulator,
) -> None:
    fal.hold()
    subprocess.run([sys.executable, "-c", CLOSING, json.dumps(fal_settings(fal))], timeout=60, check=False)
    assert len(fal.jobs) == 5
    assert {fal.job_state(job.id) for job in fal.jobs} == {"cancelled"}
