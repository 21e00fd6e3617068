"""`tarash jobs`: lists, shows, resumes and forgets saved jobs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ..exceptions import (
    ContentModerationError,
    FallbackExhaustedError,
    GenerationFailedError,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from ..gateway import Gateway
from ..job import Job
from ..models.response import GenerationResponse
from .building import is_loopback
from .failures import reported
from .interruption import Abandonment, explaining_interrupts
from .job_folder import JobFolder
from .options import JobsDir, JsonFlag, OutPath, Quiet
from .output import print_columns, print_json
from .progress import progress_display
from .results import print_result, save_outputs

JobId = Annotated[
    str,
    typer.Argument(metavar="ID", help="Id of the job (the gateway's or the provider's), or its beginning."),
]

app = typer.Typer(
    no_args_is_help=True, help="List, resume and forget the jobs saved by 'tarash generate … --detach'."
)


@app.command("list")
def list_jobs(jobs_dir: JobsDir = None, as_json: JsonFlag = False) -> None:
    """List the saved jobs, oldest first."""
    with reported(as_json=as_json):
        jobs = list(JobFolder(jobs_dir).all())
        if as_json:
            print_json([_summary(job) for job in jobs])
            return
        print_columns(("ID", "PROVIDER", "MODEL", "SUBMITTED", "PROMPT"), [_row(job) for job in jobs])


@app.command()
def show(job_id: JobId, jobs_dir: JobsDir = None, as_json: JsonFlag = False) -> None:
    """Show a saved job, without asking the provider for its status."""
    with reported(as_json=as_json):
        job = JobFolder(jobs_dir).find(job_id)
        if as_json:
            print_json(job.model_dump(mode="json"))
            return
        for name, value in _summary(job).items():
            typer.echo(f"{name}: {value}")


@app.command("resume")
def resume_job(
    job_id: JobId,
    out: OutPath = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the job after its result is saved.")] = False,
    jobs_dir: JobsDir = None,
    as_json: JsonFlag = False,
    quiet: Quiet = False,
) -> None:
    """Wait for a saved job without submitting it again, and save its result."""
    with reported(as_json=as_json) as abandonment:
        folder = JobFolder(jobs_dir)
        job = folder.find(job_id)
        response = _carry_on(folder, job, abandonment, quiet=quiet)
        paths = save_outputs(response, out, allow_private_hosts=is_loopback(job.base_url))
        if not keep:
            folder.forget(job)
        print_result(response, paths, as_json=as_json, quiet=quiet)


@app.command()
def forget(job_id: JobId, jobs_dir: JobsDir = None) -> None:
    """Delete a saved job, without cancelling it at the provider."""
    with reported():
        folder = JobFolder(jobs_dir)
        job = folder.find(job_id)
        folder.forget(job)
        typer.echo(f"forgot {job.generation_id}")


def _carry_on(folder: JobFolder, job: Job, abandonment: Abandonment, *, quiet: bool) -> GenerationResponse:
    """Wait for the job and keep the folder up to date: save later states, and forget jobs that have failed for good."""
    try:
        with (
            Gateway(on_event=abandonment.note) as gateway,
            explaining_interrupts(),
            progress_display(quiet=quiet) as display,
        ):
            return gateway.resume(job, on_progress=display.update)
    except TimeoutError as error:
        if error.job is not None:
            folder.save(Job.of(error.job))
        raise
    except (GenerationFailedError, ContentModerationError, FallbackExhaustedError):
        # another resume would try the fallbacks again, and pay for them again
        folder.forget(job)
        raise
    except KeyboardInterrupt:
        if abandonment.cancelled == "yes":
            folder.forget(job)
        raise


def _summary(job: Job) -> dict[str, object]:
    fallbacks = [f"{config['provider']}:{config['model']}" for config in job.configs[job.position + 1 :]]
    return {
        "id": job.generation_id,
        "modality": job.modality,
        "provider": job.provider,
        "model": job.model,
        "request_id": job.request_id,
        "base_url": job.base_url,
        "submitted_at": job.submitted_at.isoformat(timespec="seconds"),
        "deadline_at": job.deadline_at.isoformat(timespec="seconds"),
        "prompt": job.request.get("prompt"),
        "earlier_attempts": len(job.attempts),
        "fallbacks": ", ".join(fallbacks),
        "finished": job.response is not None,
    }


def _row(job: Job) -> tuple[str, ...]:
    age = datetime.now(UTC) - job.submitted_at
    minutes = int(age.total_seconds() // 60)
    ago = f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h ago"
    prompt = " ".join(str(job.request.get("prompt", "")).split())
    shown = prompt if len(prompt) <= 60 else f"{prompt[:59]}…"
    return (job.generation_id, job.provider, job.model, ago, shown)
