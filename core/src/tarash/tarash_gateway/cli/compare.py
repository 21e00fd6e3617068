"""`tarash compare`: one prompt, several models at the same time, a table of time and cost, and a contact sheet."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

import typer

from ..exceptions import ValidationError
from ..journal_folder.files import write_whole
from ..models.config import GenerationConfig
from ..models.mock import MockConfig
from ..models.modality import modality_named
from ..models.money import dollars
from ..models.request import GenerationRequest
from ..models.strict import construct
from .building import chosen_model, image_request, video_request
from .comparing import Contestant, exit_code, plan_all, run_all, total_usd
from .comparison_report import contact_sheet, print_paths, print_problems, print_table, report_of
from .completing import full_names
from .destination import checked_destination, free_name
from .exit_codes import ExitCode
from .failures import reported
from .jobs_folder import open_jobs
from .max_cost import check_cost
from .missing_keys import check_keys
from .notices import notices
from .option_groups import check_filled, with_option_groups
from .options import (
    OUTPUT,
    PROVIDER,
    REQUEST,
    Audio,
    Duration,
    ImageOptions,
    JobsDir,
    JsonFlag,
    MaxCost,
    Quiet,
    RequestOptions,
    VideoOptions,
)
from .output import json_text, print_json, print_wrapped
from .progress import progress_display


def _model_names(incomplete: str) -> list[str]:
    return [name for name, _ in full_names(None, incomplete)]


@dataclass(frozen=True, kw_only=True)
class Choices(RequestOptions):
    """What is compared: the request, and the models."""

    models: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            metavar="PROVIDER/MODEL",
            help="Model to compare; give at least two.",
            autocompletion=_model_names,
            rich_help_panel=PROVIDER,
        ),
    ] = None
    modality: Annotated[
        Literal["video", "image"],
        typer.Option("--modality", help="What to compare.", rich_help_panel=REQUEST),
    ] = "video"
    duration: Duration = None
    resolution: Annotated[
        str | None,
        typer.Option(
            "--resolution", "-r", help="Resolution of videos, such as 720p.", rich_help_panel=REQUEST
        ),
    ] = None
    audio: Audio = None
    size: Annotated[
        str | None,
        typer.Option("--size", "-z", help="Size of images, such as 1024x1024.", rich_help_panel=REQUEST),
    ] = None
    account: Annotated[
        str | None, typer.Option("--account", help="Owner of the keys.", rich_help_panel=PROVIDER)
    ] = None
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", "-t", help="Longest time for each model, in seconds.", rich_help_panel=PROVIDER
        ),
    ] = 600.0
    mock: Annotated[
        bool,
        typer.Option(
            "--mock",
            help="Call no provider: small clips or images for a rehearsal.",
            rich_help_panel=PROVIDER,
        ),
    ] = False

    def request(self) -> GenerationRequest:
        """Return the request.

        Raises:
            ValidationError: an option is for the other kind of output.
        """
        shared = {item.name: getattr(self, item.name) for item in fields(RequestOptions)}
        is_image = self.modality == "image"
        foreign = ("duration", "resolution", "audio") if is_image else ("size",)
        for name in foreign:
            if getattr(self, name) is not None:
                raise ValidationError(
                    f"--{name} is for {'videos' if is_image else 'images; add --modality image'}"
                )
        if is_image:
            return image_request(ImageOptions(**shared, size=self.size))
        return video_request(
            VideoOptions(**shared, duration=self.duration, resolution=self.resolution, audio=self.audio)
        )

    def configs(self) -> list[GenerationConfig]:
        """Return the configuration of each model.

        Raises:
            ValidationError: fewer than two models are named, or one without its provider.
        """
        check_filled(self, may_be_empty=("negative_prompt",))
        names = self.models or []
        if len(names) < 2:
            raise ValidationError(
                "a comparison needs two models or more: -m PROVIDER/MODEL -m PROVIDER/MODEL"
            )
        kind = modality_named(self.modality).config
        made: list[GenerationConfig] = []
        for name in names:
            provider, model = chosen_model(None, name, self.modality)
            if any((item.provider, item.model) == (provider, model) for item in made):
                raise ValidationError(f"{provider}/{model} is named twice; name each model once")
            values = {"provider": provider, "model": model, "account": self.account, "timeout": self.timeout}
            made.append(construct(kind, {**values, "mock": MockConfig() if self.mock else None}))
        return made


@dataclass(frozen=True, kw_only=True)
class Results:
    """Where the results go, and what is asked and printed."""

    out: Annotated[
        str,
        typer.Option(
            "--out",
            "-o",
            metavar="FOLDER",
            help="Folder for the results; a name that is taken gets a number.",
            rich_help_panel=OUTPUT,
        ),
    ] = "compare"
    plan: Annotated[
        bool,
        typer.Option("--plan", help="Show what it would cost, and send nothing.", rich_help_panel=OUTPUT),
    ] = False
    max_cost: MaxCost = None
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask before paying.", rich_help_panel=OUTPUT)
    ] = False
    as_json: JsonFlag = False
    quiet: Quiet = False
    jobs_dir: JobsDir = None


@with_option_groups
def compare(choices: Choices, results: Results) -> None:
    """Generate with several models at the same time, and compare the results, the times and the costs."""
    with reported(as_json=results.as_json, by_option=True) as abandonment:
        request = choices.request()
        contestants = plan_all(choices.configs(), request)
        check_cost(*total_usd(contestants), results.max_cost)
        if results.plan:
            _print_plan(contestants, as_json=results.as_json)
            return
        check_keys([item.config for item in contestants])
        _confirm(contestants, results)
        checked_destination(results.out and f"{results.out.rstrip('/')}/")
        folder = Path(results.out).expanduser()
        journal = open_jobs(results.jobs_dir, keep_results=True, quiet=results.quiet)
        with progress_display(quiet=results.quiet) as display:
            run_all(contestants, request, folder, journal=journal, display=display, interrupted=abandonment)
        sheet = contact_sheet(contestants, folder)
        report = report_of(contestants, sheet)
        write_whole(free_name(folder / "compare.json"), json_text(report).encode())
        print_problems(contestants)
        if results.as_json:
            print_json(report)
        elif results.quiet:
            print_paths(contestants, sheet)
        else:
            print_table(contestants, sheet)
    code = exit_code(contestants)
    if code is not ExitCode.OK:
        raise typer.Exit(code)


def _confirm(contestants: Sequence[Contestant], results: Results) -> None:
    """Show what it will cost, and ask in a terminal if that is more than nothing.

    Raises:
        ValidationError: the answer is no.
    """
    total, unknown = total_usd(contestants)
    if not results.quiet:
        typer.echo(_estimate(contestants), err=True)
    asks = sys.stdin.isatty() and sys.stderr.isatty() and not results.yes
    if asks and (total or unknown) and not typer.confirm("Generate?", err=True):
        raise ValidationError("you said no; nothing was sent")


def _estimate(contestants: Sequence[Contestant]) -> str:
    total, unknown = total_usd(contestants)
    more = f", and an unknown amount for {', '.join(unknown)}" if unknown else ""
    return f"estimated cost of {len(contestants)} models: {dollars(total)}{more}"


def _print_plan(contestants: Sequence[Contestant], *, as_json: bool) -> None:
    total, unknown = total_usd(contestants)
    if as_json:
        models = [{"model": item.name, "estimated_cost_usd": item.estimated_cost_usd} for item in contestants]
        print_json({"models": models, "estimated_cost_usd": None if unknown else total})
        return
    for item in contestants:
        typer.echo(f"{item.name}: {dollars(item.estimated_cost_usd)}")
        for adjustment in item.planned.adjustments:
            print_wrapped(str(adjustment), indent=4)
        for notice in notices(item.planned):
            print_wrapped(notice, indent=4)
    typer.echo(_estimate(contestants))
