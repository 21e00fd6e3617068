"""`tarash jobs`: lists, shows, resumes, cancels and forgets the jobs that have not ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer

from ..exceptions import ValidationError
from ..gateway import Gateway
from ..job import Job
from ..journal_folder import JournalFolder
from ..models.config import GenerationConfig
from ..models.money import dollars
from .building import is_loopback
from .completing import job_ids
from .destination import checked_destination
from .environment import environment_for
from .examples import JOBS_CANCEL, JOBS_FORGET, JOBS_LIST, JOBS_RESUME, JOBS_SHOW
from .failures import reported
from .interruption import explaining_interrupts, way_to_result
from .jobs_folder import open_jobs
from .option_groups import refuse_empty
from .options import OUTPUT, JobsDir, JsonFlag, OutPath, Quiet
from .output import print_columns, print_json
from .progress import noting, progress_display
from .results import collect, print_result

JobId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="Id of the job (the gateway's or the provider's), or its beginning.",
        autocompletion=job_ids,
    ),
]

app = typer.Typer(
    no_args_is_help=True,
    help="List, resume, cancel and forget the jobs that have not ended, or whose result is not saved yet.",
)


@app.command("list", epilog=JOBS_LIST)
def list_jobs(
    show_all: Annotated[
        bool,
        typer.Option("--all", help="Also list the jobs that have ended recently.", rich_help_panel=OUTPUT),
    ] = False,
    jobs_dir: JobsDir = None,
    as_json: JsonFlag = False,
) -> None:
    """List the jobs that have not ended, and those whose result is not saved yet, oldest first."""
    with reported(as_json=as_json):
        found = open_jobs(jobs_dir).overview(ended=show_all)
        for problem in found.unreadable.values():
            typer.echo(f"warning: {problem}", err=True)
        jobs = [job for job in found.jobs if show_all or _state(job) != "ended"]
        if as_json:
            print_json([_summary(job) for job in jobs])
        elif jobs:
            print_columns(
                ("ID", "STATE", "AGE", "COST", "PROVIDER", "MODEL", "PROMPT"), [_row(job) for job in jobs]
            )
        else:
            typer.echo("no jobs" if show_all else "no open jobs; those that ended: --all", err=True)


@app.command(epilog=JOBS_SHOW)
def show(job_id: JobId, jobs_dir: JobsDir = None, as_json: JsonFlag = False) -> None:
    """Show a job, without asking the provider for its status."""
    with reported(as_json=as_json):
        job = _find(open_jobs(jobs_dir), job_id)
        if as_json:
            print_json(job.model_dump(mode="json"))
            return
        for name, value in {**_summary(job), "state": _state(job)}.items():
            typer.echo(f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}")


@app.command("resume", epilog=JOBS_RESUME)
def resume_job(
    job_id: JobId,
    out: OutPath = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the job after its result is saved.")] = False,
    jobs_dir: JobsDir = None,
    as_json: JsonFlag = False,
    quiet: Quiet = False,
) -> None:
    """Wait for a job without submitting it again, and save its result."""
    with reported(as_json=as_json) as abandonment:
        journal = open_jobs(jobs_dir, keep_results=True)
        job = _find(journal, job_id)
        target = checked_destination(out, job.modality)
        # a stored result is returned without events
        abandonment.generation_id = job.generation_id
        config = _own_config(job) if journal.wrote(job.generation_id) else None
        environ = _environment(job)
        with (
            progress_display(quiet=quiet) as display,
            Gateway(
                environ=environ, on_event=noting(abandonment, display, journal), journal=journal
            ) as gateway,
            explaining_interrupts(),
        ):
            response = gateway.resume(job, config=config, on_progress=display.update)
        paths = collect(
            response,
            target,
            journal=journal,
            abandonment=abandonment,
            allow_private_hosts=is_loopback(job.base_url),
            keep=keep,
        )
        print_result(response, paths, as_json=as_json, quiet=quiet)


@app.command(epilog=JOBS_CANCEL)
def cancel(job_id: JobId, jobs_dir: JobsDir = None, as_json: JsonFlag = False) -> None:
    """Cancel a job at its provider, and say what is billed. A job that has finished keeps its result."""
    with reported(as_json=as_json):
        journal = open_jobs(jobs_dir, keep_results=True)
        job = _find(journal, job_id)
        config = _own_config(job) if journal.wrote(job.generation_id) else None
        with Gateway(environ=_environment(job), journal=journal) as gateway:
            result = gateway.cancel(job, config=config)
        if as_json:
            print_json(result.model_dump(mode="json"))
            return
        typer.echo(f"cancelled: {result.cancelled}")
        typer.echo(f"billed: {result.billed}")
        if result.cancelled != "yes":
            typer.echo(way_to_result(job.generation_id))


@app.command(epilog=JOBS_FORGET)
def forget(job_id: JobId, jobs_dir: JobsDir = None) -> None:
    """Delete a job, without cancelling it at the provider."""
    with reported():
        journal = open_jobs(jobs_dir)
        unreadable = {path.stem for path in journal.overview(ended=True).unreadable}
        found = job_id if job_id in unreadable else _find(journal, job_id).generation_id
        journal.forget(found)
        typer.echo(f"forgot {found}")


def _find(journal: JournalFolder, name: str) -> Job:
    """Return the job whose id, or the provider's id of it, begins with `name`.

    Raises:
        ValidationError: no job matches, several do, or its file is not readable.
    """
    found = journal.overview(ended=True)
    exact = [job for job in found.jobs if name in (job.generation_id, job.request_id)]
    matching = exact or [
        job
        for job in found.jobs
        if any(key and key.startswith(name) for key in (job.generation_id, job.request_id))
    ]
    if len(matching) > 1:
        ids = ", ".join(job.generation_id for job in matching)
        raise ValidationError(f"{name!r} matches {len(matching)} jobs: {ids}; use more of the id")
    job = journal.read(matching[0].generation_id) if matching else None
    if job is not None:
        return job
    for path, problem in found.unreadable.items():
        if name and path.stem.startswith(name):
            raise ValidationError(problem)
    if not name:
        refuse_empty("ID")
    raise ValidationError(f"no saved job {name!r} in {journal.path}; run 'tarash jobs list' to see them")


def _own_config(job: Job) -> GenerationConfig:
    """Return the configuration of a job that this user's gateway wrote; its servers may see the keys."""
    first, *rest = (
        # a plugin that renders in its own process, such as the local one, has no server that a configuration could name
        config.model_copy(update={"base_url": job.base_url})
        if position == job.position and job.base_url.startswith(("https://", "http://"))
        else config
        for position, config in enumerate(job.restored_configs())
    )
    return first.model_copy(update={"fallback_configs": tuple(rest)})


def _environment(job: Job) -> Mapping[str, str]:
    def account(config: Mapping[str, object]) -> str | None:
        given = config.get("account")
        return given if isinstance(given, str) else None

    return environment_for((str(config.get("provider")), account(config)) for config in job.configs)


def _state(job: Job) -> str:
    """Return the state for people: "finished" has a result that is not saved yet, "given up" may still get one at the provider."""
    if job.response is not None:
        return "finished"
    return "given up" if job.may_go_on else job.state


_SUMMARISED = {
    "state", "modality", "provider", "model", "base_url", "request_id", "submitted_at", "deadline_at",
    "estimated_cost_usd", "outcome", "may_go_on",
}  # fmt: skip


def _summary(job: Job) -> dict[str, object]:
    """Return what is worth knowing of a job as JSON data, without its media and its result; fields of `Job` have its names."""
    return {
        "generation_id": job.generation_id,
        **job.model_dump(mode="json", include=_SUMMARISED),
        "prompt": job.request.get("prompt"),
        "earlier_attempts": len(job.attempts),
        "fallbacks": [
            f"{config['provider']}/{config['model']}" for config in job.configs[job.position + 1 :]
        ],
        "has_result": job.response is not None,
    }


def _row(job: Job) -> tuple[str, ...]:
    age = datetime.now(UTC) - job.submitted_at
    minutes = int(age.total_seconds() // 60)
    hours = f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
    shown_age = f"{minutes} min" if minutes < 120 else hours
    prompt = " ".join(str(job.request.get("prompt", "")).split())
    shown = prompt if len(prompt) <= 60 else f"{prompt[:59]}…"
    cost = "" if job.estimated_cost_usd is None else dollars(job.estimated_cost_usd)
    return (job.generation_id, _state(job), shown_age, cost, job.provider, job.model, shown)
