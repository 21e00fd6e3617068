"""Combines the commands of `tarash`."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import __version__
from . import compare, config, doctor, generate, jobs, keys, models, plan, plugin_new, providers
from .added_commands import WithAddedCommands
from .cover import print_cover
from .examples import COMPARE, DOCTOR, IMAGE, MODELS, PROVIDERS, VIDEO
from .exit_codes import help_text
from .failures import DEBUG

app = typer.Typer(
    name="tarash",
    cls=WithAddedCommands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Generate videos and images with any AI provider.",
    epilog=help_text(),
    # typer's tracebacks show the values of variables, and one of them may be a key
    pretty_exceptions_enable=False,
)
app.command("video", epilog=VIDEO)(generate.video)
app.command("image", epilog=IMAGE)(generate.image)
app.add_typer(generate.app, name="generate")
app.command("compare", epilog=COMPARE)(compare.compare)
app.add_typer(plan.app, name="plan")
app.command("providers", epilog=PROVIDERS)(providers.list_providers)
app.command("models", epilog=MODELS)(models.list_models)
app.add_typer(jobs.app, name="jobs")
app.add_typer(keys.app, name="keys")
app.add_typer(config.app, name="config")
app.command("doctor", epilog=DOCTOR)(doctor.examine)
app.add_typer(plugin_new.app, name="plugin")


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tarash-gateway {__version__}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[  # noqa: ARG001 - its callback prints the version
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Generate videos and images with any AI provider."""
    DEBUG.set(debug)
    if ctx.invoked_subcommand is None:
        print_cover()
