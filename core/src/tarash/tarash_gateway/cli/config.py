"""`tarash config`: chooses the model that is used if none is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from ..exceptions import ValidationError
from .completing import config_values, setting_names
from .examples import CONFIG_GET, CONFIG_LIST, CONFIG_SET, CONFIG_UNSET
from .failures import reported
from .options import JsonFlag
from .output import print_columns, print_json
from .settings import MODALITIES, Setting, set_setting, setting, unset_setting, variable_of

app = typer.Typer(
    no_args_is_help=True,
    help="Choose the models that are used if none is named. Options and environment variables take precedence.",
)
Name = Annotated[str, typer.Argument(help=f"{' or '.join(MODALITIES)}.", autocompletion=setting_names)]


@app.command("set", epilog=CONFIG_SET)
def set_value(
    name: Name,
    value: Annotated[
        str, typer.Argument(metavar="PROVIDER/MODEL", help="Model to use.", autocompletion=config_values)
    ],
) -> None:
    """Choose a model."""
    with reported():
        made, notice = set_setting(name, value)
        typer.echo(f"{name} is {made.value}")
        if notice is not None:
            typer.echo(f"warning: {notice}", err=True)
        used = setting(name)
        if used.source == variable_of(name):
            typer.echo(f"note: {used.source} is set to {used.value}, and wins", err=True)


@app.command("get", epilog=CONFIG_GET)
def get_value(name: Name) -> None:
    """Print the model that is used."""
    with reported():
        typer.echo(setting(name).value)


@app.command("list", epilog=CONFIG_LIST)
def list_values(as_json: JsonFlag = False) -> None:
    """List the settings, and where each comes from."""
    with reported(as_json=as_json):
        found = list(_all())
        if as_json:
            print_json({item.name: {"value": item.value, "from": item.source} for item in found})
            return
        print_columns(("SETTING", "VALUE", "FROM"), [(item.name, item.value, item.source) for item in found])


@app.command("unset", epilog=CONFIG_UNSET)
def unset_value(name: Name) -> None:
    """Go back to the built-in model."""
    with reported():
        if not unset_setting(name):
            raise ValidationError(f"{name} is not set; 'tarash config list' shows what is used")
        typer.echo(f"{name} is {setting(name).value}")


def _all() -> Iterator[Setting]:
    return (setting(name) for name in MODALITIES)
