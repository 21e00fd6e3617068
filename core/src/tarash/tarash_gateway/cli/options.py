"""The options that commands share: request, provider and output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from .completing import model_names, provider_ids
from .text_streams import read_input

REQUEST = "Request"
PROVIDER = "Provider"
OUTPUT = "Output"

JsonFlag = Annotated[
    bool,
    typer.Option("--json", "-j", help="Print only JSON on standard output.", rich_help_panel=OUTPUT),
]
JobsDir = Annotated[
    # a `Path` could not tell an empty text from the working directory
    str | None,
    typer.Option(
        "--jobs-dir",
        metavar="PATH",
        envvar="TARASH_JOBS_DIR",
        help="Folder of saved jobs; by default, in the user's state folder.",
        rich_help_panel=OUTPUT,
    ),
]
MaxCost = Annotated[
    float | None,
    typer.Option(
        "--max-cost",
        min=0,
        help="Most that all of it may cost, in US dollars; an unknown price is refused.",
        rich_help_panel=OUTPUT,
    ),
]
OutPath = Annotated[
    str | None,
    typer.Option(
        "--out",
        "-o",
        metavar="PATH",
        help="File for the result, or folder (with a slash at its end, or existing); by default ./<request id>.<ext>. "
        "Nothing is overwritten: a name that is taken gets a number.",
        rich_help_panel=OUTPUT,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        help="Print only the path of the result, or the id of the job.",
        rich_help_panel=OUTPUT,
    ),
]


def _read_prompt(given: str) -> str:
    if given != "-":
        return given
    prompt = read_input().strip()
    if not prompt:
        raise typer.BadParameter("standard input is empty; pipe the prompt into the command")
    return prompt


Duration = Annotated[
    float | None, typer.Option("--duration", "-d", help="Length in seconds.", rich_help_panel=REQUEST)
]
Audio = Annotated[
    bool | None, typer.Option("--audio/--no-audio", help="With or without sound.", rich_help_panel=REQUEST)
]


@dataclass(frozen=True, kw_only=True)
class RequestOptions:
    """The options that video and image requests share."""

    prompt: Annotated[
        str,
        typer.Argument(
            metavar="PROMPT", help="What to show; - reads it from standard input.", callback=_read_prompt
        ),
    ]
    aspect_ratio: Annotated[
        str | None,
        typer.Option("--aspect-ratio", "-a", help="Width to height, such as 16:9.", rich_help_panel=REQUEST),
    ] = None
    negative_prompt: Annotated[
        str | None, typer.Option(help="What not to show.", rich_help_panel=REQUEST)
    ] = None
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed", "-s", help="Repeats a result, if the model supports it.", rich_help_panel=REQUEST
        ),
    ] = None
    image: Annotated[
        list[str] | None,
        typer.Option(
            "--image",
            "-i",
            metavar="[ROLE=]PATH",
            help="Input image, a path or URL, with its role: reference, first_frame, last_frame, asset or style. Without a "
            "role, it goes where the model takes an image. Repeatable.",
            rich_help_panel=REQUEST,
        ),
    ] = None
    param: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Parameter that only this model has. The value is read as JSON if possible; dots in the key nest. "
            "Repeatable.",
            rich_help_panel=REQUEST,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class VideoOptions(RequestOptions):
    """The options of a video request."""

    duration: Duration = None
    resolution: Annotated[
        str | None,
        typer.Option(
            "--resolution",
            "-r",
            help="480p, 720p, 1080p, 4k, or pixels such as 1280x720.",
            rich_help_panel=REQUEST,
        ),
    ] = None
    audio: Audio = None
    video: Annotated[
        str | None, typer.Option(help="Input video: a path or URL.", rich_help_panel=REQUEST)
    ] = None
    enhance_prompt: Annotated[
        bool | None,
        typer.Option(
            "--enhance-prompt/--no-enhance-prompt",
            help="Allow the provider to rewrite the prompt, or forbid it.",
            rich_help_panel=REQUEST,
        ),
    ] = None
    count: Annotated[int, typer.Option("-n", "--count", help="How many videos.", rich_help_panel=REQUEST)] = 1


@dataclass(frozen=True, kw_only=True)
class ImageOptions(RequestOptions):
    """The options of an image request."""

    size: Annotated[
        str | None,
        typer.Option(
            "--size", "-z", help="Pixels such as 1024x1024, or 1k, 2k, 4k.", rich_help_panel=REQUEST
        ),
    ] = None
    quality: Annotated[
        str | None, typer.Option(help="Quality level of the model, such as high.", rich_help_panel=REQUEST)
    ] = None
    style: Annotated[str | None, typer.Option(help="Style name of the model.", rich_help_panel=REQUEST)] = (
        None
    )
    mask: Annotated[
        str | None,
        typer.Option(
            help="Mask image, a path or URL: white or transparent areas are repainted.",
            rich_help_panel=REQUEST,
        ),
    ] = None
    count: Annotated[int, typer.Option("-n", "--count", help="How many images.", rich_help_panel=REQUEST)] = 1


@dataclass(frozen=True, kw_only=True)
class ProviderOptions:
    """The options of a configuration: provider, limits and fallbacks."""

    provider: Annotated[
        str | None,
        typer.Option(
            "--provider",
            "-p",
            help="Provider id; by default the one in 'tarash config', else local.",
            autocompletion=provider_ids,
            rich_help_panel=PROVIDER,
        ),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            help="The provider's model name, or PROVIDER/MODEL.",
            autocompletion=model_names,
            rich_help_panel=PROVIDER,
        ),
    ] = None
    fallback: Annotated[
        list[str] | None,
        typer.Option(
            "--fallback",
            "-f",
            metavar="PROVIDER/MODEL",
            help="Takes over if the provider before it fails. Repeatable.",
            rich_help_panel=PROVIDER,
        ),
    ] = None
    account: Annotated[
        str | None,
        typer.Option(
            "--account",
            help="Owner of the key, as named with 'tarash keys set --account'.",
            rich_help_panel=PROVIDER,
        ),
    ] = None
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", "-t", help="Longest time for each attempt, in seconds.", rich_help_panel=PROVIDER
        ),
    ] = 600.0
    unsupported: Annotated[
        str,
        typer.Option(
            metavar="nearest|error|adjust",
            help="If the model does not take a field or value: use a near one (5 seconds for 4) or refuse the request, always refuse "
            "it, or always adjust it. Every change is listed.",
            rich_help_panel=PROVIDER,
        ),
    ] = "nearest"
    base_url: Annotated[
        str | None,
        typer.Option(
            help="Another server with the provider's API (first provider only).", rich_help_panel=PROVIDER
        ),
    ] = None
    api_version: Annotated[
        str | None,
        typer.Option(help="API version, for providers that require one.", rich_help_panel=PROVIDER),
    ] = None
    provider_config: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Setting of the provider (first provider only). Repeatable.",
            rich_help_panel=PROVIDER,
        ),
    ] = None
    mock: Annotated[
        bool,
        typer.Option(
            "--mock",
            help="Generate a small, real clip or image without calling the provider.",
            rich_help_panel=PROVIDER,
        ),
    ] = False


@dataclass(frozen=True, kw_only=True)
class OutputOptions:
    """The options for the result and for what is printed."""

    out: OutPath = None
    max_cost: MaxCost = None
    as_json: JsonFlag = False
    quiet: Quiet = False
    detach: Annotated[
        bool,
        typer.Option(
            "--detach",
            help="Submit, save the job and return; see 'tarash jobs'.",
            rich_help_panel=OUTPUT,
        ),
    ] = False
    open_result: Annotated[
        bool,
        typer.Option("--open", help="Open the result in the program for its kind.", rich_help_panel=OUTPUT),
    ] = False
    jobs_dir: JobsDir = None
