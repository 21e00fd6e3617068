"""`tarash generate video` and `tarash generate image`."""

from __future__ import annotations

import typer

from ..gateway import Gateway
from ..job import Job
from ..models.config import GenerationConfig
from ..models.request import GenerationRequest
from .building import image_config, image_request, is_loopback, video_config, video_request
from .failures import reported
from .interruption import explaining_interrupts
from .job_folder import JobFolder
from .option_groups import with_option_groups
from .options import ImageOptions, OutputOptions, ProviderOptions, VideoOptions
from .output import print_json
from .progress import progress_display
from .results import print_result, save_outputs

app = typer.Typer(no_args_is_help=True, help="Generate a video or an image, and save it.")


@app.command()
@with_option_groups
def video(request: VideoOptions, provider: ProviderOptions, output: OutputOptions) -> None:
    """Generate a video and save it; without --provider, the video is drawn on this machine."""
    with reported(as_json=output.as_json) as abandonment, Gateway(on_event=abandonment.note) as gateway:
        config = video_config(provider, detach=output.detach)
        _generate(gateway, config, video_request(request), provider, output)


@app.command()
@with_option_groups
def image(request: ImageOptions, provider: ProviderOptions, output: OutputOptions) -> None:
    """Generate images and save them; without --provider, the images are drawn on this machine."""
    with reported(as_json=output.as_json) as abandonment, Gateway(on_event=abandonment.note) as gateway:
        config = image_config(provider, detach=output.detach)
        _generate(gateway, config, image_request(request), provider, output)


def _generate(
    gateway: Gateway,
    config: GenerationConfig,
    request: GenerationRequest,
    provider: ProviderOptions,
    output: OutputOptions,
) -> None:
    if output.detach:
        _detach(gateway.submit(config, request), output)
        return
    with explaining_interrupts(), progress_display(quiet=output.quiet) as display:
        response = gateway.generate(config, request, on_progress=display.update)
    paths = save_outputs(response, output.out, allow_private_hosts=is_loopback(provider.base_url))
    print_result(response, paths, as_json=output.as_json, quiet=output.quiet)


def _detach(job: Job, output: OutputOptions) -> None:
    folder = JobFolder(output.jobs_dir)
    path = folder.save(job)
    if output.as_json:
        print_json({"job_id": job.generation_id, "saved_to": str(path), "job": job.model_dump(mode="json")})
        return
    typer.echo(job.generation_id)
    if not output.quiet:
        where = "" if output.jobs_dir is None else f" --jobs-dir {output.jobs_dir}"
        typer.echo(
            f"submitted to {job.provider}/{job.model}; wait for it with: tarash jobs resume {job.generation_id}{where}"
        )
