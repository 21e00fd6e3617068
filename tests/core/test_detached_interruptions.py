"""With `on_interrupt="detach"`, whoever stops waiting leaves the job running, and finds it in the journal or in `unsettled()`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import anyio
import pytest

from core.acme import AcmeServer, acme, generation
from core.chains import BOAT, fal_video, ledger, replicate_video
from core.memory_journal import MemoryJournal
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import Gateway, JournalFolder
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.plugin import HttpCall, HttpReply
from tarash.tarash_gateway.testing import VirtualTime


def test_a_service_that_stops_leaves_its_jobs_to_the_next_process(
    run: Run, fal: FalSimulator, replicate: ReplicateSimulator, tmp_path: Path
) -> None:
    fal.hold()
    journal = JournalFolder(tmp_path / "jobs")
    config = fal_video(fal, on_interrupt="detach", fallback_configs=[replicate_video(replicate)])

    async def serve() -> None:
        started = anyio.Event()
        async with Gateway(journal=journal, environ={}) as gateway:
            call = gateway.generate_video_async(config, BOAT, on_progress=lambda _update: started.set())
            work = asyncio.create_task(call)
            await started.wait()
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
            (left,) = gateway.unsettled()
            assert left.request_id == fal.jobs[0].id

    asyncio.run(serve())
    assert (fal.count("cancel"), replicate.requests) == (0, [])
    (job,) = journal.list()
    fal.release()
    with Gateway(journal=journal, environ={}) as gateway:
        response = run(gateway, "resume", job, config=config)
    assert (response.request_id, fal.count("submit"), len(journal.list())) == (fal.jobs[0].id, 1, 0)
    assert [(entry.status, entry.cancelled) for entry in ledger(response)] == [("success", None)]


def test_a_callback_that_raises_leaves_the_job_running_too(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    fal.hold()
    config = fal_video(fal, on_interrupt="detach")

    def stop(_update: object) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        run(gateway, "generate_video", config, BOAT, on_progress=stop)
    assert fal.count("cancel") == 0
    fal.release()
    (job,) = gateway.unsettled()
    assert run(gateway, "resume", job, config=config).request_id == fal.jobs[0].id
    assert (fal.count("submit"), gateway.unsettled()) == (1, ())


class InterruptedSubmission(AcmeServer):
    """Ctrl-C while the answer to the submission is awaited."""

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        reply = super().__call__(call, now)
        if call.method == "POST" and call.url.endswith("/jobs"):
            raise KeyboardInterrupt
        return reply


def test_an_interrupted_submission_stays_in_the_journal_until_somebody_resumes_it() -> None:
    server, memory, journal = InterruptedSubmission(), Memory(Path("unused")), MemoryJournal()
    flow = generation(acme(on_interrupt="detach"), memory, journals=True).generate()
    with pytest.raises(KeyboardInterrupt):
        VirtualTime(server, journal=journal).run(flow)
    assert [kind for kind, _ in server.seen] == ["submit"]
    assert (journal.only.state, [job.state for job in memory.unsettled.jobs()]) == (
        "submitting",
        ["submitting"],
    )
