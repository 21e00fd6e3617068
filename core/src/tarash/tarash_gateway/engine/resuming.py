"""Resumes a saved job from its newest state: while one call holds the job, it reads what the journal knows of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

from ..exceptions import JournalError, ResumableJob, TarashException
from ..job import Job, JobState
from ..models.response import GenerationResponse
from ..phrases import Phrase
from ..steps import Flow, ReadJob, WriteJournal
from .generation import Generation
from .trusted_jobs import outcome_text

_PROGRESS: dict[JobState, int] = {"submitting": 0, "submitted": 1, "ended": 2}


def resume_newest(
    job: Job, prepared: Callable[[Job], Flow[Generation]], output_dir: Path, *, allow_private_hosts: bool
) -> Flow[GenerationResponse]:
    """Resume a job from its newest state; run this while the call holds the job.

    An earlier call may have gone on since `job` was saved: to a fallback, which must not be paid for again, or to the end.

    Args:
        job: the saved job.
        prepared: flow that returns the generation that resumes a job.
        output_dir: the folder of the gateway's outputs.
        allow_private_hosts: whether the gateway may reach private networks.

    Raises:
        TarashException: the job cannot be resumed, or the generation failed.
    """
    given, job = job, (yield from newest(job))
    response = job.restored_response(output_dir=output_dir, allow_private_hosts=allow_private_hosts)
    if response is not None:
        if given.response is not None:
            yield from _tell_journal(given)
        return response
    try:
        generation = yield from prepared(job)
        return (yield from generation.resume())
    except TarashException as error:
        if job.state == "ended" and job.reference is not None:
            ended = f"; the generation had already ended{outcome_text(job)}, so nothing was submitted"
            error.message = Phrase(error.message, ended)
        raise


def _tell_journal(job: Job) -> Flow[None]:
    """Write the end of a job that holds its result, if the journal has it as running: another process would go on, and pay again."""
    try:
        stored = cast("ResumableJob | None", (yield ReadJob(job.generation_id)))
        if stored is not None and stored.state != "ended":
            yield WriteJournal(job)
    except JournalError:
        # the result is here, and that is what the caller asked for
        return


def newest(job: Job) -> Flow[Job]:
    """Return the newest state of a job that the journal or the caller knows."""
    if job.response is not None:
        return job
    return newer(job, cast("ResumableJob | None", (yield ReadJob(job.generation_id))))


def newer(given: Job, stored: ResumableJob | None) -> Job:
    """Return the newer state of a job: the one that the user passed, or the one in the journal.

    The journal's is older only if writing to it failed, so that the job went on an exception instead. An attempt that was given up,
    because nobody knew whether it had created a job, is still open after a later one has ended without a result.

    Raises:
        ValidationError: the journal returned something else than a saved job.
    """
    if stored is None:
        return given
    noted = Job.of(stored)
    if noted.state != "ended":
        return given if _progress(given) > _progress(noted) else noted
    is_over = noted.response is not None or noted.may_go_on or noted.attempt_number <= given.attempt_number
    return given if given.is_given_up and not is_over else noted


def _progress(job: Job) -> tuple[int, int]:
    return (job.attempt_number, _PROGRESS[job.state])
