"""`tarash plugin new`: creates a provider plugin whose tests pass from the start."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from .. import __version__
from ..exceptions import ValidationError
from .failures import reported

TEMPLATES = "templates"
PACKAGE_FOLDER = "PACKAGE"
"""Placeholder for the plugin's package in the paths of the templates."""
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

app = typer.Typer(no_args_is_help=True, help="Create provider plugins.")


@app.callback()
def group() -> None:
    """Create provider plugins."""


@app.command()
def new(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Provider id: lower-case letters, digits and hyphens.")
    ],
    title: Annotated[str | None, typer.Option(help="The provider's name for people.")] = None,
    into: Annotated[
        Path | None, typer.Option(help="Folder to create; by default ./tarash-gateway-NAME.")
    ] = None,
) -> None:
    """Create the plugin tarash-gateway-NAME with hooks, a model, a simulator and the conformance suite."""
    with reported():
        folder = into or Path(f"tarash-gateway-{name}")
        written = scaffold(name, folder, title=title)
        for path in written:
            typer.echo(str(path))
        typer.echo(f"its tests pass from the start: cd {folder} && python -m pytest")


def scaffold(name: str, folder: Path, *, title: str | None = None) -> tuple[Path, ...]:
    """Create the files of a provider plugin.

    Args:
        name: provider id.
        folder: folder to create; it must not exist or must be empty.
        title: the provider's name for people; None makes one from `name`.

    Returns:
        The files written.

    Raises:
        ValidationError: `name` is not a valid id, `title` has special characters, or the folder is not empty.
    """
    if _NAME.fullmatch(name) is None:
        raise ValidationError(
            f"{name!r} is not a valid provider id; use lower-case letters, digits and single hyphens, such as 'acme-video'"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValidationError(f"{folder} already exists; choose another folder with --into")
    values = _values(name, title)
    written: list[Path] = []
    for relative, text in _templates(files(__package__).joinpath(TEMPLATES, "provider")):
        target = folder / relative.replace(PACKAGE_FOLDER, values["package"])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(string.Template(text).substitute(values), encoding="utf-8")
        written.append(target)
    return tuple(written)


def _values(name: str, title: str | None) -> dict[str, str]:
    words = name.split("-")
    shown = title or " ".join(word.capitalize() for word in words)
    if not shown.isprintable() or any(letter in shown for letter in '"\\{}'):
        raise ValidationError(
            f"title {shown!r} has quotes, braces, backslashes or line breaks; use plain words"
        )
    return {
        "name": name,
        "title": shown,
        "package": f"tarash_gateway_{name.replace('-', '_')}",
        "class_name": "".join(word.capitalize() for word in words),
        "env": f"{name.replace('-', '_').upper()}_API_KEY",
        "core_version": __version__,
        "today": datetime.now(UTC).date().isoformat(),
    }


def _templates(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every template; the path is without the suffix .tmpl."""
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _templates(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".tmpl"):
            yield prefix + entry.name.removesuffix(".tmpl"), entry.read_text(encoding="utf-8")
