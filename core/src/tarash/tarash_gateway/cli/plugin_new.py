"""`tarash plugin new`: creates a provider plugin whose tests pass from the start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..process_gateway import default_gateway
from .examples import PLUGIN_NEW
from .failures import reported
from .scaffold import Variant, scaffold

app = typer.Typer(no_args_is_help=True, help="Create provider plugins.")


@app.callback()
def group() -> None:
    """Create provider plugins."""


@app.command(epilog=PLUGIN_NEW)
def new(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="Provider id: lower-case letters, digits, hyphens, underscores."),
    ],
    title: Annotated[str | None, typer.Option(help="The provider's name for people.")] = None,
    into: Annotated[
        Path | None, typer.Option(help="Folder to create; by default ./tarash-gateway-NAME.")
    ] = None,
    image: Annotated[bool, typer.Option("--image", help="Generate images instead of videos.")] = False,
    sync: Annotated[
        bool, typer.Option("--sync", help="The provider answers a submission with the result.")
    ] = False,
    stream: Annotated[
        bool, typer.Option("--stream", help="The provider pushes its status as server-sent events.")
    ] = False,
    webhook: Annotated[bool, typer.Option("--webhook", help="The provider sends signed webhooks.")] = False,
) -> None:
    """Create the plugin tarash-gateway-NAME with hooks, a model, a simulator and the conformance suite."""
    with reported():
        folder = into or Path(f"tarash-gateway-{name.replace('_', '-')}")
        variant = Variant(image=image, sync=sync, stream=stream, webhook=webhook)
        for path in scaffold(name, folder, title=title, variant=variant):
            typer.echo(str(path))
        _warn_of_a_namesake(name)
        typer.echo("its tests pass from the start:")
        typer.echo(f'  cd {folder} && python -m pip install --editable ".[test]" && python -m pytest')


def _warn_of_a_namesake(name: str) -> None:
    registry = default_gateway().registry
    if name in registry.ids():
        typer.echo(
            f"warning: a provider {name!r} is already installed, and with two of one id neither can be used; "
            "choose another id, or uninstall the other plugin",
            err=True,
        )
