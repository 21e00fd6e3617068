"""A gateway that is closed while its jobs wait loses none of them."""

from __future__ import annotations

import anyio
import anyio.to_thread
import pytest

from core.chains import BOAT, replicate_video
from core.transports import ASYNC_WAYS, Way
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
