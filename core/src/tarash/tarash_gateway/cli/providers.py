"""`tarash providers`: lists the installed providers, and names the problem of each broken plugin."""

from __future__ import annotations

from ..api import providers
from ..discovery import InstalledProvider
from .failures import reported
from .options import JsonFlag
from .output import print_columns, print_json


def list_providers(as_json: JsonFlag = False) -> None:
    """List the installed providers."""
    with reported(as_json=as_json):
        listed = providers()
        if as_json:
            print_json([_described(item) for item in listed])
            return
        print_columns(
            ("PROVIDER", "VERSION", "GENERATES", "FEATURES", "HOME PAGE"), [_row(item) for item in listed]
        )


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
    }


def _row(item: InstalledProvider) -> tuple[str, ...]:
    if item.info is None:
        return (item.id, item.version, "", "", f"broken: {item.problem}")
    modalities = ", ".join(sorted(item.info.modalities))
    return (item.id, item.version, modalities, ", ".join(sorted(item.features)), item.info.home_page)
