"""`tarash generate video` and `tarash generate image`."""

from __future__ import annotations

import typer

from ..exceptions import ValidationError
from ..job import Job
from ..journal_folder import JournalFolder
from ..models.config import GenerationConfig
from ..models.modality import modality_of
from ..models.request import GenerationRequest
from .building import image_config, image_request, is_loopback, video_config, video_request
from .destination import checked_destination
from .environment import environment_of
from .examples import GENERATE_IMAGE, GENERATE_VIDEO
from .failures import reported
from .interruption import Abandonment, explaining_interrupts
from .jobs_folder import open_jobs
from .max_cost import CommandGateway, budget_of
from .option_groups import with_option_groups
from .options import ImageOptions, OutputOptions, ProviderOptions, VideoOptions
from .output import print_json
from .progress import noting, progress_display
from .results import collect, open_saved, print_result

app = typer.Typer(no_args_is_help=True, help="Generate a video or an image, and save it.")


@app.command(epilog=GENERATE_VIDEO)
@with_option_groups
def video(request: VideoOptions, provider: ProviderOptions, output: OutputOptions) -> None:
    """Generate a video and save it; the default model is the one in 'tarash config', else a render on this machine."""
    with reported(as_json=output.as_json, by_option=True) as abandonment:
        config = video_config(provider, detach=output.detach)
        _generate(config, video_request(request), provider, output, abandonment)


@app.command(epilog=GENERATE_IMAGE)
@with_option_groups
def image(request: ImageOptions, provider: ProviderOptions, output: OutputOptions) -> None:
    """Generate images and save them; the default model is the one in 'tarash config', else a render on this machine."""
    with reported(as_json=output.as_json, by_option=True) as abandonment:
        config = image_config(provider, detach=output.detach)
        _generate(config, image_request(request), provider, output, abandonment)


def _generate(
    config: GenerationConfig,
    request: GenerationRequest,
    provider: ProviderOptions,
    output: OutputOptions,
    abandonment: Abandonment,
) -> None:
    if output.detach and output.out is not None:
        raise ValidationError("--detach saves no result yet; give --out to 'tarash jobs resume'")
    journal = open_jobs(output.jobs_dir, keep_results=True, quiet=output.quiet)
    out = None if output.detach else checked_destination(output.out, modality_of(config, request).name)
    budget_usd = budget_of(config, request, output.max_cost)
    environ = environment_of(config)
    with (
        progress_display(quiet=output.quiet or output.detach) as display,
        CommandGateway(
            environ=environ,
            on_event=noting(abandonment, display, journal),
            journal=journal,
            budget_usd=budget_usd,
        ) as gateway,
        explaining_interrupts(),
    ):
        if output.detach:
            _detach(gateway.submit(config, request), journal, output)
            return
        response = gateway.generate(config, request, on_progress=display.update)
    paths = collect(
        response,
        out,
        journal=journal,
        abandonment=abandonment,
        allow_private_hosts=is_loopback(provider.base_url),
    )
    print_result(response, paths, as_json=output.as_json, quiet=output.quiet)
    if output.open_result:
        open_saved(response, paths[0])


def _detach(job: Job, journal: JournalFolder, output: OutputOptions) -> None:
    if job.response is not None and not journal.wrote(job.generation_id):
        # rendered on this machine: nothing was sent, so the gateway wrote nothing
        journal.write(job)
    if output.as_json:
        path = journal.path / f"{job.generation_id}.json"
        print_json(
            {"generation_id": job.generation_id, "job_file": str(path), "job": job.model_dump(mode="json")}
        )
        return
    typer.echo(job.generation_id)
    if not output.quiet:
        where = "" if output.jobs_dir is None else f" --jobs-dir {output.jobs_dir}"
        typer.echo(
            f"submitted to {job.provider}/{job.model}; wait for it with: tarash jobs resume {job.generation_id}{where}"
        )
