"""Owns a worker that works until no row waits; it may freeze itself once, at the worst moment.

Arguments: a file of JSON with what `killed_batches.settings_of` returns, and the address of the database; "freezes" if it is to.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tarash.tarash_gateway import Gateway, Job, ResumableJob
from tarash.tarash_gateway.job import Journal
from tarash_gateway_batch import BatchWorker

DEAD_SECONDS = 1.0


class FreezingJournal:
    """Stops the whole process when the first job is noted, right before it would be sent."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._has_frozen = False

    def write(self, job: ResumableJob) -> None:
        """Store a job."""
        self._journal.write(job)
        if not self._has_frozen:
            self._has_frozen = True
            os.kill(os.getpid(), signal.SIGSTOP)

    def read(self, job_id: str) -> Job | None:
        """Return a job."""
        return self._journal.read(job_id)

    def list(self) -> Sequence[Job]:
        """Return the jobs that have not ended."""
        return self._journal.list()

    def claim(self, job_id: str) -> bool:
        """Return whether the job may be worked on."""
        return self._journal.claim(job_id)

    def release(self, job_id: str) -> None:
        """Give a job free."""
        self._journal.release(job_id)


async def main(settings: dict[str, str], *, freezes: bool) -> None:
    """Work until no row waits."""
    keys = {"KLING_API_KEY": settings["kling_key"], "REPLICATE_API_TOKEN": settings["replicate_key"]}

    def make_gateway(journal: Journal) -> Gateway:
        used = FreezingJournal(journal) if freezes else journal
        return Gateway(journal=used, environ=keys, allow_private_hosts=True)

    async with BatchWorker(
        database=settings["database"],
        make_gateway=make_gateway,
        base_urls=(settings["kling_url"], f"{settings['replicate_url']}/v1"),
        dead_seconds=DEAD_SECONDS,
    ) as worker:
        await worker.work(until_idle=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text("utf-8")), freezes="freezes" in sys.argv))
