"""`tarash jobs`: saved jobs, listed, shown, carried on and forgotten."""

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
    typer.Argument(metavar="ID", help="The job's id, the provider's id of it, or the beginning of either."),
]

app = typer.Typer(no_args_is_help=True, help="Jobs that 'tarash generate … --detach' saved.")


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
    """Show one saved job; nobody is asked how it stands."""
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
    keep: Annotated[
        bool, typer.Option("--keep", help="Do not forget the job when its result is saved.")
    ] = False,
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
    """Delete a saved job; at the provider nothing is cancelled."""
    with reported():
        folder = JobFolder(jobs_dir)
        job = folder.find(job_id)
        folder.forget(job)
        typer.echo(f"forgot {job.generation_id}")


def _carry_on(folder: JobFolder, job: Job, abandonment: Abandonment, *, quiet: bool) -> GenerationResponse:
    """Wait for the job, and keep the folder true: later states are saved, jobs that have ended badly are dropped."""
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
        # resumed once more, the chain would go on to its fallbacks once more, and pay for them
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
