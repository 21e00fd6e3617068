"""`tarash providers`: lists the installed providers, and names the problem of each broken plugin."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import importlib_metadata
import typer

from ..api import providers
from ..directory import directory
from ..discovery import InstalledProvider
from .failures import reported
from .options import JsonFlag
from .output import print_columns, print_json


def list_providers(
    available: Annotated[
        bool,
        typer.Option(
            "--available", help="List the known plugins, installed or not, with how to install each."
        ),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """List the installed providers."""
    with reported(as_json=as_json):
        if available:
            _list_known(as_json=as_json)
            return
        listed = providers()
        if as_json:
            print_json([_described(item) for item in listed])
            return
        print_columns(
            ("PROVIDER", "VERSION", "GENERATES", "FEATURES", "HOME PAGE"), [_row(item) for item in listed]
        )


def _list_known(*, as_json: bool) -> None:
    known = directory()
    installed = {plugin.id for plugin in known.plugins if _is_installed(plugin.distribution)}
    if as_json:
        plugins = [
            {**asdict(plugin), "install": plugin.install, "installed": plugin.id in installed}
            for plugin in known.plugins
        ]
        print_json({"as_of": known.as_of.isoformat(), "plugins": plugins})
        return
    rows = [
        (
            plugin.id,
            plugin.title,
            ", ".join(plugin.makes),
            "installed" if plugin.id in installed else plugin.install,
            plugin.home,
        )
        for plugin in known.plugins
    ]
    print_columns(("PLUGIN", "TITLE", "GENERATES", "INSTALL", "HOME PAGE"), rows)
    typer.echo(f"as of {known.as_of}; commands with ./ are for a checkout of the repository")


def _is_installed(distribution: str) -> bool:
    try:
        importlib_metadata.version(distribution)
    except importlib_metadata.PackageNotFoundError:
        return False
    return True


def _described(item: InstalledProvider) -> dict[str, object]:
    info = item.info
    return {
        "id": item.id,
        "distribution": item.distribution,
        "version": item.version,
        "problem": item.problem,
        "title": None if info is None else info.title,
        "home_page": None if info is None else info.home_page,
        "base_url": None if info is None else info.base_url,
        "modalities": [] if info is None else sorted(info.modalities),
        "features": sorted(item.features),
        "api_key_env": [] if info is None else list(info.api_key_env),
        "key_required": None if info is None else info.key_required,
        "key_alternative": None if info is None else info.key_alternative or None,
    }


def _row(item: InstalledProvider) -> tuple[str, ...]:
    if item.info is None:
        return (item.id, item.version, "", "", f"broken: {item.problem}")
    modalities = ", ".join(sorted(item.info.modalities))
    return (item.id, item.version, modalities, ", ".join(sorted(item.features)), item.info.home_page)
