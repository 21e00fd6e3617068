"""The options that commands share: what to render, who renders it, and where the result goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

REQUEST = "What to render"
PROVIDER = "Who renders it"
OUTPUT = "Where it goes"

JsonFlag = Annotated[
    bool,
    typer.Option("--json", help="Print JSON on standard output, and nothing else.", rich_help_panel=OUTPUT),
]
JobsDir = Annotated[
    Path | None,
    typer.Option(
        "--jobs-dir",
        envvar="TARASH_JOBS_DIR",
        help="Folder of saved jobs; the user's state folder when not given.",
        rich_help_panel=OUTPUT,
    ),
]
OutPath = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        help="File or folder for the result (./<request id>.<ext> when not given).",
        rich_help_panel=OUTPUT,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", help="Print the path of the result, and nothing else.", rich_help_panel=OUTPUT
    ),
]


@dataclass(frozen=True, kw_only=True)
class RequestOptions:
    """What video and image requests share."""

    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="What to show.")]
    aspect_ratio: Annotated[
        str | None, typer.Option(help="Width to height, such as 16:9.", rich_help_panel=REQUEST)
    ] = None
    negative_prompt: Annotated[
        str | None, typer.Option(help="What not to show.", rich_help_panel=REQUEST)
    ] = None
    seed: Annotated[
        int | None, typer.Option(help="Repeats a result where the model allows it.", rich_help_panel=REQUEST)
    ] = None
    image: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE=PATH",
            help="Input image, repeatable: a path or URL, with its role: reference (if none is named), first_frame, "
            "last_frame, asset, style.",
            rich_help_panel=REQUEST,
        ),
    ] = None
    param: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Parameter that only this model has, repeatable; JSON where it parses, dotted keys nest.",
            rich_help_panel=REQUEST,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class VideoOptions(RequestOptions):
    """A video request."""

    duration: Annotated[float | None, typer.Option(help="Length in seconds.", rich_help_panel=REQUEST)] = None
    resolution: Annotated[
        str | None, typer.Option(help="480p, 720p, 1080p, 4k, or pixels: 1280x720.", rich_help_panel=REQUEST)
    ] = None
    audio: Annotated[
        bool | None,
        typer.Option("--audio/--no-audio", help="With or without sound.", rich_help_panel=REQUEST),
    ] = None
    video: Annotated[
        str | None, typer.Option(help="Input video: a path or URL.", rich_help_panel=REQUEST)
    ] = None
    enhance_prompt: Annotated[
        bool | None,
        typer.Option(
            "--enhance-prompt/--no-enhance-prompt",
            help="Whether the provider may rewrite the prompt.",
            rich_help_panel=REQUEST,
        ),
    ] = None
    count: Annotated[int, typer.Option("-n", "--count", help="How many videos.", rich_help_panel=REQUEST)] = 1


@dataclass(frozen=True, kw_only=True)
class ImageOptions(RequestOptions):
    """An image request."""

    size: Annotated[
        str | None, typer.Option(help="Pixels such as 1024x1024, or 1k, 2k, 4k.", rich_help_panel=REQUEST)
    ] = None
    quality: Annotated[
        str | None, typer.Option(help="The model's word for quality.", rich_help_panel=REQUEST)
    ] = None
    style: Annotated[
        str | None, typer.Option(help="The model's word for style.", rich_help_panel=REQUEST)
    ] = None
    mask: Annotated[
        str | None, typer.Option(help="Where to repaint: white, or transparent.", rich_help_panel=REQUEST)
    ] = None
    count: Annotated[int, typer.Option("-n", "--count", help="How many images.", rich_help_panel=REQUEST)] = 1


@dataclass(frozen=True, kw_only=True)
class ProviderOptions:
    """Who renders, under which limits, and who takes over."""

    provider: Annotated[
        str | None,
        typer.Option("--provider", "-p", help="Provider id; local when not given.", rich_help_panel=PROVIDER),
    ] = None
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="The provider's model name.", rich_help_panel=PROVIDER)
    ] = None
    fallback: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROVIDER:MODEL",
            help="Takes over when the one before fails, repeatable.",
            rich_help_panel=PROVIDER,
        ),
    ] = None
    timeout: Annotated[
        float, typer.Option(help="Deadline of each attempt in seconds.", rich_help_panel=PROVIDER)
    ] = 600.0
    unsupported: Annotated[
        str,
        typer.Option(
            metavar="error|adjust",
            help="What a model does not take: refuse it, or take the nearest value and say so.",
            rich_help_panel=PROVIDER,
        ),
    ] = "error"
    base_url: Annotated[
        str | None,
        typer.Option(
            help="Another server of the provider's protocol (first provider only).", rich_help_panel=PROVIDER
        ),
    ] = None
    api_version: Annotated[
        str | None, typer.Option(help="API version, where the provider has some.", rich_help_panel=PROVIDER)
    ] = None
    provider_config: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Setting that only the (first) provider has, repeatable.",
            rich_help_panel=PROVIDER,
        ),
    ] = None
    mock: Annotated[
        bool,
        typer.Option(
            "--mock", help="Answer with a small real clip or picture; calls nobody.", rich_help_panel=PROVIDER
        ),
    ] = False


@dataclass(frozen=True, kw_only=True)
class OutputOptions:
    """Where the result of a generation goes, and what is printed."""

    out: OutPath = None
    as_json: JsonFlag = False
    quiet: Quiet = False
    detach: Annotated[
        bool,
        typer.Option(
            "--detach", help="Submit, save the job, and return; see 'tarash jobs'.", rich_help_panel=OUTPUT
        ),
    ] = False
    jobs_dir: JobsDir = None
